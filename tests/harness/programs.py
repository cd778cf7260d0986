# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs of this machine that make and run machines for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t


class Unavailable(Exception):
    """A machine cannot be made here; the text says what is missing."""


def require_programs(packages: t.Mapping[str, str], why_root: str) -> None:
    """Install the package of each program that is missing. Raises Unavailable, with ``why_root`` when this is not root."""
    if os.geteuid() != 0:
        raise Unavailable(why_root)
    missing = sorted({package for program, package in packages.items() if shutil.which(program) is None})
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise Unavailable(f"install {', '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", "-qq", *command], check=True, env=environment, stdout=subprocess.DEVNULL)
