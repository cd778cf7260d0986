# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kernels before Linux 6.6 do otherwise, as far as newer ones can be told to."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ..validation.servers import podman
from .simulator import INSTANCE, SERVER, Simulator

# An overlay with the file system ID of the disk below it, as Debian 12 and Ubuntu 22.04 have it.
_PODMAN = """#!/bin/sh
exec podman --storage-opt overlay.mountopt=uuid=off "$@"
"""


@pytest.fixture
def simulator_of_older_kernel(simulator: Simulator, tmp_path: Path) -> t.Iterator[Simulator]:
    if podman("info", "--format", "{{.Store.GraphDriverName}}").strip() != "overlay":
        pytest.skip("this machine's podman does not use overlays")
    wrapper = tmp_path / "podman"
    wrapper.write_text(_PODMAN)
    wrapper.chmod(0o755)
    simulator.remove()
    simulator.podman = str(wrapper)
    try:
        yield simulator
    finally:
        simulator.podman = "podman"
        simulator.remove()
        simulator.apply()


def test_container_and_volume_with_one_file_system_id(simulator_of_older_kernel: Simulator) -> None:
    simulator = simulator_of_older_kernel
    simulator.apply()
    ids = podman("exec", f"{INSTANCE}.{SERVER}.nfs-server", "stat", "--file-system", "--format=%i", "/", "/export")
    assert len(set(ids.split())) == 1, "this kernel gives an overlay an ID of its own, whatever it is told"
    assert simulator.report()["state"] == "ready"
    with simulator.client().open("/data/written", "wb") as stream:
        stream.write(b"here")
    assert (simulator.export / "written").read_text() == "here"
