# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pod mounts all seven servers by its claims, through the kernel's client of a real node, and works while they come and go.

In this order, on one cluster: what is done to servers and pods is what the next test begins with.
"""

from __future__ import annotations

import time

import pytest

from ..harness.machine.vm import Failed
from .cluster import Cluster
from .cluster_desk import BACKUP, EXAMPLE, INPUTS, OUTPUTS, PATIENCE, PERSISTENT, SEVEN, ClusterDesk, seven


@pytest.fixture(scope="module")
def workload(cluster: Cluster) -> ClusterDesk:
    """A cluster where ``make up`` has run the servers and the example workload."""
    desk = ClusterDesk(cluster, cluster.name, file_simulator_topology=seven(cluster), nas_clients_example=True)
    desk.make("up", "--tags layout,image")
    for server in SEVEN:
        desk.put(server, "before.txt", f"before the start of {server}\n")
    cluster.load_image(desk.image_archive())
    desk.make_volume()
    # Without the checks: they look into each pod, and what takes seconds on a node would take minutes on this one.
    desk.make("up", "--skip-tags validate")
    workload_runs(desk)
    return desk


def workload_runs(desk: ClusterDesk) -> None:
    """Wait until the example's pod runs, which is when the kubelet has mounted all of its claims."""
    wait = ("rollout", "status", EXAMPLE, f"--timeout={PATIENCE}s")
    begin = time.monotonic()
    desk.kubectl(*wait, seconds=PATIENCE + 60)
    print(f"{time.monotonic() - begin:6.0f} s  the example's pod runs", flush=True)


def test_all_seven_are_mounted(workload: ClusterDesk) -> None:
    """With the options of the volumes, which the node's table of mounts shows: hard, and NFS 4.1 at one port."""
    mounts = workload.mounts()
    assert set(mounts) == set(SEVEN)
    for server, options in mounts.items():
        assert {"vers=4.1", "proto=tcp", "hard"} <= options, server
        assert ("ro" in options) == (server == BACKUP), server


def test_files_go_in_and_out(workload: ClusterDesk) -> None:
    for server in INPUTS:
        workload.put(server, "order.txt", f"an order for {server}")
    for server in INPUTS:
        workload.pod_reads(server, "order.txt", f"an order for {server}")
    assert workload.in_pod(f"cat /nas/{BACKUP}/before.txt") == f"before the start of {BACKUP}\n"
    for server in OUTPUTS:
        workload.in_pod(f"echo from a pod > /nas/{server}/result.txt")
    for server in OUTPUTS:
        workload.windows_has(server, "result.txt", "from a pod\n")
        # What the example writes every five seconds.
        assert f'"{INPUTS[0]}"' in (workload.data / server / "nas-example.json").read_text()


def test_read_only_server_takes_nothing(workload: ClusterDesk) -> None:
    said = workload.in_pod(f"echo x > /nas/{BACKUP}/x.txt; true")
    assert "Read-only file system" in said
    assert not (workload.data / BACKUP / "x.txt").exists()


def test_server_is_restarted_under_a_pod(workload: ClusterDesk) -> None:
    """A mount waits for its server: whoever writes through it goes on, and what was closed is on both sides.

    The server's files outlive its pod; without that, the mount is stale and its pod has to be replaced, too.
    """
    server = PERSISTENT
    write = f"echo line $i > /nas/{server}/during-$i && echo $i >> /nas/{OUTPUTS[2]}/closed.txt; sleep 0.5"
    workload.in_pod(
        f"(for i in $(seq 60); do {write}; done; echo end >> /nas/{OUTPUTS[2]}/closed.txt) >/dev/null 2>&1 &"
    )
    closed = workload.data / OUTPUTS[2] / "closed.txt"
    workload.until("the pod writes", lambda: closed.exists() and len(closed.read_text().split()) > 3)
    workload.restart(server)
    workload.until("the pod has written all", lambda: closed.read_text().endswith("end\n"))
    numbers = closed.read_text().split()[:-1]
    assert len(numbers) == 60
    files = {workload.data / server / f"during-{number}": f"line {number}\n" for number in numbers}
    workload.until("all of it is in Windows", lambda: all(path.exists() for path in files))
    assert {path: path.read_text() for path in files} == files
    assert set(workload.mounts()) == set(SEVEN)


def test_nothing_is_removed_from_under_a_pod(workload: ClusterDesk) -> None:
    """A pod that is not the simulator's has a claim: ``make down`` names it, and leaves all as it is."""
    workload.run_pod("web", OUTPUTS[0])
    with pytest.raises(Failed, match=rf"{OUTPUTS[0]} in namespace \S+ is in use by pod web; delete it or scale"):
        workload.make("down")
    assert set(workload.mounts()) == set(SEVEN)
    workload.kubectl("delete", "pod", "web", f"--timeout={PATIENCE}s", seconds=PATIENCE)


def test_everything_goes_in_order(workload: ClusterDesk) -> None:
    """The example goes before what it has mounted, so that the node is left with no mount, and nobody waits."""
    workload.make("down")
    assert workload.mounts() == {}
    assert workload.kubectl("get", "all", "--output=name") == ""
    assert (workload.data / OUTPUTS[0] / "result.txt").read_text() == "from a pod\n"
