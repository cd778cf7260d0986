# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where this machine sees Windows drives. Private to file_simulator.nas."""

from __future__ import annotations

import configparser
import errno
import os
import posixpath
import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.answering import answers, words
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.wsl_mounts import drive_mounts

_WSL_CONF = "/etc/wsl.conf"
_KERNEL_RELEASE = "/proc/sys/kernel/osrelease"
_MOUNTINFO = "/proc/self/mountinfo"
_WSL_AUTOMOUNT_ROOT = "/mnt/"
_RESTART = "restart WSL (wsl.exe --shutdown)"
# A drive that sleeps takes seconds.
_ANSWER_SECONDS = 10.0
# What a directory says that is not there yet, or not for the one who asks.
_HARMLESS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM})


@dataclass(frozen=True)
class Drives:
    r"""Where a machine sees Windows drives: drive C: is ``<root>/c``.

    ``kind`` is ``wsl`` (drives are mounted below the automount root) or ``emulated`` (on plain Linux
    and macOS a directory stands for each drive). ``mounts`` are drives that are known to be mounted, by
    letter, wherever that is.
    """

    kind: str
    root: str
    mounts: t.Mapping[str, str] = field(default_factory=dict)

    def local(self, path: WindowsPath) -> str:
        """Return the POSIX path of a Windows path on this machine."""
        return posixpath.join(self.drive(path), *path.parts)

    def drive(self, path: WindowsPath) -> str:
        """Return the POSIX path of the path's drive."""
        return self.mounts.get(path.drive) or posixpath.join(self.root, path.drive.lower())


def find_drives(
    stand_in: str,
    wsl_conf: str = _WSL_CONF,
    kernel_release: str = _KERNEL_RELEASE,
    mountinfo: str = _MOUNTINFO,
) -> Drives:
    """Tell where this machine sees Windows drives; ``stand_in`` is the directory that stands for them elsewhere."""
    if "microsoft" not in _read_if_there(kernel_release).lower():
        return Drives("emulated", os.path.abspath(os.path.expanduser(stand_in)))
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


def check_answering(drives: Drives, paths: t.Sequence[WindowsPath]) -> None:
    """Raise SimulatorError for the first of ``paths`` that is on a drive whose other end has died, or answers nothing.

    What looks at such a path by itself waits until the drive is back.
    """
    # The drives first: who looks at a path on them looks at them, too.
    places = [*((drives.drive(path), path) for path in paths), *((drives.local(path), path) for path in paths)]
    found = answers([place for place, _path in places], _ANSWER_SECONDS)
    remedy = f"mount it again{', or ' + _RESTART if drives.kind == 'wsl' else ''}"
    for (place, path), seen in zip(places, found):
        if seen.error and seen.error not in _HARMLESS:
            raise SimulatorError(f"{path} ({place}): its drive is dead ({words(seen.error)}); {remedy}")
    if len(found) < len(places):
        place, path = places[len(found)]
        raise SimulatorError(f"{path} ({place}): its drive has not answered for {_ANSWER_SECONDS:.0f} s; {remedy}")


def check_drive(drives: Drives, path: WindowsPath) -> None:
    """Raise SimulatorError when the drive of ``path`` is not there: WSL leaves an empty directory then."""
    drive = drives.drive(path)
    if drives.kind == "wsl" and path.drive not in drives.mounts and not os.path.ismount(drive):
        raise SimulatorError(f"{path}: drive {path.drive}: is not mounted at {drive}; check the letter, or {_RESTART}")


def automount_root(wsl_conf: str) -> str | None:
    """Return the directory below which WSL mounts drives, from the text of /etc/wsl.conf.

    The setting is ``root`` in section ``automount``, ``/mnt/`` by default. Returns None when automount
    is switched off; raises ValueError when the file cannot be read as an INI file.
    """
    parser = configparser.ConfigParser(strict=False, interpolation=None, inline_comment_prefixes=("#",))
    try:
        parser.read_string(wsl_conf)
    except configparser.Error as error:
        raise ValueError(f"/etc/wsl.conf cannot be read: {str(error).splitlines()[0]}") from None
    section: t.Mapping[str, str] = parser["automount"] if parser.has_section("automount") else {}
    if section.get("enabled", "true").strip().strip('"').lower() in ("false", "0", "no"):
        return None
    return section.get("root", _WSL_AUTOMOUNT_ROOT).strip().strip('"') or _WSL_AUTOMOUNT_ROOT


def _read_if_there(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return ""
        raise SimulatorError(f"{path}: cannot be read: {error.strerror}") from None
