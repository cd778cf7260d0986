# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests that tell contents apart, also those of files of which hardly anything is there.

A sparse file may seem to have 2^62 bytes. A run of zeros of a GiB and more counts by its length, not byte by byte, be
it stored or a hole; where the file system tells its holes, they are not read either.
"""

from __future__ import annotations

import errno
import hashlib

from .syscalls import Syscalls

BLOCK = 1 << 20
_ZEROS = bytes(BLOCK)
_LONG_RUN = 1 << 10
"""Blocks. Shorter runs are hashed as what they are, so that nearly every digest is that of the plain content."""
_MOST_UNTOLD = 64
"""Blocks of zeros that are read of a file which must have holes, on a file system that does not tell of them."""


class Digest:
    """The digest of a content that comes in parts."""

    def __init__(self) -> None:
        """Start with none."""
        self._hash = hashlib.blake2b(digest_size=16)
        self._runs = hashlib.blake2b(digest_size=16)
        self._has_runs = False
        self._partial = b""
        self._blocks = 0
        self._zeros = 0

    def update(self, data: bytes) -> None:
        """The next part, of any length."""
        if self._partial or len(data) != BLOCK:
            data = self._partial + data
        whole = len(data) - len(data) % BLOCK
        for start in range(0, whole, BLOCK):
            block = data if len(data) == BLOCK else data[start : start + BLOCK]
            if block == _ZEROS:
                self._zeros += 1
            else:
                self._end_run()
                self._hash.update(block)
            self._blocks += 1
        self._partial = data[whole:]

    def skip(self, blocks: int) -> None:
        """The next part is so many blocks of zeros. What came before must have been whole blocks."""
        self._zeros += blocks
        self._blocks += blocks

    def _end_run(self) -> None:
        if self._zeros < _LONG_RUN:
            for _block in range(self._zeros):
                self._hash.update(_ZEROS)
        else:
            self._runs.update(b"%d+%d," % (self._blocks - self._zeros, self._zeros))
            self._has_runs = True
        self._zeros = 0

    def digest(self) -> bytes:
        """The digest of all that came."""
        self._end_run()
        self._hash.update(self._partial)
        self._partial = b""
        if self._has_runs:
            self._hash.update(self._runs.digest())
        return self._hash.digest()


def digest_of(sys: Syscalls, fd: int, size: int, room: int) -> bytes:
    """The digest of a file of ``size`` bytes, read from its start, on a file system of ``room`` bytes (0: unknown).

    Raises OSError: EFBIG where the file must have holes and the file system does not tell of them.
    """
    content, at, untold = Digest(), 0, 0
    while data := _block(sys, fd):
        content.update(data)
        at += len(data)
        if data != _ZEROS:
            continue
        found = sys.seek_data(fd, at)
        blocks = ((size if found is None else found) - at) // BLOCK
        if blocks > 0:
            content.skip(blocks)
            at += blocks * BLOCK
            untold = 0
        elif 0 < room < size:
            untold += 1
            if untold > _MOST_UNTOLD:
                raise OSError(errno.EFBIG, "it is larger than its file system, which does not tell what it really has")
        sys.seek(fd, at)
    return content.digest()


def _block(sys: Syscalls, fd: int) -> bytes:
    """The next block, shorter than one at the end only."""
    data = sys.read(fd, BLOCK)
    while data and len(data) < BLOCK and (more := sys.read(fd, BLOCK - len(data))):
        data += more
    return data
