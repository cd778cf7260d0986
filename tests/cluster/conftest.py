# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixtures of the cluster's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cluster_testing import IMAGE, NEIGHBOUR_CHAIN, Cluster, look_at_host, run
from testcluster import images, settings


@pytest.fixture(scope="session")
def host_before() -> dict[str, set[str]]:
    """Return how the host was before the first test touched it."""
    return look_at_host()


@pytest.fixture(scope="session")
def neighbour() -> Iterator[str]:
    """Keep a chain of somebody else's beside ours; return the rule that leads to it."""
    jump = ["FORWARD", "-s", "192.0.2.77/32", "-j", NEIGHBOUR_CHAIN]
    run(["iptables", "-w", "-N", NEIGHBOUR_CHAIN])
    run(["iptables", "-w", "-A", *jump])
    yield " ".join(jump)
    run(["iptables", "-w", "-D", *jump])
    run(["iptables", "-w", "-X", NEIGHBOUR_CHAIN])


@pytest.fixture(scope="session")
def cluster(
    host_before: dict[str, set[str]], neighbour: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Bring up a node for all tests."""
    assert host_before
    assert neighbour
    if os.geteuid() != 0:
        pytest.skip("a node needs root")
    if settings.RUN_DIR.exists():
        pytest.skip("a cluster is up already; 'tests/cluster/cluster down' makes room for this one")
    node = Cluster(tmp_path_factory.mktemp("cluster") / "state")
    built = node("build")
    if built.returncode == 77:
        pytest.skip(built.stderr.strip())
    try:
        done = node("up")
        assert done.returncode == 0, done.stderr
        yield node
    finally:
        node("down")


@pytest.fixture(scope="session")
def busybox_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an image archive made of Debian's static busybox, which need not be installed."""
    directory = tmp_path_factory.mktemp("busybox")
    if shutil.which("apt-get") is None:
        pytest.skip("no apt-get to take busybox-static from")
    for command in (["apt-get", "download", "busybox-static"], ["sh", "-c", "dpkg-deb -x *.deb ."]):
        subprocess.run(command, cwd=directory, check=True, capture_output=True)
    busybox = next(path for path in directory.glob("**/bin/busybox"))
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    links = {f"/bin/{applet}": "busybox" for applet in applets if applet != "busybox"}
    archive = directory / "busybox.tar"
    images.write_archive(archive, IMAGE, {"/bin/busybox": busybox}, ["/bin/sh"], links)
    return archive


@pytest.fixture
def stranger() -> Iterator[str]:
    """Put another machine on a wire to this one, with routes through it; return its network namespace."""
    name = "fsim-stranger"
    commands = [
        f"ip netns add {name}",
        f"ip link add {name} type veth peer name eth0 netns {name}",
        f"ip address add 198.51.100.1/30 dev {name}",
        f"ip link set {name} up",
        f"ip -n {name} address add 198.51.100.2/30 dev eth0",
        f"ip -n {name} link set eth0 up",
        f"ip -n {name} route add default via 198.51.100.1",
    ]
    try:
        for command in commands:
            subprocess.run(command.split(), check=True)
        yield name
    finally:
        run(["ip", "link", "delete", name])
        run(["ip", "netns", "delete", name])
