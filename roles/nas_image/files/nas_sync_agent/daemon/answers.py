# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers the questions of other threads, in the agent's own."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from typing import NamedTuple

from ..cli import Options
from ..errors import SideUnavailable, why
from ..model import Mode, Side
from ..sync.barrier import Barrier
from ..sync.engine import Engine
from ..text import all_visible
from .questions import Answer, Question, Questions
from .status import Status

_MOST_LISTED = 20

_log = logging.getLogger("nas_sync_agent")


class After(enum.Enum):
    """What the agent is to do once it has answered."""

    NOTHING = "nothing"
    SCAN = "scan"
    """Look through both sides: they are not as the ledger had them."""
    START = "start"
    """Begin as after a kill: something went wrong halfway."""


class _Waiting(NamedTuple):
    """Somebody who waits until the barrier's paths have been worked off, at most until ``deadline``."""

    question: Question
    barrier: Barrier
    deadline: float


class Answers:
    """All times are seconds of the monotonic clock."""

    def __init__(
        self, options: Options, engine: Engine, status: Status, questions: Questions, look: Callable[[], Answer]
    ) -> None:
        """``look`` finds what only the export has now."""
        self._options = options
        self._engine = engine
        self._status = status
        self._questions = questions
        self._look = look
        self._asked: list[Question] = []
        self._waiting: list[_Waiting] = []
        self._is_started = options.mode is not Mode.NONE
        self._has_failed = False

    def take(self, now: float) -> bool:
        """Take in what was asked; whether all sources are to be compared with the ledger before it is answered."""
        begun = False
        for question in self._questions.take():
            if question.kind == "sync":
                barrier = self._engine.barriers.begin(complete=bool(question.words.get("complete")))
                self._waiting.append(_Waiting(question, barrier, now + float(question.words["timeout"])))
                begun = True
            else:
                self._asked.append(question)
        if begun:
            self._engine.rescan()
        return begun

    def found(self, now: float) -> bool:
        """All sources whose time had come have been scanned; whether that has to be done again soon.

        What could not be looked at, and what was too much to wait at once, belongs to what is waited for as well.
        """
        if not self._waiting:
            return False
        everything = not self._engine.incomplete and not self._status.unreadable_at(self._options.mode.sources)
        self._engine.barriers.found(now, everything=everything)
        return any(not waiting.barrier.is_taken for waiting in self._waiting)

    def due(self) -> float:
        """When somebody has waited for as long as he wanted to."""
        return min((waiting.deadline for waiting in self._waiting), default=float("inf"))

    def give(self, now: float, *, known: bool) -> After:
        """Answer what can be answered; what follows from that.

        ``known``: the agent goes on, so whatever can be worked off is.
        """
        self._has_failed = False
        for waiting in list(self._waiting):
            self._give_synced(waiting, now, known=known or not self._options.mode.sources)
        asked, self._asked = self._asked, []
        looks = [question for question in asked if question.kind == "ask"]
        found = self._look() if looks else {}
        for question in looks:
            question.give(found)
        for question in asked:
            if question.kind == "contents":
                question.give(self._contents())
            elif question.kind == "empty":
                question.give(self._empty(force=bool(question.words.get("force"))))
        if self._has_failed:
            return After.START
        return After.SCAN if any(question.kind == "empty" for question in asked) else After.NOTHING

    def _give_synced(self, waiting: _Waiting, now: float, *, known: bool) -> None:
        barrier = waiting.barrier
        left = self._engine.barriers.left(barrier)
        errors = self._status.unreadable_at(self._options.mode.sources)
        done = known and not left and not errors and (barrier.is_taken or not self._options.mode.sources)
        if not done and known and now < waiting.deadline:
            return
        self._waiting.remove(waiting)
        self._engine.barriers.end(barrier)
        refused, failed = self._status.refused(), self._status.left()
        whys = {path: failed.get(path) or self._engine.why_waiting(path, now) for path in left[:_MOST_LISTED]}
        answer = self._answer(
            done=done,
            waiting=_listed(whys),
            waiting_count=len(left),
            refused=_listed(refused),
            refused_count=len(refused),
            errors=_listed(errors),
            error_count=len(errors),
        )
        waiting.question.give(all_visible(answer))

    def _contents(self) -> Answer:
        try:
            self._start()
            return self._answer(**self._engine.contents())
        except Exception as error:
            return self._answer(halted_reason=self._failed(error))

    def _empty(self, *, force: bool) -> Answer:
        try:
            self._start()
            done = self._engine.empty(force=force)
        except Exception as error:
            return self._answer(halted_reason=self._failed(error))
        kept = {
            side.value: [{"path": path, "reason": why} for path, why in sorted(done.kept[side].items())]
            for side in Side
        }
        removed = {side.value: sorted(done.removed[side]) for side in Side}
        for side in Side:
            _log.info(
                "%s side made empty on request: %d removed, %d kept",
                side.value,
                len(removed[side.value]),
                len(kept[side.value]),
            )
        return self._answer(halted_reason="", removed=removed, kept=kept)

    def _failed(self, error: Exception) -> str:
        """What has gone wrong, in a line; whatever it was, the agent goes on."""
        self._has_failed = not isinstance(error, SideUnavailable)
        if isinstance(error, OSError):
            return why(error) or type(error).__name__
        if isinstance(error, SideUnavailable):
            return str(error)
        return f"{type(error).__name__}: {error}"

    def _start(self) -> None:
        """Where nothing is carried, nobody has cleared away yet what an earlier run has left."""
        if not self._is_started:
            self._engine.open()
            self._engine.start()
            self._is_started = True

    def _answer(self, **found: object) -> Answer:
        """Names of files as they are, for who compares them with others; see :func:`all_visible` for people."""
        known = {"server": self._options.server, "mode": self._options.mode.value}
        return {**known, "halted_reason": self._status.halted_reason, **found}


def _listed(reasons: dict[str, str]) -> list[dict[str, str]]:
    return [{"path": path or ".", "reason": why} for path, why in sorted(reasons.items())[:_MOST_LISTED]]
