# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions that other threads put, and that the agent's own thread answers between two turns."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


class _Question:
    """One question, and its answer once there is one."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.answer: Answer | None = None


class Questions:
    """All of them are one: what is there now?"""

    def __init__(self, wake: Callable[[], object]) -> None:
        """``wake`` makes the agent's thread call :meth:`answer` soon."""
        self._wake = wake
        self._waiting: queue.SimpleQueue[_Question] = queue.SimpleQueue()

    def ask(self, timeout: float) -> Answer | None:
        """What the agent found after this call; None when it did not look within so many seconds."""
        question = _Question()
        self._waiting.put(question)
        self._wake()
        question.answered.wait(timeout)
        return question.answer

    def answer(self, look: Callable[[], Answer]) -> None:
        """Look once for all questions that were put before."""
        questions = []
        while not self._waiting.empty():
            questions.append(self._waiting.get())
        found = look() if questions else None
        for question in questions:
            question.answer = found
            question.answered.set()
