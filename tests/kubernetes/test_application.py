# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application that the simulator never saw is applied to a real cluster, with ``server:`` of its volumes changed alone.

Where the node's kernel has no NFS client, the kubelet says what it was to mount, and a virtual machine mounts exactly that.
``tests/machine/test_application.py`` has a node that can.
"""

from __future__ import annotations

import re
import time
import typing as t
import uuid
from pathlib import Path

import kubernetes
import pytest
import yaml

from ..harness import application
from ..harness.ports import reserve
from ..integration.kube import Kube
from ..integration.nfs import eventually
from ..kernel_client.machine import nfs_client
from ..module_runner import run_module

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    nas_topology_info,
    windows_directory,
)

INSTANCE = reserve("kube-application").instance
# Seconds. A kubelet tells of the mounts that failed as it tries them again, less and less often.
BOUND, MOUNTS, ARRIVAL = 60.0, 150.0, 60.0


class Running(t.NamedTuple):
    """The servers that run: their addresses in the cluster by the names that production has, and their directories."""

    addresses: dict[str, str]
    directories: Path


@pytest.fixture(scope="module")
def servers(node: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Running]:
    home = tmp_path_factory.mktemp("application")
    made = run_module(nas_topology_info, manifests=[str(application.VOLUMES), str(application.WORKLOAD)])
    # A Service has an address of its own anyway.
    topology = [
        {key: value for key, value in server.items() if key != "address"} for server in made["topology"]["servers"]
    ]
    arguments: dict[str, t.Any] = {
        "topology": {"instance": INSTANCE, "namespace": INSTANCE, "servers": topology},
        "drive_root": str(home / "drives"),
        "engine": "kubernetes",
        "kubeconfig": node["kubeconfig"],
        "context": node["context"],
        "node_address": "127.0.0.1",
    }
    directories = home / "drives" / "c" / "simulator-data"
    at_work = {**arguments, "node_data_root": str(directories), "image": node["image"]}
    gone = {"state": "absent", "purge": True, "delete_storage": True}
    run_module(nas_server, **gone, **at_work)
    try:
        laid_out = {name: arguments[name] for name in ("topology", "drive_root")}
        run_module(windows_directory, registry=str(home / "registry.json"), **laid_out)
        # A backup has what was there when its server started.
        (directories / "nas32" / "tariffs" / "current").write_text("three per cent\n")
        run_module(nas_server, state="started", **at_work)
        running = run_module(nas_server_info, **arguments)["servers"]
        found = {alias: server["cluster"]["cluster_ip"] for server in running for alias in server["aliases"]}
        yield Running(found, directories)
    finally:
        run_module(nas_server, **gone, **at_work)


@pytest.fixture
def kube(node: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Kube]:
    """The cluster with a namespace of the application's own; nothing of the application is left in it."""
    monkeypatch.setenv("NAS_KUBECONFIG", node["kubeconfig"])
    monkeypatch.setenv("NAS_CONTEXT", node["context"])
    kube = Kube(f"billing-{uuid.uuid4().hex[:8]}")
    kube.core.create_namespace({"metadata": {"name": kube.namespace}})
    yield kube
    kube.core.delete_namespace(kube.namespace)
    for name in application.CLAIMS:
        kube.core.delete_persistent_volume(name)


def apply(kube: Kube, text: str) -> None:
    """Apply documents as they are."""
    for document in yaml.safe_load_all(text):
        kubernetes.utils.create_from_dict(kube.core.api_client, document, namespace=kube.namespace)


def phases(kube: Kube) -> list[str]:
    return [claim.status.phase for claim in kube.core.list_namespaced_persistent_volume_claim(kube.namespace).items]


def asked_of_the_node(kube: Kube) -> dict[str, str]:
    """Return, by source, the options with which the kubelet was to mount."""
    events = kube.core.list_namespaced_event(kube.namespace, field_selector="reason=FailedMount").items
    found = (re.findall(r"-t nfs -o (\S+) (\S+)", event.message) for event in events)
    return {source: options for each in found for options, source in each}


def test_application_runs_as_in_production(kube: Kube, servers: Running) -> None:
    volumes = application.at(servers.addresses)
    apply(kube, volumes)
    claims, workload = application.WORKLOAD.read_text().rsplit("---\n", 1)
    apply(kube, claims)
    # A kubelet tells of few failures for each pod, and would use them up on the claims that are bound first.
    eventually(lambda: phases(kube) == ["Bound"] * 3, BOUND)
    apply(kube, workload)
    wanted = application.mounts(volumes)
    if "\tnfs4\n" in Path("/proc/filesystems").read_text():
        eventually(lambda: all(f"{source} " in Path("/proc/self/mounts").read_text() for source in wanted), MOUNTS)
    else:
        eventually(lambda: len(asked_of_the_node(kube)) == len(wanted), MOUNTS)
        asked = {source: set(options.split(",")) for source, options in asked_of_the_node(kube).items()}
        assert asked == wanted
    mounts = {
        f"/mnt/{source.rpartition('/')[2]}": (source, ",".join(sorted(options))) for source, options in wanted.items()
    }
    (servers.directories / "nas31" / "billing_in" / "1.order").write_text("ten pieces\n")
    with nfs_client() as machine:
        for target, (source, options) in mounts.items():
            machine.run("mount", source=source, target=target, options=options, limit=60.0, within=70.0)
        for path in ("/mnt/billing_in/1.order", "/mnt/tariffs/current"):
            deadline = time.monotonic() + ARRIVAL
            while not machine.run("exists", path=path):
                assert time.monotonic() < deadline, path
                time.sleep(1)
        machine.run("put", path="/mnt/billing_out/1.bill", size=100_000)
        eventually(lambda: (servers.directories / "nas31" / "billing_out" / "1.bill").exists(), ARRIVAL)
        for target in mounts:
            machine.run("unmount", target=target)
