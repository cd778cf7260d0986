# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application that the simulator never saw works in a pod, through its claims and the kernel's client of a real node.

docs/production.md, from production's files to the application: with ``server:`` of its volumes changed alone, and, where
the node knows production's names, with nothing changed.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from ..harness import application
from ..validation.servers import image
from .cluster import NODE_DATA_ROOT, Cluster
from .cluster_desk import PATIENCE, ClusterDesk

NAMESPACE = "billing"
# Of the servers, where a topology does not say otherwise.
SERVERS = "file-simulator"


@pytest.fixture(scope="module")
def desk(cluster: Cluster) -> ClusterDesk:
    """A cluster where ``make up`` has run the servers of a topology that ``make topology`` made, and that has the image."""
    desk = ClusterDesk(cluster, SERVERS)
    topology = cluster.home / "my-topology.yml"
    desk.say("topology", f"FROM={application.VOLUMES} {application.WORKLOAD}", f"TO={topology}")
    desk.make("up", f"-e @{topology} --tags layout,image")
    # A backup has what was there when its server started.
    (desk.data / "nas32" / "tariffs" / "current").write_text("three per cent\n")
    cluster.load_image(desk.image_archive())
    archive = desk.data.parent / "application.tar"
    subprocess.run(["podman", "tag", image(), application.IMAGE], check=True)
    try:
        subprocess.run(["podman", "save", "--quiet", "--output", archive, application.IMAGE], check=True)
    finally:
        subprocess.run(["podman", "untag", image(), application.IMAGE], check=True)
    cluster.load_image(NODE_DATA_ROOT.replace(desk.data.name, archive.name))
    desk.make("up", f"-e @{topology} --skip-tags validate")
    return desk


def addresses(cluster: Cluster) -> dict[str, str]:
    """Return the servers' addresses in the cluster by production's names."""
    services = {
        item["metadata"]["name"]: item["spec"] for item in cluster.get("services", f"--namespace={SERVERS}")["items"]
    }
    return {name: services[name.partition(".")[0]]["clusterIP"] for name in application.NAMES}


def runs(desk: ClusterDesk, volumes: str, number: int) -> None:
    """Apply the application, give it an order, see its bill, and delete it."""
    cluster = desk.cluster
    document = cluster.home / "volumes.yaml"
    document.write_text(volumes)
    cluster.kubectl("create", "namespace", NAMESPACE)
    cluster.kubectl("apply", f"--filename={document}")
    place = f"--namespace={NAMESPACE}"
    cluster.kubectl("apply", place, f"--filename={application.WORKLOAD}")
    cluster.kubectl("rollout", "status", place, "deployment/billing", f"--timeout={PATIENCE}s", seconds=PATIENCE + 60)
    desk.put("nas31", f"billing_in/{number}.order", "ten pieces\n")
    desk.windows_has("nas31", f"billing_out/{number}.bill", "ten pieces\nthree per cent\n")
    mounted = json.loads(cluster.machine.run("findmnt --json --types nfs,nfs4 --output SOURCE,OPTIONS"))["filesystems"]
    found = {each["source"]: set(each["options"].split(",")) for each in mounted}
    wanted = application.mounts(volumes)
    assert set(found) == set(wanted)
    for source, options in wanted.items():
        assert {word.replace("nfsvers", "vers") for word in options} - {"nolock"} <= found[source]
    cluster.kubectl("delete", "namespace", NAMESPACE, f"--timeout={PATIENCE}s", seconds=PATIENCE + 60)
    cluster.kubectl("delete", f"--filename={document}", f"--timeout={PATIENCE}s", seconds=PATIENCE + 60)
    desk.until("the node has unmounted it", lambda: desk.mounts() == {})


def test_with_other_addresses_and_nothing_else_changed(desk: ClusterDesk) -> None:
    runs(desk, application.at(addresses(desk.cluster)), 1)


def test_unchanged_where_the_node_knows_the_names(desk: ClusterDesk) -> None:
    lines = "".join(f"{address} {name}\\n" for name, address in addresses(desk.cluster).items())
    desk.cluster.machine.run(f"printf '{lines}' >> /etc/hosts", user="root")
    runs(desk, application.VOLUMES.read_text(), 2)
