# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""KILL_ROUNDS kills of each, at moments drawn from KILL_SEED, while a consumer writes."""

from __future__ import annotations

import os
import random
import shutil
import time
import typing as t
from pathlib import Path

import pytest

from .consumer import Consumer, content
from .playbooks import DOWN, OUTPUT, UP, Playbooks

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
SEED = int(os.environ.get("KILL_SEED", "13"))
_CARRIED_SECONDS = 60
# Name and first of two ports; both tests may run side by side.
_NAME, _PORT = os.environ.get("NAS_TEST_INSTANCE", "kills"), int(os.environ.get("NAS_TEST_PORT", "32341"))
INSTANCES = {UP: (f"{_NAME}-up", _PORT), DOWN: (f"{_NAME}-down", _PORT + 2)}


@pytest.fixture
def playbooks(tmp_path: Path, playbook: str) -> t.Iterator[Playbooks]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers are killed here")
    made = Playbooks(tmp_path, *INSTANCES[playbook])
    try:
        yield made
    finally:
        made.run(DOWN, nas_servers_delete_storage=True)


def missing(windows: Path, names: list[str]) -> list[str]:
    return [name for name in names if not (windows / name).is_file() or (windows / name).read_bytes() != content(name)]


def wait_until_carried(playbooks: Playbooks, consumer: Consumer) -> None:
    """What was written so far is in Windows, or gets there."""
    names, deadline = list(consumer.written), time.monotonic() + _CARRIED_SECONDS
    while gone := missing(playbooks.windows, names):
        assert time.monotonic() < deadline, f"{len(gone)} of {len(names)} are gone, such as {gone[:3]}"
        time.sleep(0.5)


@pytest.mark.parametrize("playbook", [UP, DOWN])
def test_killed_at_random_moments(playbooks: Playbooks, playbook: str) -> None:
    moments = random.Random(f"{SEED} {playbook}")
    # The image is in the cache afterwards, so that the times are those of every other run.
    playbooks.run(UP)
    seconds = {DOWN: playbooks.run(DOWN), UP: playbooks.run(UP)}
    killed, longest = 0, 0.0
    with Consumer(playbooks.output_port) as consumer:
        for number in range(ROUNDS):
            change = {}
            if playbook == UP and number % 2:
                change = {"nas_servers_state": "restarted"}
            elif playbook == UP:
                playbooks.run(DOWN)
            moment = moments.uniform(0, seconds[playbook])
            killed += playbooks.kill(playbook, moment, **change)
            try:
                longest = max(longest, playbooks.run(UP))
            except AssertionError as error:
                raise AssertionError(f"round {number}, killed after {moment:.2f} s: {error}") from None
            wait_until_carried(playbooks, consumer)
    print(
        f"{playbook}: {ROUNDS} rounds, {killed} killed at work within {seconds[playbook]:.1f} s, "
        f"the longest next up {longest:.1f} s, {len(consumer.written)} files written, 0 gone"
    )
    assert consumer.written
    assert len(playbooks.containers(OUTPUT)) == 3
