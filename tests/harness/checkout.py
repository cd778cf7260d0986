# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A checkout of its own whose make runs for real: what is written into it is in no one else's, and nothing is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What make makes itself, and what only people have.
_OWN = {".ansible", ".git", ".venv", "my-topology.yml", "my-volumes.yml"}


class Checkout:
    """A directory with this checkout's files, and an environment that is this Python's."""

    def __init__(self, directory: Path) -> None:
        self.path = directory
        directory.mkdir()
        for path in ROOT.iterdir():
            if path.name not in _OWN:
                (directory / path.name).symlink_to(path)
        environment = directory / ".venv"
        environment.mkdir()
        for name in ("bin", "lib"):
            (environment / name).symlink_to(Path(sys.prefix) / name)
        (environment / "pyvenv.cfg").touch()
        (environment / "runtime").touch()

    def shell(self, command: str, programs: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Type a command; ``programs`` are found before all others."""
        path = f"{programs}:{os.environ['PATH']}"
        kept: t.Mapping[str, str] = {"PATH": path, "HOME": str(self.path.parent), **environment}
        return subprocess.run(
            ["bash", "-c", command], cwd=self.path, env={**os.environ, **kept},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
