# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that seem huge and have hardly anything: comparing them takes no longer than what they have."""

from __future__ import annotations

import hashlib
import os
import random
import time
from pathlib import Path

import pytest
from agent_world import World
from nas_sync_agent.model import Mode, Side
from nas_sync_agent.trees import contents
from nas_sync_agent.trees.contents import BLOCK, Digest, digest_of
from nas_sync_agent.trees.syscalls import Syscalls

W, N = Side.WINDOWS, Side.NAS
HUGE = (1 << 62) - 5
GIB = 1 << 30


class Untold(Syscalls):
    """A file system that knows nothing of holes."""

    def seek_data(self, fd: int, offset: int) -> int | None:
        return offset


def make(path: Path, size: int, *pieces: tuple[int, bytes]) -> None:
    with path.open("wb") as stream:
        for offset, data in pieces:
            stream.seek(offset)
            stream.write(data)
        try:
            stream.truncate(size)
        except OSError as error:
            pytest.skip(f"no file of {size} bytes can be made here: {error.strerror}")


def digest(path: Path, sys: Syscalls | None = None, room: int = 0) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    try:
        return digest_of(sys or Syscalls(), fd, os.fstat(fd).st_size, room)
    finally:
        os.close(fd)


def test_equal_on_both_sides(world: World) -> None:
    """Read to the end, either would take a century."""
    world.mode = Mode.TWO_WAY
    world.start()
    for side in Side:
        make(world.root(side) / "huge", HUGE, (HUGE // 2, b"x"))
        os.utime(world.root(side) / "huge", (1e9, 1e9))
    world.write(W, "neighbour", "1")
    begin = time.monotonic()
    world.settle()
    assert time.monotonic() - begin < 30
    assert world.read(N, "neighbour") == "1"
    reasons = [error["reason"] for error in world.status.snapshot()["errors"]]
    if world.layer == "plain":
        assert reasons == [] and world.ledger is not None and world.ledger.get("huge") is not None
    else:
        assert reasons == ["it is larger than its file system, which does not tell what it really has"]


def test_contents_are_told_apart(directory: Path) -> None:
    made = {
        name: (size, pieces)
        for name, size, *pieces in [
            ("empty", HUGE),
            ("shorter", HUGE - 1),
            ("a", HUGE, (HUGE // 2, b"x")),
            ("moved", HUGE, (HUGE // 2 + BLOCK, b"x")),
            ("other", HUGE, (HUGE // 2, b"y")),
            ("end", HUGE, (HUGE - 1, b"x")),
            ("two", HUGE, (0, b"x"), (3 * GIB, b"x")),
            ("two-apart", HUGE, (0, b"x"), (4 * GIB, b"x")),
        ]
    }
    for name, (size, pieces) in made.items():
        make(directory / name, size, *pieces)
    assert len({digest(directory / name) for name in made}) == len(made)


def test_a_hole_is_as_good_as_zeros(directory: Path) -> None:
    size = GIB + 5 * BLOCK + 7
    make(directory / "sparse", size, (0, b"a"), (GIB + 4 * BLOCK, b"b"))
    assert digest(directory / "sparse") == digest(directory / "sparse", Untold())


@pytest.mark.parametrize("seed", range(20))
def test_an_ordinary_file_has_the_digest_that_ledgers_know(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever parts it comes; and so it has with short runs of zeros."""
    monkeypatch.setattr(contents, "BLOCK", 8)
    monkeypatch.setattr(contents, "_ZEROS", bytes(8))
    chance = random.Random(seed)
    data = b"".join(chance.choice((bytes(8), bytes(5), b"12345678", b"x")) for _part in range(50))
    content, start = Digest(), 0
    while start < len(data):
        length = chance.choice((1, 3, 8, 16, 40))
        content.update(data[start : start + length])
        start += length
    assert content.digest() == hashlib.blake2b(data, digest_size=16).digest()


def test_what_is_really_there_is_read(directory: Path) -> None:
    """Only a file that must have holes is given up."""
    make(directory / "zeros", 100 * BLOCK)
    plain = hashlib.blake2b(bytes(100 * BLOCK), digest_size=16).digest()
    assert digest(directory / "zeros", Untold(), room=200 * BLOCK) == plain
    with pytest.raises(OSError, match="larger than its file system"):
        digest(directory / "zeros", Untold(), room=99 * BLOCK)


@pytest.mark.parametrize("layer", ["windows"])
def test_not_written_out_where_the_room_is_not_told(world: World) -> None:
    """Minikube's server tells nothing of the room: all of Windows' disk would go."""
    world.mode = Mode.NAS_TO_WINDOWS
    world.start()
    make(world.root(N) / "huge", HUGE)
    world.write(N, "neighbour", "1")
    world.settle()
    assert world.files(W) == {"neighbour": "1"}
    assert [error["path"] for error in world.status.snapshot()["errors"]] == ["huge"]
