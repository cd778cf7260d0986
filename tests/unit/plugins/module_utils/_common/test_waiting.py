# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for any condition, in a time that passes only when somebody sleeps."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common import waiting
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until


class Clock:
    """Seconds, and every pause that was made."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(("ready_at", "holds"), [(0.0, True), (5.0, True), (100.0, False)])
def test_condition_holds_within_the_timeout(ready_at: float, holds: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    assert wait_until(lambda: clock.now >= ready_at, 10) is holds
    assert (clock.now == pytest.approx(10)) if not holds else clock.now <= ready_at + 1
    assert clock.pauses[:-1] == sorted(clock.pauses[:-1]) and all(0 < pause <= 1 for pause in clock.pauses)


def test_another_clock_and_shorter_pauses() -> None:
    clock = Clock()
    assert not wait_until(lambda: False, 2, longest_pause=0.25, clock=clock.monotonic, sleep=clock.sleep)
    assert clock.now == pytest.approx(2) and max(clock.pauses) == 0.25
