# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory that stands for Windows drives where there are none, and whose it is.

Private to file_simulator.nas. In this order: what a task names; what the instance runs on, which its engine has
recorded; ``file-simulator`` in the home of the person who calls. $HOME plays no part: sudo and services change it.
"""

from __future__ import annotations

import os
import pwd
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole

STATE_DIRECTORY = "/var/lib/file-simulator"
_RECORD = "drive_root"


def home_of_caller(environment: t.Mapping[str, str] | None = None) -> str:
    """Return the home directory of the person who runs this, by way of sudo, doas or pkexec where that is how root came."""
    environment = os.environ if environment is None else environment
    try:
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid()).pw_dir
        for name in ("SUDO_UID", "PKEXEC_UID"):
            if environment.get(name, "").isdigit():
                return pwd.getpwuid(int(environment[name])).pw_dir
        if environment.get("DOAS_USER"):
            return pwd.getpwnam(environment["DOAS_USER"]).pw_dir
        return pwd.getpwuid(0).pw_dir
    except KeyError:
        # A user whom no database knows, as in many containers.
        return os.path.expanduser("~")


def drive_root(given: str | None, instance: str, state_directory: str = STATE_DIRECTORY) -> str:
    """Return the directory that stands for Windows drives. ``instance`` may be empty where none is meant."""
    if given:
        return os.path.abspath(os.path.expanduser(given))
    recorded = _recorded(os.path.join(state_directory, instance, _RECORD)) if instance else ""
    return recorded or os.path.join(home_of_caller(), "file-simulator")


def record_drive_root(path: str, directory: str) -> None:
    """Keep in ``directory``, which lives as long as the instance does, what its servers' drives stand on."""
    target = os.path.join(directory, _RECORD)
    try:
        if _recorded(target) == path:
            return
        os.makedirs(directory, mode=0o755, exist_ok=True)
        write_whole(target, os.fsencode(path) + b"\n")
    except OSError as error:
        raise SimulatorError(f"{target}: cannot be written: {error.strerror}; run with become: true") from None


def _recorded(path: str) -> str:
    try:
        recorded = os.fsdecode(read_regular(path)).strip("\n")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise SimulatorError(f"{path}: cannot be read: {error.strerror}; name drive_root") from None
    if not os.path.isabs(recorded):
        raise SimulatorError(f"{path}: is damaged; remove it and name drive_root")
    return recorded
