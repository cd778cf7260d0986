# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection writes under names that the agent ignores, and knows those that the agent writes under."""

from __future__ import annotations

import pytest
from agent_world import World
from nas_sync_agent import names
from nas_sync_agent.model import Mode, Side

from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import (
    is_ignored,
    is_unfinished,
    temporary_name,
    unfinished_name,
)

NUMBERS = (0, 1, (1 << 64) - 1)
SILLY = ".nfs000000000123456700000001"


@pytest.mark.parametrize("number", NUMBERS)
def test_agent_ignores_them(number: int) -> None:
    for name in (temporary_name(number), unfinished_name(number), SILLY):
        assert names.is_ignored(f"orders/{name}") and is_ignored(name)


@pytest.mark.parametrize("number", NUMBERS)
def test_agent_clears_away_its_own_alone(number: int) -> None:
    assert names.is_temporary(temporary_name(number)) and not is_unfinished(temporary_name(number))
    assert is_unfinished(unfinished_name(number)) and not names.is_temporary(unfinished_name(number))


def test_agents_own_are_known() -> None:
    assert is_ignored(names.temporary("name"))


@pytest.mark.parametrize("name", ["orders.csv", ".~nas-sync-mine.tmp", "x.~nas-data-0123456789abcdef.tmp", ""])
def test_others_are_not(name: str) -> None:
    assert not is_ignored(name) and not names.is_ignored(name)


def test_test_data_that_is_being_put_stays_and_is_not_delivered(world: World) -> None:
    world.mode = Mode.WINDOWS_TO_NAS
    world.start()
    world.write(Side.WINDOWS, unfinished_name(7), "a part")
    world.write(Side.WINDOWS, "whole", "1")
    world.settle()
    assert world.files(Side.NAS) == {"whole": "1"}
    assert world.files(Side.WINDOWS) == {"whole": "1", unfinished_name(7): "a part"}
