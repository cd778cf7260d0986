# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a server's storage has comes out of a real cluster, whatever runs of the server."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from .cluster_server import INSTANCE, PRECIOUS, SERVER, ClusterServer


@pytest.fixture
def server(node: dict[str, str], tmp_path: Path) -> t.Iterator[ClusterServer]:
    made = ClusterServer(tmp_path, node["image"], node["kubeconfig"], node["context"], persistent=True)
    made.clear()
    try:
        made.make_volume()
        made.up()
        yield made
    finally:
        made.clear()


def rescued(server: ClusterServer, to: Path) -> dict[str, bytes]:
    """Copy, and return what came out; no name that Windows holds is among it."""
    to.mkdir()
    result = server.rescue(str(to))
    found = {str(path.relative_to(to / SERVER)): path.read_bytes() for path in to.rglob("*") if path.is_file()}
    assert (result["copied"], result["failed"]) == (len(found), [])
    return found


@pytest.mark.parametrize("case", ["running", "agent_stopped", "agent_killed", "down", "folder_gone"])
def test_everything_comes_out(server: ClusterServer, tmp_path: Path, case: str) -> None:
    big = os.urandom(5 << 20)
    (server.export / "d").mkdir()
    (server.export / "d" / "big:file").write_bytes(big)
    server.write("results 12:30.csv")
    if case.startswith("agent_"):
        getattr(server, case)()
    if case in ("down", "folder_gone"):
        assert "'d/big:file'" in str(server.down()["warnings"])
    if case == "folder_gone":
        server.windows.rename(tmp_path / "away")
    found = rescued(server, tmp_path / "to")
    assert found["d/big%3Afile"] == big
    assert found["results 12%3A30.csv"] == PRECIOUS
    # Nothing of ours stays, neither in the cluster nor with the files.
    assert not [name for name in found if "partial" in name]
    pods = server.kube.core.list_namespaced_pod(INSTANCE).items
    assert not [pod for pod in pods if pod.metadata.name.endswith("-rescue") and not pod.metadata.deletion_timestamp]
