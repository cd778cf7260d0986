# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory that a client of a real server renames is renamed in Windows, and the reverse: nothing is copied."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .simulator import Simulator
from .test_sync import other_role, output, read, takes_files, write

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

__all__ = ["other_role", "output"]
FILES = 50


def inodes(directory: Path) -> set[int]:
    return {path.stat().st_ino for path in directory.iterdir()}


def counted(simulator: Simulator) -> tuple[int, int]:
    """Return how many files were delivered and how many renames were followed."""
    delivered = simulator.report()["sync"]["delivered"]
    return delivered["files"], delivered["moved"]


def test_renamed_by_a_client(output: Simulator) -> None:
    client = output.client()
    client.mkdir("/data/running")
    for number in range(FILES):
        write(client, f"/data/running/{number}.csv", f"row {number}".encode())
    assert output.sync(timeout=60)["done"]
    before, (files, moved) = inodes(output.windows / "running"), counted(output)
    client.rename("/data/running", "/data/done")
    assert wait_until((output.windows / "done").exists, 30)
    assert inodes(output.windows / "done") == before and not (output.windows / "running").exists()
    assert output.sync(timeout=30)["done"]
    # The status is written once a second.
    assert wait_until(lambda: counted(output) == (files, moved + 1), 10), counted(output)
    write(client, "/data/done/0.csv", b"another")
    assert output.sync(timeout=30)["done"]
    assert (output.windows / "done" / "0.csv").read_text() == "another"
    client.close()


def test_renamed_by_a_tester_under_a_client_that_has_a_file_open(other_role: Simulator) -> None:
    simulator = other_role
    simulator.apply(role="input")
    assert wait_until(lambda: takes_files(simulator), 40)
    (simulator.windows / "incoming").mkdir()
    for number in range(FILES):
        (simulator.windows / "incoming" / f"{number}.csv").write_text(f"row {number}")
    assert wait_until(lambda: (simulator.export / "incoming" / f"{FILES - 1}.csv").exists(), 60)
    assert simulator.sync(topology_fields={"role": "input"}, timeout=60)["done"]
    before = inodes(simulator.export / "incoming")
    client: t.Any = simulator.client()
    with client.open("/data/incoming/7.csv", "rb") as stream:
        (simulator.windows / "incoming").rename(simulator.windows / "orders")
        assert wait_until((simulator.export / "orders").exists, 30)
        assert bytes(stream.read()) == b"row 7"
    assert inodes(simulator.export / "orders") == before
    assert read(client, "/data/orders/7.csv") == b"row 7"
    assert sorted(client.listdir("/data/orders")) == sorted(f"{n}.csv" for n in range(FILES))
    assert not client.exists("/data/incoming")
    client.close()
