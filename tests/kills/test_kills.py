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

from ..harness.ports import reserve
from ..validation.servers import image
from .consumer import Consumer, content
from .runs import DOWN, OUTPUT, UP, Modules, Playbooks, Runs

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
SEED = int(os.environ.get("KILL_SEED", "13"))
_CARRIED_SECONDS = 60
_NAME, _PORTS = reserve("kills")
# Name and first of two ports; both tests may run side by side.
INSTANCES = {UP: (f"{_NAME}-up", _PORTS[0]), DOWN: (f"{_NAME}-down", _PORTS[2])}


@pytest.fixture(params=[Modules, Playbooks], ids=["modules", "playbooks"])
def runs(request: pytest.FixtureRequest, tmp_path: Path, direction: str) -> t.Iterator[Runs]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers are killed here")
    made = request.param(tmp_path, *INSTANCES[direction], image())
    try:
        yield made
    finally:
        made.run(DOWN, delete_storage=True)


def missing(windows: Path, names: list[str]) -> list[str]:
    return [name for name in names if not (windows / name).is_file() or (windows / name).read_bytes() != content(name)]


def wait_until_carried(runs: Runs, consumer: Consumer) -> None:
    """What was written so far is in Windows, or gets there."""
    names, deadline = list(consumer.written), time.monotonic() + _CARRIED_SECONDS
    while gone := missing(runs.windows, names):
        if time.monotonic() > deadline:
            waiting = [name for name in gone if (runs.volume / "data" / name).is_file()]
            status = [path.read_text() for path in runs.volume.rglob("status.json")]
            raise AssertionError(
                f"{len(gone)} of {len(names)} are not in Windows, {len(waiting)} of them on the volume: {gone[:5]}; {status}"
            )
        time.sleep(0.5)


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_killed_at_random_moments(runs: Runs, direction: str) -> None:
    moments = random.Random(f"{SEED} {direction}")
    seconds = {UP: runs.run(UP)}
    seconds[DOWN] = runs.run(DOWN)
    runs.run(UP)
    killed, longest = 0, 0.0
    with Consumer(runs.output_port) as consumer:
        for number in range(ROUNDS):
            change = {}
            if direction == UP and number % 2:
                change = {"state": "restarted"}
            elif direction == UP:
                runs.run(DOWN)
            moment = moments.uniform(0, seconds[direction])
            killed += runs.kill(direction, moment, **change)
            try:
                longest = max(longest, runs.run(UP))
            except AssertionError as error:
                raise AssertionError(f"round {number}, killed after {moment:.2f} s: {error}") from None
            wait_until_carried(runs, consumer)
            print(f"{direction} {number}: killed after {moment:.2f} s, {len(consumer.written)} written", flush=True)
    print(
        f"{direction}: {ROUNDS} rounds, {killed} killed at work within {seconds[direction]:.1f} s, "
        f"the longest next up {longest:.1f} s, {len(consumer.written)} files written, 0 gone"
    )
    assert consumer.written
    assert runs.containers(OUTPUT) == ["infra", "nfs-server", "sync-agent", "sync-windows-data"]
