# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever has happened to a server in a cluster, no way of taking it away takes a file with it."""

from __future__ import annotations

import typing as t

import pytest

from ..harness.removal import CASES, WAYS, assert_no_file_is_gone, assert_what_was_carried_stands_in_no_way
from .cluster_server import ClusterServer

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import agent  # isort: skip

# A pod's own storage is never full: the kubelet evicts a pod whose storage grows over its limit.
PERSISTENT = ("volume_full", "failed_creation")


@pytest.fixture
def made(
    request: pytest.FixtureRequest, node: dict[str, str], tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch
) -> t.Iterator[ClusterServer]:
    # An agent that is frozen says nothing for ever; that takes no minute to see.
    monkeypatch.setattr(agent, "_ANSWER_SECONDS", 2)
    monkeypatch.setattr(agent, "_STATUS_SECONDS", 1.0)
    monkeypatch.setattr(agent, "_PATIENCE_SECONDS", 3.0)
    persistent = request.node.callspec.params.get("case") in PERSISTENT
    server = ClusterServer(
        tmp_path, node["image"], node["kubeconfig"], node["context"], persistent=persistent
    )  # fmt: skip
    server.clear()
    try:
        if persistent:
            server.make_volume()
        yield server
    finally:
        server.clear()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_no_file_is_gone(made: ClusterServer, case: str, way: str) -> None:
    made.up()
    assert_no_file_is_gone(made, case, way)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_carried_stands_in_no_way(made: ClusterServer, way: str) -> None:
    """A healthy server goes at once, also with a file written the moment before."""
    made.up()
    assert_what_was_carried_stands_in_no_way(made, way)
