# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tester deleted, on a real cluster: a whole folder comes back, and one command says that an empty one is meant."""

from __future__ import annotations

import shutil
import typing as t
from pathlib import Path

import pytest

from ..harness.removal import SERVER
from ..integration.nfs import eventually
from .cluster_server import PRECIOUS, ClusterServer


@pytest.fixture
def server(node: dict[str, str], tmp_path: Path) -> t.Iterator[ClusterServer]:
    made = ClusterServer(tmp_path, node["image"], node["kubeconfig"], node["context"], persistent=False)
    made.clear()
    try:
        yield made
    finally:
        made.clear()


def test_deleted_directory_comes_back(server: ClusterServer) -> None:
    """Its storage goes with the pod: what clients wrote is in the new directory before the pod is made anew."""
    server.up()
    server.write("precious.txt")
    delivered = server.windows / "precious.txt"
    eventually(delivered.exists, 30)
    pod = server.kube.uids()[SERVER]
    shutil.rmtree(server.windows)
    assert server.up()["changed"]
    assert delivered.read_bytes() == PRECIOUS
    assert server.kube.uids()[SERVER] != pod
    eventually(lambda: server.sync().get("state") == "idle" and not server.sync()["halted_reason"], 60)
    assert not server.up()["changed"], "the second run has something to change"


def test_one_command_says_that_deletions_are_meant(server: ClusterServer) -> None:
    server.up(role="input", sync={"max_deletions": 3})
    for number in range(5):
        (server.windows / f"{number}.csv").write_text("x")
    arrived = [server.export / f"{number}.csv" for number in range(5)]
    eventually(lambda: all(path.exists() for path in arrived), 60)
    for number in range(5):
        (server.windows / f"{number}.csv").unlink()
    eventually(lambda: f"make accept SERVER={SERVER}" in str(server.sync().get("halted_reason")), 60)
    assert all(path.exists() for path in arrived)
    accepted = server.accept()
    assert accepted["accepted"] and "5 files" in accepted["withheld"]
    eventually(lambda: not any(path.exists() for path in arrived), 60)
    assert not server.accept()["accepted"]
