# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine for all tests; each finds it running, with both servers ready."""

from __future__ import annotations

import shutil
import typing as t

import pytest

from ..harness.programs import Unavailable
from ..harness.systemd_machine import SystemdMachine
from ..validation.servers import image, podman
from .desk import IMAGE, Desk


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Desk]:
    home = tmp_path_factory.mktemp("machine")
    machine = SystemdMachine(home)
    if shutil.which("podman") is None:
        pytest.skip("needs podman, for the servers' image")
    try:
        try:
            machine.make()
        except Unavailable as reason:
            pytest.skip(f"no machine can be made here: {reason}")
        podman("tag", image(), IMAGE)
        try:
            podman("save", "--quiet", "--output", str(home / "image.tar"), IMAGE)
        finally:
            podman("untag", IMAGE, IMAGE)
        machine.start()
        desk = Desk(machine)
        desk.furnish(home / "image.tar")
        yield desk
    finally:
        machine.stop()


@pytest.fixture
def desk(furnished: Desk) -> Desk:
    furnished.play()
    furnished.until_active()
    return furnished
