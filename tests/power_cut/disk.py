# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk with a volatile cache: the worst that an honest drive may do to who has not flushed.

A write is acknowledged once it is in the cache. A flush brings the cache to the file. When the power is cut, of each
block that was written since the last flush any version may be the one on the disk, whatever the order: all, none and
everything in between is what real drives do.
"""

from __future__ import annotations

import random
import threading
from pathlib import Path

BLOCK = 4096


class VolatileDisk:
    """A file, and the blocks written since the last flush. Blocks of 4 KiB are written whole or not at all.

    ``lies``: a flush is acknowledged and does nothing, as with drives that nobody should trust. For trying the test.
    """

    def __init__(self, path: Path, *, lies: bool = False) -> None:
        self.path = path
        self.size = path.stat().st_size
        self._lies = lies
        self._file = open(path, "r+b", buffering=0)  # noqa: SIM115 (until close)
        self._cache: dict[int, list[bytes]] = {}
        self._lock = threading.Lock()
        self.flushes = 0

    def close(self) -> None:
        self._file.close()

    def read(self, offset: int, length: int) -> bytes:
        """What the machine has written, flushed or not."""
        with self._lock:
            first, last = offset // BLOCK, (offset + length - 1) // BLOCK
            data = b"".join(self._block(number) for number in range(first, last + 1))
        begin = offset - first * BLOCK
        return data[begin : begin + length]

    def write(self, offset: int, data: bytes) -> None:
        """Take in a write. It is on the disk after :meth:`flush`."""
        with self._lock:
            while data:
                number, begin = divmod(offset, BLOCK)
                part, data = data[: BLOCK - begin], data[BLOCK - begin :]
                if len(part) < BLOCK:
                    block = bytearray(self._block(number))
                    block[begin : begin + len(part)] = part
                    part = bytes(block)
                self._cache.setdefault(number, []).append(bytes(part))
                offset += BLOCK - begin

    def flush(self) -> None:
        """Bring all that was written to the disk."""
        with self._lock:
            self.flushes += 1
            if not self._lies:
                self._keep({number: versions[-1] for number, versions in self._cache.items()})

    def cut(self, chance: random.Random) -> tuple[int, int]:
        """Lose the power: return how many blocks were not flushed, and how many of them are lost or older ones."""
        with self._lock:
            unflushed = self._cache
            # Nothing and everything are frequent on real drives, and find what a mixture hides.
            share = chance.choice((0.0, 1.0, chance.random()))
            kept = {number: versions[-1] for number, versions in unflushed.items() if chance.random() < share}
            if 0 < share < 1:
                kept |= {n: chance.choice(unflushed[n]) for n in list(kept) if chance.random() < 0.2}
            lost = sum(kept.get(number) != versions[-1] for number, versions in unflushed.items())
            total = len(unflushed)
            self._keep(kept)
            return total, lost

    def _keep(self, blocks: dict[int, bytes]) -> None:
        for number, block in sorted(blocks.items()):
            self._file.seek(number * BLOCK)
            self._file.write(block)
        self._cache = {}

    def _block(self, number: int) -> bytes:
        if number in self._cache:
            return self._cache[number][-1]
        self._file.seek(number * BLOCK)
        return self._file.read(BLOCK).ljust(BLOCK, b"\0")
