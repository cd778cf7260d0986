# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that an NFS client has open, seen from the Windows directory: NFS-Ganesha's descriptors decide what is known."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import nfs_rs
import pytest

from .simulator import Simulator

# By then the server has closed what it keeps open of its own.
LATE = 6.0


def wait_for(what: t.Callable[[], object], within: float = 30.0) -> None:
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.1)


def content(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def test_half_written_file_waits_for_its_client(simulator: Simulator) -> None:
    """Truncated, half written and left so: the server closes the descriptor that it truncated with, not the client's."""
    client = simulator.client()
    with opened(client, "/data/report", "wb") as stream:
        stream.write(b"first version")
    wait_for(lambda: content(simulator.windows / "report") == "first version")
    with client.open("/data/report", "wb") as stream:
        stream.write(b"half")
        stream.flush()
        time.sleep(LATE)
        assert content(simulator.windows / "report") == "first version"
        stream.write(b" and half")
    wait_for(lambda: content(simulator.windows / "report") == "half and half")
    client.close()


def opened(client: t.Any, path: str, mode: str = "r+b", within: float = 30.0) -> t.Any:
    """A file, open for writing. A server that was restarted makes clients wait."""
    end = time.monotonic() + within
    while True:
        try:
            return client.open(path, mode)
        except nfs_rs.NfsRetryableError:
            assert time.monotonic() < end, "the server's grace period does not end"
            time.sleep(0.5)


@pytest.fixture
def in_both_directions(simulator: Simulator) -> t.Iterator[Simulator]:
    simulator.apply(sync={"mode": "two_way"})
    yield simulator
    simulator.apply()


def test_what_is_written_into_a_replaced_file_is_kept(in_both_directions: Simulator) -> None:
    simulator, client = in_both_directions, in_both_directions.client()
    (simulator.windows / "order").write_text("the tester's")
    wait_for(lambda: content(simulator.export / "order") == "the tester's")
    with opened(client, "/data/order") as stream:
        (simulator.windows / "order").write_text("the tester's second")
        wait_for(lambda: content(simulator.export / "order") == "the tester's second")
        time.sleep(LATE)
        stream.write(b"the client's")
    wait_for(lambda: content(simulator.windows / "order.conflict-nas") == "the client's")
    assert content(simulator.windows / "order") == content(simulator.export / "order") == "the tester's second"
    assert content(simulator.export / "order.conflict-nas") == "the client's"
    client.close()
