# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories of two users, an agent, kills, lost volumes and mounts, checked against a model.

The planner, the executor and the ledger are the real ones, on real directories; the model knows what the
users have done. In ``AGENT_HISTORIES`` the number of histories for each of the six machines can be given.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from agent_faults import CHANGING
from agent_users import Change, Users, histories
from agent_world import QUIET
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from nas_sync_agent.model import Mode, Side
from nas_sync_agent.sync.acceptance import accept

HISTORIES = int(os.environ.get("AGENT_HISTORIES", "500"))
PATHS = ("a", "b", "d/a", "d/b", "d/e/a", "f/a", "A", "con")

sides = st.sampled_from(list(Side))
paths = st.sampled_from(PATHS)


KINDS = (
    *("write", "write", "delete", "delete directory", "rename", "rename directory"),
    *("open", "open", "write what is open", "write what is open"),
)
changes = st.builds(
    Change,
    when=st.integers(0, 120),
    changing=st.booleans(),
    what=st.sampled_from(KINDS),
    side=sides,
    path=paths,
    to=paths,
    size=st.sampled_from([8, 9]),
)


class Histories(Users, RuleBasedStateMachine):
    """What the two users, the agent and its surroundings do, and what must hold meanwhile and in the end."""

    def teardown(self) -> None:
        self.close_all()
        try:
            self.reach_rest()
        finally:
            self.world.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    @initialize()
    def begin(self) -> None:
        self.world.start()

    # ------------------------------------------------------------------ users

    @rule(side=sides, path=paths, size=st.sampled_from([8, 8, 9, 5000]))
    def write(self, side: Side, path: str, size: int) -> None:
        self.write_at(side, path, size)

    @rule(side=sides, data=st.data())
    def delete(self, side: Side, data: st.DataObject) -> None:
        files = sorted({*self.world.files(side), *self.world.directories(side)}) if self.usable(side) else []
        if files:
            self.delete_at(side, data.draw(st.sampled_from(files)))

    @rule(side=sides, data=st.data(), to=paths)
    def rename(self, side: Side, data: st.DataObject, to: str) -> None:
        files = sorted(self.world.files(side)) if self.usable(side) else []
        root = self.world.root(side)
        if not files or not (root / to).parent.is_dir() or (root / to).is_dir():
            return
        self.rename_at(side, data.draw(st.sampled_from(files)), to)

    @rule(side=sides, path=st.sampled_from(["d", "d/e", "b"]))
    def mkdir(self, side: Side, path: str) -> None:
        target = self.world.root(side) / path
        if self.usable(side) and target.parent.is_dir() and not target.exists():
            self.touched[side].add(path.lower())
            target.mkdir()

    @rule(side=sides, names=st.sampled_from([("d", "f"), ("f", "d"), ("d/e", "f")]))
    def rename_directory(self, side: Side, names: tuple[str, str]) -> None:
        self.rename_directory_at(side, *names)

    # ------------------------------------------------------------------ agent and its surroundings

    @rule(seconds=st.sampled_from([0.1, 1.0, QUIET + 0.1, 30.0]))
    def step(self, seconds: float) -> None:
        self.world.turn()
        self.world.pass_time(seconds)

    @rule(
        changes=st.lists(changes, min_size=1, max_size=4),
        ready=st.booleans(),
        seconds=st.sampled_from([0.1, QUIET + 0.1]),
    )
    def step_with_changes(self, changes: list[Change], ready: bool, seconds: float) -> None:
        """Users of both sides go on while the agent works: between any two of its system calls."""
        if ready:  # what waits for a quiet period is carried over in this step
            self.step(QUIET + 0.1)
        todo = list(changes)
        calls = changing_calls = 0

        def go_on(side: str, name: str, _what: str) -> None:
            nonlocal calls, changing_calls
            calls += 1
            changing_calls += name in CHANGING
            # Between its last look and what it does then nothing can be seen on the Windows side: docs/sync.md says so.
            if side == "ledger" or (side == "windows" and name in ("rename", "unlink")):
                return
            for change in [change for change in todo if change.is_due(calls, changing_calls)]:
                todo.remove(change)
                change.happen(self)

        self.world.control.fault = go_on
        try:
            self.world.turn()
        finally:
            self.world.control.fault = None
        self.world.pass_time(seconds)

    @rule()
    def settle(self) -> None:
        self.world.settle(4)
        if self.world.engine is not None and not len(self.world.engine.pending) and self.mounted:
            self.moved = {side: set() for side in Side}

    @rule(call=st.integers(0, 120))
    def kill(self, call: int) -> None:
        self.world.killed_at(call)

    @rule()
    def restart(self) -> None:
        self.world.stop()

    @rule()
    def lose_volume(self) -> None:
        """The pod is created anew without persistent storage: what only the volume had is gone with it."""
        self.close_all()
        self.world.lose_volume()
        visible = set(self.seen(Side.WINDOWS).values())
        self.alive &= visible
        self.comparable = False
        self.deleted = {side: set() for side in Side}

    @precondition(lambda self: self.mounted)
    @rule()
    def unmount(self) -> None:
        self.world.unmount()
        self.mounted = False

    @precondition(lambda self: not self.mounted)
    @rule()
    def mount(self) -> None:
        self.world.mount()
        self.mounted = True

    @rule(seconds=st.sampled_from([-86400.0, 3600.0]))
    def clock_jump(self, seconds: float) -> None:
        self.world.wall_jump += seconds

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def promises_hold(self) -> None:
        files = {side: self.seen(side) for side in Side}
        contents = {side: set(found.values()) for side, found in files.items()}
        everywhere = contents[Side.WINDOWS] | contents[Side.NAS]
        assert everywhere <= self.written, f"content that nobody wrote: {everywhere - self.written}"
        kept = everywhere | self.staged()
        assert self.alive <= kept, f"lost: {self.alive - kept} of {files}"
        for side in Side:
            back = contents[side] & self.deleted[side]
            assert not back, f"came back on {side}: {back}"
        if not self.mounted:
            assert not self.world.files(Side.WINDOWS), "written beneath the mount point"

    def staged(self) -> set[str]:
        """What the agent has taken out of the export: it may have been written since, and will be put back then."""
        return {path.read_text() for path in (self.world.state / "stage").iterdir()}

    def reach_rest(self) -> None:
        """After the last event the agent comes to rest, and then writes nothing."""
        if not self.mounted:
            self.mount()
        self.world.settle(40)
        if "make accept" in self.world.status.halted_reason:  # all of a side is gone since an agent last ran
            accept(str(self.world.state))
            self.world.stop()
            self.world.settle(40)
        assert self.world.engine is not None and not self.world.status.halted_reason
        assert not len(self.world.engine.pending), list(self.world.engine.pending)
        assert not self.staged()
        self.promises_hold()
        self.world.rescan()  # a name that was refused may be free by now
        self.world.settle(40)
        assert self.world.status.snapshot()["found_by_rescan"] == 0
        self.world.control.changes.clear()
        self.world.rescan()
        self.world.settle()
        assert self.world.control.changes == []
        self.target_follows()
        if self.mode is Mode.TWO_WAY:
            held = {side: self.carried(side) for side in Side}
            for path in [path for path, content in held[Side.WINDOWS].items() if content in self.unseen]:
                for files in held.values():
                    for name in [name for name in files if name == path or name.startswith(f"{path}.conflict-")]:
                        del files[name]
            assert held[Side.WINDOWS] == held[Side.NAS]

    def target_follows(self) -> None:
        """Where no user of the target has been, it has what the source has: nothing old, no ghosts."""
        if len(self.mode.sources) > 1 or not self.comparable:
            return
        source = self.mode.sources[0]
        here, there = self.carried(source), self.world.files(source.other)

        def apart(path: str, content: str) -> bool:
            places = [path.lower(), *(str(parent).lower() for parent in Path(path).parents)]
            return content in self.unseen or any(place in self.touched[source.other] for place in places)

        for path, content in here.items():
            assert apart(path, content) or there.get(path) == content, f"{path} is not what it is at the source"
        for path, content in there.items():
            if self.origin[content] is source and ".conflict-" not in path:
                assert apart(path, content) or self.world.files(source).get(path) == content, f"{path} is a ghost"

    def carried(self, side: Side) -> dict[str, str]:
        """The files of a side that the other side can hold."""
        refused = {item["path"] for item in self.world.status.snapshot()["refused"]}
        return {
            path: content
            for path, content in self.world.files(side).items()
            if not any(str(part) in refused for part in [Path(path), *Path(path).parents])
        }


globals().update(histories(Histories, "", HISTORIES, 15))
