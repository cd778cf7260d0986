# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Windows directory of a running server is deleted: one run brings it back, and nothing that clients wrote is gone."""

from __future__ import annotations

import shutil
import typing as t

import pytest

from .simulator import Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

Fields = dict[str, t.Any]

CASES: dict[str, Fields] = {
    "input": {"role": "input"},
    "backup": {"role": "backup", "export_options": "rw,no_root_squash"},
    "output": {"role": "output"},
    "two_way": {"role": "output", "sync": {"mode": "two_way"}},
    "two_way_input": {"role": "input", "sync": {"mode": "two_way"}},
}
TO_WINDOWS = ("output", "two_way", "two_way_input")


@pytest.fixture
def case(simulator: Simulator, request: pytest.FixtureRequest) -> t.Iterator[str]:
    """The server runs as the case has it, and afterwards as it was."""
    simulator.forget_clients()
    simulator.apply(**CASES[request.param])
    yield request.param
    simulator.forget_clients()
    simulator.apply()


def healthy(simulator: Simulator, case: str) -> bool:
    """Whether the agent, where there is one, has nothing to say and nothing to do."""
    sync = simulator.report()["sync"]
    return case == "backup" or bool(sync and not sync["halted_reason"] and sync["state"] == "idle")


@pytest.mark.parametrize(
    ("case", "way"), [*((case, "deleted") for case in CASES), ("two_way", "renamed")], indirect=["case"]
)
def test_directory_comes_back(simulator: Simulator, case: str, way: str) -> None:
    client, written = simulator.client(), f"{case}-{way}/of-a-client"
    client.mkdir(f"/data/{case}-{way}")
    with client.open(f"/data/{written}", "wb") as stream:
        stream.write(b"written by a client")
    before = simulator.windows / f"{case}-{way}-of-a-tester"
    before.write_text("a tester's")
    if case in TO_WINDOWS:
        assert wait_until((simulator.windows / written).exists, 30)
    if way == "deleted":
        shutil.rmtree(simulator.windows)
    else:
        simulator.windows.rename(simulator.windows.with_name(f"{case}-renamed"))

    simulator.forget_clients()
    assert simulator.apply(**CASES[case])
    assert wait_until(lambda: healthy(simulator, case), 30), simulator.report()
    assert (simulator.export / written).read_bytes() == b"written by a client"
    if case in TO_WINDOWS:
        assert wait_until((simulator.windows / written).exists, 30)
        assert (simulator.windows / written).read_bytes() == b"written by a client"
    assert not simulator.apply(**CASES[case]), "the second run has something to change"

    client = simulator.client()
    with client.open(f"/data/{case}-{way}/later", "wb") as stream:
        stream.write(b"later")
    after = simulator.windows / f"{case}-{way}-afterwards"
    after.write_text("the new directory is the one that is synced")
    if case in TO_WINDOWS:
        assert wait_until((simulator.windows / f"{case}-{way}" / "later").exists, 30)
    if case in ("input", "two_way", "two_way_input"):
        assert wait_until((simulator.export / after.name).exists, 30)
