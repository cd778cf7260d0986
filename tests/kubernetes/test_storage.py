# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a real cluster lets a claim become, and what is refused before it is asked."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ..module_runner import ModuleFailed
from .cluster_server import CLAIM, SERVER, ClusterServer


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


def verbs(result: dict[str, t.Any]) -> list[str]:
    return [action["verb"] for action in result["actions"]]


def test_claim_through_its_changes(server: ClusterServer) -> None:
    server.write("precious.txt")
    server.write("CON.txt")
    before = server.kube.versions()
    for change, told in [
        ({"storage": {"type": "persistent", "size_limit": "20Mi"}}, "has 10Mi and cannot grow, for its class ''"),
        ({"storage": {"type": "persistent", "size_limit": "5Mi"}}, "has 10Mi and cannot shrink"),
    ]:
        for check in (True, False):
            with pytest.raises(ModuleFailed, match=f"{SERVER}: storage.size_limit: its volume {CLAIM} {told}"):
                server.up(check=check, **change)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"storage_class: its volume {CLAIM} is of class ''"):
            server.up(check=check, storage_class="other")
    assert server.kube.versions() == before
    # A class that is not named stays.
    assert verbs(server.up(storage_class=None)) == []
    # Another storage, and back: the claim waits, with all that is in it.
    away = server.up(storage={"type": "empty_dir"})
    assert away["diff"]["after"][SERVER]["volume"].endswith(f"{CLAIM} is kept, unused")
    assert "'CON.txt'" in str(away["warnings"])
    assert server.claims() == [CLAIM]
    assert verbs(server.up()) == ["replace"]
    assert {path.name for path in server.export.iterdir()} >= {"precious.txt", "CON.txt"}
    assert (server.windows / "precious.txt").exists()
