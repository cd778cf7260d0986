# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of ours that stand where others may put things, too: read without waiting, written whole or not at all.

Private to file_simulator.nas.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# Nothing of ours comes near it; what does is none of ours.
_LONGEST = 16 << 20
# O_NONBLOCK: opening a FIFO would wait for its other end, for ever.
_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISLNK, "a symbolic link"),
)


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


def write_whole(path: str, content: bytes, beside: str, mode: int = 0o644) -> None:
    """Replace a file by way of the new name ``beside`` in its directory. Raises OSError.

    What stands at ``beside`` already is never opened: that is an error, FileExistsError.
    """
    where = os.path.join(os.path.dirname(path), beside)
    descriptor = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(where, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(where)
        raise


def _no_file(path: str, mode: int) -> SimulatorError:
    word = next((word for is_kind, word in _KINDS if is_kind(mode)), "a device")
    return SimulatorError(f"{path}: is {word} and no regular file; move it away")
