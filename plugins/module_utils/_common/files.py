# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of ours that stand where others may put things, too: read without waiting, written whole or not at all.

Private to file_simulator.nas.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# Nothing of ours comes near it; what does is none of ours.
_LONGEST = 16 << 20
_MODE = 0o644
_PART_BYTES = 1 << 20
# O_NONBLOCK: opening a FIFO would wait for its other end, for ever.
_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISLNK, "a symbolic link"),
)


def measured(source: t.IO[bytes], target: t.IO[bytes] | None = None) -> tuple[int, str]:
    """Return the size in bytes and the SHA-256 of what a stream yields from here on; ``target`` gets a copy of it."""
    digest, size = hashlib.sha256(), 0
    for part in iter(lambda: source.read(_PART_BYTES), b""):
        digest.update(part)
        size += len(part)
        if target is not None:
            target.write(part)
    return size, digest.hexdigest()


def make_for_everybody() -> None:
    """Let everybody read what this module makes from now on, whatever the umask of its caller.

    What root keeps on the machine is the machine's: who is not root is told of it, and finds the engine by it.
    """
    os.umask(0o022)


def read_regular(path: str) -> bytes:
    """Return the content of a regular file. Never waits, and follows no symbolic link in the last component.

    Raises SimulatorError when something else than a regular file of a sensible length stands there,
    and OSError when it cannot be read or is not there.
    """
    try:
        descriptor = os.open(path, _READING)
    except OSError as error:
        # A link is not followed (ELOOP), and a socket cannot be opened (ENXIO).
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _no_file(path, os.lstat(path).st_mode) from None
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise _no_file(path, mode)
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            content = stream.read(_LONGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > _LONGEST:
        raise SimulatorError(f"{path}: is longer than {_LONGEST >> 20} MiB, so it is none of ours; move it away")
    return content


def write_whole(path: str, content: bytes, beside: str = "", mode: int | None = None) -> None:
    """Replace a file by way of a new one in its directory, named ``beside`` where the name matters.

    ``mode`` is given to the file whatever the umask; without it, as drives of Windows take none, 0644 less the umask.
    Raises OSError. What stands at ``beside`` already is never opened: that is an error, FileExistsError.
    """
    _replace({path: _write_beside(path, content, beside, mode)})


def write_together(contents: t.Mapping[str, bytes]) -> None:
    """Replace several files. All are written beside their places before the first is put into its own. Raises OSError."""
    written: dict[str, str] = {}
    try:
        for path, content in contents.items():
            written[path] = _write_beside(path, content, "", None)
    except BaseException:
        _remove(written.values())
        raise
    _replace(written)


def write_if_other(path: str, content: bytes) -> bool:
    """Give a file its content, in a directory that is made when it is missing; return whether that was another.

    Raises OSError, and SimulatorError when something else than a file stands there.
    """
    try:
        if read_regular(path) == content:
            return False
    except OSError:
        pass  # absent, or unreadable: what follows says which
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_whole(path, content)
    return True


def _write_beside(path: str, content: bytes, name: str, mode: int | None) -> str:
    where = os.path.join(os.path.dirname(path), name or f".{os.path.basename(path)}.{os.urandom(8).hex()}.tmp")
    descriptor = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
    except BaseException:
        _remove([where])
        raise
    return where


def _replace(written: t.Mapping[str, str]) -> None:
    try:
        for path, where in written.items():
            os.replace(where, path)
    except BaseException:
        _remove(written.values())
        raise


def _remove(paths: t.Iterable[str]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            os.unlink(path)


def existing_ancestor(path: str) -> str:
    """Return the path itself when it is a directory, or else the nearest directory above that is there."""
    there = os.path.abspath(path)
    while not os.path.isdir(there) and there != os.path.dirname(there):
        there = os.path.dirname(there)
    return there


def _no_file(path: str, mode: int) -> SimulatorError:
    word = next((word for is_kind, word in _KINDS if is_kind(mode)), "a device")
    return SimulatorError(f"{path}: is {word} and no regular file; move it away")
