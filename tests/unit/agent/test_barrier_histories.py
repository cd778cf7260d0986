# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories of users, faults, kills and barriers: none ever ends early.

The model is what the sources held when somebody asked. Each content is written once, so where it is tells whether it
has arrived. ``AGENT_HISTORIES`` gives the number of histories for each of the six machines, which is 1,000 in all else.
"""

from __future__ import annotations

import errno
import os
import shutil

from agent_users import Change, Users, histories
from agent_world import QUIET
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from nas_sync_agent.errors import SideUnavailable
from nas_sync_agent.model import Side
from nas_sync_agent.sync.acceptance import accept

HISTORIES = int(os.environ.get("AGENT_HISTORIES", "167"))
PATHS = ("a", "b", "d/a", "d/b", "d/e/a", "f/a", "A", "con")
FAILING = (
    "open",
    "stat",
    "write",
    "mkdir",
    "rename",
    "rename_noreplace",
    "rename_exchange",
    "unlink",
    "listing",
    "fstat",
)

paths = st.sampled_from(PATHS)
sources = st.integers(0, 1)
kinds = ("write", "write", "delete", "delete directory", "rename", "rename directory", "open", "write what is open")
changes = st.lists(
    st.builds(
        Change,
        when=st.integers(0, 60),
        changing=st.booleans(),
        what=st.sampled_from(kinds),
        side=st.sampled_from(list(Side)),
        path=paths,
        to=paths,
        size=st.sampled_from([8, 9]),
    ),
    max_size=4,
)
faults = st.lists(st.tuples(st.sampled_from(FAILING), st.integers(0, 6)), max_size=3)


class Asking(Users, RuleBasedStateMachine):
    """Users write in the sources alone: then all that is there must be on the other side."""

    def teardown(self) -> None:
        self.world.control.fault = None
        try:
            self.close_all()
            self.ask(False, [], [])
        finally:
            self.world.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    @initialize()
    def begin(self) -> None:
        self.world.start()

    def source(self, number: int) -> Side:
        return self.mode.sources[number % len(self.mode.sources)]

    # ------------------------------------------------------------------ users and surroundings

    @rule(which=sources, path=paths, size=st.sampled_from([8, 8, 9, 5000]))
    def write(self, which: int, path: str, size: int) -> None:
        self.write_at(self.source(which), path, size)

    @rule(which=sources, path=st.sampled_from((*PATHS, "d", "f")))
    def delete(self, which: int, path: str) -> None:
        self.delete_at(self.source(which), path)

    @rule(which=sources, path=paths, to=paths)
    def rename(self, which: int, path: str, to: str) -> None:
        self.rename_at(self.source(which), path, to)

    @rule(which=sources, names=st.sampled_from([("d", "f"), ("f", "d"), ("d/e", "f")]))
    def rename_directory(self, which: int, names: tuple[str, str]) -> None:
        self.rename_directory_at(self.source(which), *names)

    @rule(path=paths)
    def open_file(self, path: str) -> None:
        if Side.NAS in self.mode.sources:
            self.open_at(path)

    @rule(size=st.sampled_from([8, 9]))
    def write_what_is_open(self, size: int) -> None:
        self.write_open(size)

    @rule(seconds=st.sampled_from([0.1, 1.0, QUIET + 0.1]))
    def step(self, seconds: float) -> None:
        self.world.turn()
        self.world.pass_time(seconds)

    @rule(call=st.integers(0, 120))
    def kill(self, call: int) -> None:
        self.world.killed_at(call)

    @rule(failing=faults)
    def step_with_faults(self, failing: list[tuple[str, int]]) -> None:
        self.world.control.fault = self.disturbing([], failing)
        self.step(0.6)
        self.world.control.fault = None

    # ------------------------------------------------------------------ the barrier

    @rule(complete=st.booleans(), meanwhile=changes, failing=faults)
    def ask(self, complete: bool, meanwhile: list[Change], failing: list[tuple[str, int]]) -> None:
        """Somebody asks; users go on and calls fail while he waits. Whenever it ends, what was there has arrived."""
        world = self.world
        self.accept_what_is_withheld()
        there = {side: world.files(side) for side in self.mode.sources}
        self.touched = {side: set() for side in Side}
        world.control.fault = self.disturbing(meanwhile, failing)
        world.watching = True
        try:
            barrier = world.ask(complete=complete)
        except SideUnavailable:  # the answer is that it is halted
            world.control.fault = None
            barrier = world.ask(complete=complete)
        for patience in (8.0, 300.0):
            if world.reach(barrier, patience):
                break
            world.control.fault = None
            self.close_all()
        else:
            raise AssertionError(f"it never ends: {world.engine.barriers.left(barrier)} {world.status.halted_reason}")
        world.control.fault = None
        world.engine.barriers.end(barrier)
        for side, files in there.items():
            self.has_arrived(side, files)

    def accept_what_is_withheld(self) -> None:
        self.world.turn()
        if "make accept" in self.world.status.halted_reason:
            accept(str(self.world.state))
            self.world.turn()

    def disturbing(self, meanwhile: list[Change], failing: list[tuple[str, int]]) -> object:
        """Lets users of the sources act between the agent's calls, and some of these fail some times."""
        todo = [change for change in meanwhile if change.side in self.mode.sources]
        left = dict(failing)
        calls = 0

        def disturb(side: str, name: str, _what: str) -> None:
            nonlocal calls
            calls += 1
            if side == "ledger":
                return
            if side != "windows" or name not in ("rename", "unlink"):
                for change in [change for change in todo if change.is_due(calls, calls // 8)]:
                    todo.remove(change)
                    change.happen(self)
            if left.get(name, 0) > 0 and self.world.engine is not None:
                left[name] -= 1
                raise OSError(errno.EIO, "Input/output error")

        return disturb

    def has_arrived(self, side: Side, files: dict[str, str]) -> None:
        """What a source held when somebody asked, and still holds, is on the other side; what it had not is not."""
        now, across = self.world.files(side), self.world.files(side.other)
        users = side.other in self.mode.sources
        hidden = {place.lower() for place, found in across.items() if users and found in self.unseen}
        for path, content in files.items():
            if path.lower() in hidden:
                continue  # it had arrived, and a user has replaced it in a way that does not show
            if now.get(path) != content or content in self.unseen or self.world.status.is_refused(path):
                continue
            if is_below(path, self.touched[side.other]):
                continue  # it may have arrived, and been removed there by a user
            stem = path.partition(".")[0]
            places = [place for place, found in across.items() if found == content]
            assert any(place == path or place.startswith(f"{stem}.conflict-") for place in places), (
                f"{path} with {content} had not arrived: {across}"
            )
        if users:
            return
        held = {path.lower() for path in (*files, *now)}
        ghosts = {path for path in across if path.lower() not in held and ".conflict-" not in path}
        assert not ghosts, f"deleted before, and still there: {ghosts}"


def is_below(path: str, tops: set[str]) -> bool:
    parts = path.lower().split("/")
    return any("/".join(parts[:end]) in tops for end in range(1, len(parts) + 1))


globals().update(histories(Asking, "asking_", HISTORIES, 12))
