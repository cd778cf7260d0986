# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same thing for many servers: side by side, in order, and no failure stops another's work."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each


def test_results_come_in_the_order_of_the_items() -> None:
    turns = [threading.Event() for _item in range(4)]
    turns[3].set()

    def work(item: int) -> int:
        assert turns[item].wait(5)
        if item:
            turns[item - 1].set()
        return item * 10

    assert for_each([0, 1, 2, 3], work) == [0, 10, 20, 30]


def test_seven_servers_are_worked_on_at_once() -> None:
    together = threading.Barrier(7)
    for_each(range(7), lambda item: together.wait(5))


def test_nothing_to_do() -> None:
    assert for_each([], lambda item: item) == []


def failing(*bad: int) -> tuple[list[int], SimulatorError]:
    done: list[int] = []

    def work(item: int) -> None:
        if item in bad:
            raise SimulatorError(f"server {item}: no", rc=item)
        done.append(item)

    with pytest.raises(SimulatorError) as failure:
        for_each(range(12), work)
    return sorted(done), failure.value


def test_one_failure_is_told_as_it_is_and_stops_nobody() -> None:
    done, error = failing(3)
    assert done == [0, 1, 2, *range(4, 12)]
    assert (error.message, error.details) == ("server 3: no", {"rc": 3})


def test_several_failures_are_all_told() -> None:
    done, error = failing(7, 2, 11)
    assert len(done) == 9
    assert error.message == "server 2: no (2 more, see problems)"
    assert error.details == {"rc": 2, "problems": ["server 2: no", "server 7: no", "server 11: no"]}


def test_failures_that_carry_problems_of_their_own_are_told() -> None:
    def work(item: int) -> None:
        raise SimulatorError(f"server {item}: no", problems=["own"])

    with pytest.raises(SimulatorError, match="server 0: no"):
        for_each(range(2), work)


def test_fault_of_ours_is_not_dressed_up_as_the_users() -> None:
    def work(item: int) -> None:
        raise KeyError("bug") if item else SimulatorError("user's")

    with pytest.raises(KeyError):
        for_each([0, 1], work)
