# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``make up`` installs, put into a machine's root file system at this machine's own speed.

By the commands that a user types: the root file system is run in namespaces, as tests/machines does.
"""

from __future__ import annotations

import contextlib
import shutil
import typing as t
from pathlib import Path

from ...machines.machine import CHECKOUT, Machine, User
from .surroundings import system_files

USER = "tester"
_INSTALL = "make up ARGS='--tags provision,image'"
_AGENT = CHECKOUT / "roles/nas_image/files/nas_sync_agent"
# What is installed depends on them, and so does the image of the servers.
SOURCES = (
    Path(__file__),
    *(CHECKOUT / name for name in ("requirements.txt", "tools/venv.sh", "plugins/module_utils/_nfs/probe.py")),
    *(CHECKOUT / "roles" / name for name in ("nas_engine/defaults/main.yml", "nas_image/defaults/main.yml")),
    *sorted(
        path for role in ("nas_engine", "nas_image") for path in (CHECKOUT / "roles" / role / "vars").glob("*.yml")
    ),
    *sorted(_AGENT.rglob("*.py")),
    *sorted((CHECKOUT / "plugins/module_utils/_image").glob("*.py")),
)


def provision(suite: str, home: Path) -> None:
    """Install what ``make up`` installs into the root file system ``home/root``, as the user ``tester``."""
    machine = Machine(suite, home, User(USER, f"/home/{USER}"))
    with _kept(home / "root", [*system_files(), "/etc/resolv.conf", "/etc/hosts"]):
        for path, content in system_files(host="127.0.0.1").items():
            (home / "root" / path.lstrip("/")).write_bytes(content)
        # A link to what only a running machine has; image.py makes it again.
        (home / "root/etc/resolv.conf").unlink(missing_ok=True)
        try:
            machine.start()
            machine.run(_INSTALL, seconds=1800)
        finally:
            machine.stop()
    # What this machine needs of podman: the other will look at itself.
    shutil.rmtree(home / "root/var/lib/file-simulator", ignore_errors=True)


@contextlib.contextmanager
def _kept(root: Path, paths: t.Iterable[str]) -> t.Iterator[None]:
    """Put files back as they were: what this machine has of its surroundings is not the other's."""
    places = [root / path.lstrip("/") for path in paths]
    before = {place: place.read_bytes() if place.is_file() else None for place in places}
    try:
        yield
    finally:
        for place, content in before.items():
            if content is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(content)
