# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The random histories of test_histories.py, in which both sides are made empty as well, killed at any call or not."""

from __future__ import annotations

import os

from agent_users import Change, histories
from hypothesis import strategies as st
from hypothesis.stateful import rule
from nas_sync_agent.model import Side
from test_histories import Histories, changes

HISTORIES = int(os.environ.get("AGENT_HISTORIES", "100"))
W, N = Side.WINDOWS, Side.NAS


class Emptied(Histories):
    """A tester's own file, which no client has given another name, is never lost by it."""

    def __init__(self) -> None:
        super().__init__()
        self.named_by_clients: set[str] = set()
        """Contents that a client has renamed: the agent has brought them to Windows, whoever wrote them."""

    def rename_at(self, side: Side, path: str, to: str) -> None:
        if side is N:
            self.named_by_clients.add(self.world.files(N).get(path, ""))
        super().rename_at(side, path, to)

    def rename_directory_at(self, side: Side, path: str, to: str) -> None:
        if side is N:
            self.named_by_clients.update(self.world.files(N).values())
        super().rename_directory_at(side, path, to)

    def is_own(self, content: str) -> bool:
        return self.origin[content] is W and content not in self.named_by_clients

    @rule(force=st.booleans(), call=st.integers(0, 300), meanwhile=st.lists(changes, max_size=2))
    def empty(self, force: bool, call: int, meanwhile: list[Change]) -> None:
        if not self.mounted:
            return
        self.world.turn()
        if self.world.engine is None or self.world.status.halted_reason:
            return
        own = {path: content for path, content in self.world.files(W).items() if self.is_own(content)}
        known = set(self.written)
        todo = [change for change in meanwhile if change.side is N]
        calls = 0

        def go_on(side: str, name: str, _what: str) -> None:
            nonlocal calls
            calls += 1
            if side != "ledger":
                for change in [change for change in todo if change.is_due(calls, calls // 8)]:
                    todo.remove(change)
                    change.happen(self)

        self.world.control.fault = go_on
        self.world.work = lambda: self.world.engine.empty(force=force)
        killed = self.world.killed_at(call, "work")
        self.world.control.fault = None
        there = self.world.files(W)
        if not force:
            lost = {path: content for path, content in own.items() if there.get(path) != content}
            assert not lost, f"a tester's own is gone: {lost}"
        # What was written before may be gone now, or go when it is called again; what is kept counts as new. What a client
        # writes meanwhile comes, or is gone with the rest.
        kept = set() if force and killed else {content for content in there.values() if self.is_own(content)}
        self.alive &= kept
        self.deleted = {side: set() for side in Side}
        if not killed:
            for side in {*self.mode.sources, W}:
                self.world.engine.scan(side, self.world.now)
            gone = known - set(there.values()) - set(self.world.files(N).values()) - self.staged()
            self.deleted = {side: set(gone) for side in Side}


globals().update(histories(Emptied, "emptied_", HISTORIES, 15))
