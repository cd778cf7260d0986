# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two runs on one instance of a real cluster, and one that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import kubernetes
import pytest

from ..integration.nfs import eventually
from ..module_runner import CHECKOUT, ModuleFailed
from .cluster_server import INSTANCE, SERVER, ClusterServer

_RUN = """
import json, sys
from tests.module_runner import run_module
from ansible_collections.file_simulator.nas.plugins.modules import nas_server
run_module(nas_server, **json.loads(sys.argv[1]))
"""


@pytest.fixture
def server(node: dict[str, str], tmp_path: Path) -> t.Iterator[ClusterServer]:
    made = ClusterServer(tmp_path, node["image"], node["kubeconfig"], node["context"], persistent=False)
    made.clear()
    try:
        made.up()
        yield made
    finally:
        made.clear()


def leases(server: ClusterServer) -> list[str]:
    """Who holds the instance."""
    api = kubernetes.client.CoordinationV1Api(server.kube.core.api_client)
    return [each.spec.holder_identity for each in api.list_namespaced_lease(INSTANCE).items]


def test_another_run_is_refused_and_a_killed_one_is_in_nobodys_way(server: ClusterServer, node: dict[str, str]) -> None:
    assert leases(server) == []
    # Waits for a node that has so many CPUs, and holds the instance as long.
    huge = {"server": {"requests": {"cpu": "64"}, "limits": {"cpu": "64"}}}
    given = {
        **server.cluster, "topology": server.topology(resources=huge), "drive_root": str(server.drives),
        "state": "restarted", "image": node["image"], "wait_timeout": 120,
    }  # fmt: skip
    words = [sys.executable, "-c", _RUN, json.dumps(given)]
    other = subprocess.Popen(
        words, cwd=CHECKOUT, env={**os.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        eventually(lambda: bool(leases(server)), 30)
        holder = f"nas_server \\(state: restarted\\) of .*pid {other.pid}\\) holds it since"
        with pytest.raises(ModuleFailed, match=f"^instance {INSTANCE}: {holder}"):
            server.up()
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait()
    started = time.monotonic()
    server.up()
    print(f"measured: up after a killed run took {time.monotonic() - started:.1f} s")
    assert leases(server) == []
    assert SERVER in server.kube.pods()
