# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees with everything that a file system can hold, on both sides: the agent lives and a neighbour arrives.

The seeds are fixed; ``AGENT_FUZZ_TREES`` gives their number for a longer search.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import socket
import stat
from pathlib import Path

import pytest
from agent_world import LAYERS, World
from nas_sync_agent.model import Mode, Side
from nas_sync_agent.names import MARKER, is_temporary

SEEDS = int(os.environ.get("AGENT_FUZZ_TREES", "8"))
SECOND = 1_000_000_000
TIMES = (0, -1, -11_644_473_600, 10_413_792_000, 2**31, 2**32 + 1, 2**40, 1_700_000_000)
SIZES = (0, 1, 4096, 1 << 20, (1 << 20) + 1)
NAMES = (
    b"plain", b"\xff", b"\xed\xa0\x80", b"\xc3\xa9", b"e\xcc\x81", b"new\nline", b"\x1b[31m", b"CON", b"nul.txt", b"a:b",
    b"ends.", b"ends ", b" ", b"-rf", b"$(id)", b"back\\slash", b"\xf0\x9f\x98\x80", b"\xe2\x80\xae", b"x" * 255, b"PLAIN",
    b"\xc4\xb1", b"I", b"\xc5\xbf", b"s", b".nfs0123456789abcdef01", b".~nas-sync-0123456789abcdef.tmp", b"#1", b"%s%n",
)  # fmt: skip


class Tree:
    """A user with a taste for the odd, below one root. What the file system refuses is not made."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = os.fsencode(root)
        self.chance = chance
        self.makers = (self.file, self.file, self.file, self.directory, self.directory, self.deep, self.many,
                       self.symlink, self.hard_link, self.fifo, self.socket, self.device, self.sparse)  # fmt: skip

    def grow(self, count: int) -> None:
        for _number in range(count):
            with contextlib.suppress(OSError, ValueError):
                self.chance.choice(self.makers)(self.place())

    def directories(self) -> list[bytes]:
        return [self.root, *(where for where, _names, _files in os.walk(self.root) if len(where) < 2000)]

    def own(self) -> list[os.DirEntry[bytes]]:
        """All but what the test looks at, and what the agent is just writing for that."""
        kept = (MARKER.encode(), b"neighbour", b"within")
        found = [entry for entry in os.scandir(self.root) if entry.name not in kept]
        return [entry for entry in found if not is_temporary(os.fsdecode(entry.name))]

    def place(self) -> bytes:
        name = (
            self.chance.choice(NAMES) if self.chance.random() < 0.8 else self.chance.randbytes(5).replace(b"\0", b"_")
        )
        return os.path.join(self.chance.choice(self.directories()), name.replace(b"/", b"_"))

    def finish(self, path: bytes) -> None:
        seconds = self.chance.choice(TIMES)
        if self.chance.random() < 0.3:
            with contextlib.suppress(OSError):
                os.setxattr(path, b"user.odd", self.chance.randbytes(100))
        os.chmod(path, self.chance.choice((0, 0o200, 0o666, 0o777, 0o4777, 0o7000)))
        os.utime(path, ns=(seconds * SECOND, seconds * SECOND + self.chance.choice((0, 1, 999_999_999))))

    # Everything is made anew, never opened: what has the name already may be a link that leads out of the tree.

    def file(self, path: bytes) -> None:
        with open(path, "xb") as stream:
            stream.write(self.chance.randbytes(self.chance.choice(SIZES)))
        self.finish(path)

    def sparse(self, path: bytes) -> None:
        with open(path, "xb") as stream:
            stream.truncate(self.chance.choice((1 << 21, (1 << 62) - self.chance.randrange(1 << 20))))
        self.finish(path)

    def directory(self, path: bytes) -> None:
        os.mkdir(path)
        self.finish(path)

    def deep(self, path: bytes) -> None:
        os.makedirs(path + b"/d" * 300)

    def many(self, path: bytes) -> None:
        os.mkdir(path)
        for number in range(200):
            open(os.path.join(path, b"%d" % number), "wb").close()

    def symlink(self, path: bytes) -> None:
        os.symlink(self.chance.choice((b".", b"..", b"/nowhere/at/all", b"nowhere", b"\xff", path)), path)

    def hard_link(self, path: bytes) -> None:
        files = [entry.path for entry in self.own() if entry.is_file(follow_symlinks=False)]
        os.link(self.chance.choice(files or [self.root]), path)

    def fifo(self, path: bytes) -> None:
        os.mkfifo(path)

    def socket(self, path: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path)

    def device(self, path: bytes) -> None:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))

    def swap(self) -> None:
        """Something becomes something else: a directory a file, a file a directory, a link, or nothing."""
        with contextlib.suppress(OSError, IndexError):
            path = self.chance.choice([entry.path for entry in self.own()])
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
            self.chance.choice(self.makers)(path)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_agent_lives_and_a_neighbour_arrives(world: World, mode: Mode, seed: int) -> None:
    world.mode = mode
    world.start()
    chance = random.Random(seed)
    trees = [Tree(world.root(side), chance) for side in Side]
    source = mode.sources[-1]
    for tree in trees:
        tree.grow(12)
    world.write(source, "neighbour", "here")
    world.write(source, "within/neighbour", "here too")
    busy = [False]

    def fault(_side: str, _name: str, _what: str) -> None:
        if not busy[0] and chance.random() < 0.01:
            busy[0] = True
            chance.choice(trees).swap()
            busy[0] = False

    world.control.fault = fault
    world.settle(6)
    world.control.fault = None
    world.settle()
    assert world.read(source.other, "neighbour") == "here"
    assert world.read(source.other, "within/neighbour") == "here too"
    assert not world.status.halted_reason
    assert json.dumps(world.status.snapshot(), ensure_ascii=False).encode("utf-8", "strict")
    world.start()
    world.write(source, "later", "there")
    world.settle()
    assert world.read(source.other, "later") == "there"
