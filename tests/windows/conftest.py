# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real collection ansible.windows, out of PyPI's package ansible; without it, these tests are skipped."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CACHE = Path.home() / ".cache" / "file-simulator" / "ansible.windows"
# Has ansible.windows 3.3.0.
WHEEL = "ansible-12.3.0-py3-none-any.whl"


@pytest.fixture(scope="session")
def ansible_windows() -> Path:
    """A directory of collections that has ansible.windows."""
    if not (CACHE / "complete").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        requirement = WHEEL.split("-py3", maxsplit=1)[0].replace("-", "==")
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), requirement]
        if subprocess.run(download, check=False, timeout=300).returncode:
            pytest.skip(f"{requirement} cannot be had from PyPI: nothing is tested against the real ansible.windows")
        with zipfile.ZipFile(CACHE / WHEEL) as wheel:
            wheel.extractall(
                CACHE, [name for name in wheel.namelist() if "ansible_collections/ansible/windows/" in name]
            )
        (CACHE / WHEEL).unlink()
        (CACHE / "complete").touch()
    return CACHE
