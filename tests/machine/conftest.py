# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine where nobody has installed anything, with this checkout in ``~/nas``."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ..harness.machine.image import Unavailable, image_of
from ..harness.machine.vm import VirtualMachine
from ..harness.ports import reserve


@pytest.fixture
def bare(tmp_path: Path) -> t.Iterator[VirtualMachine]:
    try:
        image = image_of("trixie")
    except Unavailable as reason:
        pytest.skip(f"no machine can be made here: {reason}")
    _name, (port, *_) = reserve("machine")
    with VirtualMachine(image, tmp_path / "machine", port) as machine:
        print(f"{machine.start():6.0f} s  start of the machine", flush=True)
        machine.furnish()
        yield machine
