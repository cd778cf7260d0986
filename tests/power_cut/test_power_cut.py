# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The power is cut at random moments while clients and testers write. See README.md."""

from __future__ import annotations

import json
import os

import pytest

from .conftest import Start
from .machine import Failed
from .rounds import Rounds

ROUNDS = int(os.environ.get("POWER_CUT_ROUNDS", "3"))
SEED = os.environ.get("POWER_CUT_SEED", "13")


@pytest.mark.parametrize(
    ("file_system", "storage"),
    [("ext4", "persistent"), ("ext4", "empty_dir"), ("xfs", "persistent"), ("btrfs", "persistent")],
)
def test_nothing_is_lost_that_was_stable(start: Start, file_system: str, storage: str) -> None:
    rounds = start(file_system, f"{SEED}-{file_system}-{storage}", volatile=storage == "empty_dir")
    run(rounds)


def run(rounds: Rounds) -> None:
    """Cut after cut, then a last look; prints figures."""
    for _ in range(ROUNDS):
        print(json.dumps(rounds.cut()))
    rounds.check()
    for name, promises in rounds.promises.items():
        print(name, json.dumps(promises.counts))


def test_windows_lives_on(start: Start) -> None:
    """The machine is one in Windows, as with WSL: its power goes, and the Windows directory has all that was written."""
    rounds = start("ext4", f"{SEED}-shared", volatile=False, shared=True)
    run(rounds)


def test_drives_that_lie_are_found_out(start: Start) -> None:
    """They acknowledge a flush and do nothing: were nothing found then, the test above would prove nothing."""
    rounds = start("ext4", f"{SEED}-lies", volatile=False, lies=True)
    with pytest.raises(Failed):
        for _ in range(6):
            rounds.cut()
