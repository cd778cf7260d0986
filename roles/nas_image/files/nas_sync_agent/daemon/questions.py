# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions that other threads put, and that the agent's own thread answers between two turns."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = dict[str, Any]


@dataclass(eq=False)
class Question:
    """One question; ``kind`` is what is asked for, ``words`` what was said with it."""

    kind: str
    words: Mapping[str, str]
    answer: Answer | None = None
    answered: threading.Event = field(default_factory=threading.Event)

    def give(self, answer: Answer) -> None:
        """Let whoever asked go on."""
        self.answer = answer
        self.answered.set()


class Questions:
    """Those that have been put and not been taken."""

    def __init__(self, wake: Callable[[], object]) -> None:
        """``wake`` makes the agent's thread call :meth:`take` soon."""
        self._wake = wake
        self._waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()

    def ask(self, kind: str, words: Mapping[str, str], timeout: float) -> Answer | None:
        """What the agent has found after this call; None when it has not answered within so many seconds."""
        question = Question(kind, words)
        self._waiting.put(question)
        self._wake()
        question.answered.wait(timeout)
        return question.answer

    def take(self) -> list[Question]:
        """All that were put since the last call."""
        questions = []
        while not self._waiting.empty():
            questions.append(self._waiting.get())
        return questions
