# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the core tells of its work, to whoever keeps account of it."""

from __future__ import annotations

from typing import Protocol

from ..model import Side
from ..outcome import Outcome


class Observer(Protocol):
    """Keeps what became of paths. What is refused is asked for again: a refusal may end with its reason."""

    def outcome(self, outcome: Outcome) -> None:
        """One action has ended."""

    def failed(self, path: str, reason: str, times: int) -> None:
        """An action has failed for the so-manieth time, and will be tried again."""

    def full(self, outcome: Outcome, times: int) -> None:
        """A side had no room for a path, for the so-manieth time; it will be tried again."""

    def resolved(self, path: str, *, keep_refused: bool = False) -> None:
        """Nothing stands against a path any more, unless it is refused and stays so."""

    def unreadable(self, side: Side, paths: dict[str, str]) -> None:
        """All that the last scan of a side could not look at, with the reasons."""

    def found_by_rescan(self, path: str) -> None:
        """A scan has found a change that should have been told when it happened."""

    def drop_refused(self, side: Side, directory: str, names: set[str]) -> None:
        """In a directory of a side, nothing but ``names`` is there to be refused any more."""

    def is_refused(self, path: str) -> bool:
        """Whether a path, or a directory that it is in, is refused as things stand."""

    def refused_below(self, directory: str) -> list[str]:
        """What is refused in a directory and below."""
