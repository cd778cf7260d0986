# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows directories as this machine sees them, and their markers. Private to file_simulator.nas."""

from __future__ import annotations

import contextlib
import errno
import os
import threading

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import (
    Drives,
    WindowsPath,
    automount_root,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.wsl_mounts import drive_mounts

_WSL_CONF = "/etc/wsl.conf"
_KERNEL_RELEASE = "/proc/sys/kernel/osrelease"
_MOUNTINFO = "/proc/self/mountinfo"
# A mount whose other end has died lets its callers wait for ever.
_SPACE_SECONDS = 1.0


def find_drives(
    stand_in: str,
    wsl_conf: str = _WSL_CONF,
    kernel_release: str = _KERNEL_RELEASE,
    mountinfo: str = _MOUNTINFO,
) -> Drives:
    """Tell where this machine sees Windows drives; ``stand_in`` is the directory that stands for them elsewhere."""
    if "microsoft" not in _read_if_there(kernel_release).lower():
        return Drives("stand_in", os.path.abspath(os.path.expanduser(stand_in)))
    try:
        root = automount_root(_read_if_there(wsl_conf))
    except ValueError as error:
        raise SimulatorError(str(error)) from None
    mounts = drive_mounts(_read_if_there(mountinfo), root or "")
    if root is None and not mounts:
        raise SimulatorError(
            "/etc/wsl.conf switches automount off, and no Windows drive is mounted; "
            "remove enabled=false, or mount the drive (sudo mount -t drvfs C: /mnt/c)"
        )
    return Drives("wsl", root or "/mnt/", mounts)


def check_drive(drives: Drives, path: WindowsPath) -> None:
    """Raise SimulatorError when the drive of ``path`` is not there: WSL leaves an empty directory then."""
    drive = drives.drive(path)
    if drives.kind == "wsl" and path.drive not in drives.mounts and not os.path.ismount(drive):
        raise SimulatorError(
            f"{path}: drive {path.drive}: is not mounted at {drive}; check the letter, or restart WSL (wsl.exe --shutdown)"
        )


def space_of(directory: str) -> tuple[int, int] | None:
    """Return the free and all bytes of the drive that has ``directory``, None when it does not tell at once."""
    found: list[tuple[int, int]] = []

    def look() -> None:
        with contextlib.suppress(OSError):
            drive = os.statvfs(directory)
            found.append((drive.f_bavail * drive.f_frsize, drive.f_blocks * drive.f_frsize))

    # A daemon: the module ends without it.
    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(_SPACE_SECONDS)
    return found[0] if found else None


def read_marker(directory: str) -> Marker | None:
    """Return the marker in ``directory``, None when there is none. Raises SimulatorError when it is no marker."""
    path = os.path.join(directory, MARKER_NAME)
    try:
        return Marker.parse(read_regular(path).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SimulatorError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise SimulatorError(f"{path}: is damaged; remove it and run the role windows_layout again") from None


def write_marker(directory: str, marker: Marker) -> None:
    """Write a marker, whole or not at all."""
    path = os.path.join(directory, MARKER_NAME)
    # A name that the sync agent takes for no file of a tester's.
    beside = f".~nas-sync-{os.urandom(8).hex()}.tmp"
    try:
        write_whole(path, marker.text.encode("utf-8"), beside)
    except OSError as error:
        raise SimulatorError(f"{path}: cannot be written: {error.strerror}") from None


def require_marker(shown: WindowsPath | str, directory: str, server: str) -> Marker:
    """Return the marker of a directory that must have been laid out; raise SimulatorError when it is not there.

    ``server`` is the name that the marker must bear, empty for the data root.
    """
    if not os.path.isdir(directory):
        problem = "does not exist"
    else:
        marker = read_marker(directory)
        if marker and marker.server == server:
            return marker
        problem = f"has the marker of '{marker.server}'" if marker else f"has no marker {MARKER_NAME}"
    raise SimulatorError(
        f"{shown} ({directory}) {problem}: it is not mounted, or not laid out yet; "
        "mount it, or run the role windows_layout"
    )


def _read_if_there(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return ""
        raise SimulatorError(f"{path}: cannot be read: {error.strerror}") from None
