# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directories whose names mean something to a shell, to Ansible or to podman: they are names, and nothing more."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from .simulator import SERVER, Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

# What Windows allows in a name, and a layer on the way to podman may take for its own.
NAMES = ["$HOME", "${PATH}", "~", "`id`", "$(id)", "%i %USERNAME%", "a,ro=true", "[a-z]{1,2}", "a'b;c&d #e!", "=+@^"]
# The directory that stands for drives may have what Windows does not allow, too.
DRIVES = 'drives: "a", *?'


@pytest.fixture
def elsewhere(simulator: Simulator, tmp_path: Path) -> t.Iterator[Simulator]:
    """The same server over directories of such names."""
    simulator.remove()
    elsewhere = Simulator(tmp_path / DRIVES, simulator.image)
    try:
        yield elsewhere
    finally:
        elsewhere.remove()
        simulator.apply()


def test_directory_is_the_one_that_was_named(elsewhere: Simulator, tmp_path: Path) -> None:
    directory = "\\".join(["C:", *NAMES])
    assert elsewhere.apply(directory=directory, sync={"mode": "two_way", "quiet_period": 0})
    local = tmp_path.joinpath(DRIVES, "drives", "c", *NAMES)
    assert os.listdir(local) == [".file-simulator.json"]
    (local / "put there").write_text("by a tester")
    with elsewhere.client().open("/data/written", "wb") as stream:
        stream.write(b"by a client")
    assert wait_until((local / "written").exists, 30) and wait_until((elsewhere.export / "put there").exists, 30)
    assert not elsewhere.apply(directory=directory, sync={"mode": "two_way", "quiet_period": 0}), SERVER
