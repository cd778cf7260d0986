# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the machine comes from, and where a failure is kept."""

from __future__ import annotations

import os
import shutil
import typing as t
from pathlib import Path

import pytest

from ..validation.servers import image
from . import image_disk
from .machine import Disks, image_of
from .rounds import Rounds

Start = t.Callable[..., Rounds]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Makes the first start's disks with a file system. POWER_CUT_DIRECTORY keeps disks for who looks into a failure."""
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: the machine runs the NAS image")
    kept = os.environ.get("POWER_CUT_DIRECTORY")
    directory = Path(kept, tmp_path.name) if kept else tmp_path
    directory.mkdir(parents=True, exist_ok=True)
    files = image_disk.prepare(image())

    def made(file_system: str, seed: str, *, shared: bool = False, **how: t.Any) -> Rounds:
        if shutil.which(f"mkfs.{file_system}") is None:
            pytest.skip(f"mkfs.{file_system} is not here")
        return Rounds(
            image_of(file_system, shared=shared), Disks(directory, file_system, files, shared=shared), seed, **how
        )

    return made
