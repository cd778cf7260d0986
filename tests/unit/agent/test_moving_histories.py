# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories in which much is renamed: the machines of ``test_histories.py``, begun with trees that both sides have."""

from __future__ import annotations

import os

from agent_users import histories
from agent_world import QUIET
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from nas_sync_agent.model import Mode, Side
from test_histories import Histories

HISTORIES = int(os.environ.get("AGENT_HISTORIES", "300"))
DIRECTORIES = ("d", "f", "g", "d/e", "f/e", "d/g", "f/d")
FILES = ("a", "b", "d/a", "d/b", "d/e/a", "f/a", "f/e/a", "g/a", "g/z")

renames = st.tuples(st.sampled_from(DIRECTORIES), st.sampled_from(DIRECTORIES)) | st.tuples(
    st.sampled_from(FILES), st.sampled_from(FILES)
)


class MovingHistories(Histories):
    """One user renames and renames; the rest goes on as ever."""

    @initialize(both=st.booleans())
    def begin(self, both: bool) -> None:
        self.world.start()
        source = self.mode.sources[0]
        for path in ("a", "d/a", "d/b", "d/e/a"):
            self.write_at(source, path, 8)
        self.world.settle()
        if both:
            self.write_at(source.other, "f/a", 8)
            self.settle()
        self.moved = {side: set() for side in Side}

    @rule(
        pairs=st.lists(renames, min_size=1, max_size=4),
        across=st.booleans(),
        write=st.sampled_from(["", "", *FILES]),
        turns=st.integers(0, 3),
    )
    def rename_some(self, pairs: list[tuple[str, str]], across: bool, write: str, turns: int) -> None:
        """Several in a row, of which the agent hears at once, or not."""
        source = self.mode.sources[0]
        side = source.other if across and self.mode is Mode.TWO_WAY else source
        for old, new in pairs:
            self.rename_any(side, old, new)
        if write:
            self.write_at(side, write, 8)
        for _turn in range(turns):
            self.world.turn(scan=False)
            self.world.pass_time(0.02)

    @rule(pairs=st.lists(renames, min_size=1, max_size=3), call=st.integers(0, 120))
    def rename_and_kill(self, pairs: list[tuple[str, str]], call: int) -> None:
        for old, new in pairs:
            self.rename_any(self.mode.sources[0], old, new)
        self.world.killed_at(call)

    @rule(path=st.sampled_from(FILES))
    def at_the_target(self, path: str) -> None:
        self.write_at(self.mode.sources[0].other, path, 9)

    @rule()
    def rest(self) -> None:
        self.step(QUIET + 0.1)
        self.settle()

    def rename_any(self, side: Side, old: str, new: str) -> None:
        root = self.world.root(side)
        if not self.usable(side) or not (root / new).parent.is_dir() or f"{new}/".startswith(f"{old}/"):
            return
        if (root / old).is_dir():
            self.rename_directory_at(side, old, new)
        else:
            self.rename_at(side, old, new)


globals().update(histories(MovingHistories, "Moving", HISTORIES, 12))
