# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All sequences of two operations, in targets of their own of three, with kills at the steps of the agent (CrashMonkey's idea)."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_world import World, scratch
from nas_sync_agent.model import Mode, Side

Operation = tuple[str, Callable[[World, Side, str], None]]

SEQUENCES = int(os.environ.get("AGENT_CRASH_OPERATIONS", "2"))
_MOST_CALLS_OF_A_START = 100
STRIDE = int(os.environ.get("AGENT_CRASH_STRIDE", "11"))


def _rename(world: World, side: Side, _content: str) -> None:
    world.pass_time(0.001)
    if (world.root(side) / "a").is_file() and not (world.root(side) / "b").is_dir():
        (world.root(side) / "a").rename(world.root(side) / "b")


def _delete(world: World, side: Side, _content: str) -> None:
    if (world.root(side) / "a").exists():
        world.delete(side, "a")


OPERATIONS: list[Operation] = [
    ("write a", lambda world, side, content: world.write(side, "a", content)),
    ("delete a", _delete),
    ("rename a b", _rename),
    ("write d/a", lambda world, side, content: world.write(side, "d/a", content)),
    ("theirs a", lambda world, side, content: world.write(side.other, "a", content)),
    ("their delete a", lambda world, side, content: _delete(world, side.other, content)),
]


def sequences(length: int) -> Iterator[tuple[Operation, ...]]:
    """All sequences of a length."""
    return itertools.product(OPERATIONS, repeat=length)


class Run:
    """One sequence in a fresh world, settled before its last operation and killed after it."""

    def __init__(self, sequence: tuple[Operation, ...], mode: Mode, layer: str) -> None:
        self.directory = Path(tempfile.mkdtemp(dir=scratch()))
        self.world = World(self.directory, layer, mode)
        self.world.start()
        self.written: set[str] = set()
        self.source = mode.sources[0]
        for number, (_name, operation) in enumerate(sequence):
            if number == len(sequence) - 1:
                self.world.settle()
            content = f"content {number} " * (number + 1)
            self.written.add(content)
            operation(self.world, self.source, content)

    def check(self) -> None:
        """No part of a content, ever."""
        for side in Side:
            assert set(self.world.files(side).values()) <= self.written

    def outcome(self) -> tuple[dict[str, str], dict[str, str]]:
        """Both trees at rest."""
        self.world.settle()
        self.check()
        assert not list((self.world.state / "stage").iterdir())
        assert self.world.files(Side.WINDOWS, temporary=True) == self.world.files(Side.WINDOWS)
        return self.world.files(Side.WINDOWS), self.world.files(Side.NAS)

    def outcome_later(self) -> list[tuple[dict[str, str], dict[str, str]]]:
        """Both trees at rest, and after a change and a deletion: whose file is whose shows only then."""
        outcomes = [self.outcome()]
        for change in (lambda: self.world.write(self.source, "a", "later"), self.delete_all):
            self.written.add("later")
            change()
            outcomes.append(self.outcome())
        return outcomes

    def delete_all(self) -> None:
        for path in self.world.files(self.source):
            self.world.delete(self.source, path)

    def close(self) -> None:
        self.world.close()
        shutil.rmtree(self.directory)


@pytest.mark.parametrize("layer", ["plain", "windows"])
@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
@pytest.mark.parametrize("length", range(1, SEQUENCES + 1))
def test_kill_at_every_step(length: int, mode: Mode, layer: str) -> None:
    """Whenever the agent is killed, the trees end up as if it had not been."""
    kills = 0
    for sequence in sequences(length):
        # Sequences of three differ from those of two in their last operation's surroundings only, so that
        # a part of the steps does there; shifted, so that all steps are met over the sequences.
        stride = 1 if length < 3 else STRIDE
        undisturbed = Run(sequence, mode, layer)
        before = undisturbed.world.control.calls
        undisturbed.world.settle()
        steps = undisturbed.world.control.calls - before
        expected = undisturbed.outcome_later()
        undisturbed.close()
        for step in range(kills % stride, steps, stride):
            run = Run(sequence, mode, layer)
            run.world.killed_at(step)
            run.check()
            names = [name for name, _operation in sequence]
            assert run.outcome_later() == expected, f"{names} killed at call {step}"
            run.close()
            kills += 1
    assert kills > 100


@pytest.mark.parametrize("layer", ["plain", "windows"])
@pytest.mark.parametrize("mode", [Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS, Mode.TWO_WAY])
def test_killed_again_while_it_makes_good(mode: Mode, layer: str) -> None:
    """A second kill, anywhere in the start after the first, changes nothing either."""
    write, other = OPERATIONS[0], OPERATIONS[1]
    kills = 0
    for sequence in ((write, write), (write, other)):
        undisturbed = Run(sequence, mode, layer)
        before = undisturbed.world.control.calls
        undisturbed.world.settle()
        steps = undisturbed.world.control.calls - before
        expected = undisturbed.outcome_later()
        undisturbed.close()
        for step in range(steps):
            again = 0
            while again < _MOST_CALLS_OF_A_START:
                run = Run(sequence, mode, layer)
                run.world.killed_at(step)
                died = run.world.killed_at(again, "start")
                assert run.outcome_later() == expected, f"killed at call {step}, and at call {again} of the next start"
                run.close()
                kills += 1
                again += 1
                if not died:
                    break
    assert kills > 50
