# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reaches a server: a neighbour in a network namespace of its own, which routes the pods' network by this machine."""

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.firewall import (
    neighbour_rules,
    no_neighbour_rules,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import network_name

from ..module_runner import CHECKOUT
from ..validation.servers import podman
from .simulator import INSTANCE, PORT, Simulator

NAMESPACE, OUTSIDE, INSIDE = "nas-neighbour", "nas-neighbour0", "nas-neighbour1"
# Addresses for documentation (RFC 5737).
HERE, NEIGHBOUR = "198.51.100.1", "198.51.100.2"
PROBE = CHECKOUT / "plugins" / "module_utils" / "_nfs" / "probe.py"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def neighbour() -> t.Iterator[None]:
    """A machine on the same local network, as far as this one can tell."""
    subprocess.run(["ip", "netns", "delete", NAMESPACE], check=False, capture_output=True)
    ip("netns", "add", NAMESPACE)
    try:
        ip("link", "add", OUTSIDE, "type", "veth", "peer", "name", INSIDE, "netns", NAMESPACE)
        ip("address", "add", f"{HERE}/24", "dev", OUTSIDE)
        ip("link", "set", OUTSIDE, "up")
        for words in (
            ("address", "add", f"{NEIGHBOUR}/24", "dev", INSIDE),
            ("link", "set", INSIDE, "up"),
            ("link", "set", "lo", "up"),
            ("route", "add", "default", "via", HERE),
        ):
            ip("-netns", NAMESPACE, *words)
        yield
    finally:
        ip("netns", "delete", NAMESPACE)


def asks(host: str, port: int) -> subprocess.CompletedProcess[str]:
    """Ask an NFS server from there."""
    command = ["ip", "netns", "exec", NAMESPACE, sys.executable, str(PROBE), host, str(port), "/data"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def refusal(host: str, port: int) -> str:
    """Why a connection from there is not made; empty where it is."""
    script = f"import socket; socket.create_connection(({host!r}, {port}), 2)"
    command = ["ip", "netns", "exec", NAMESPACE, sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stderr


def ruleset() -> str:
    return subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=False).stdout


TABLE = ["table", "inet", f"file_simulator_{INSTANCE}"]


def without_table() -> None:
    subprocess.run(["nft", "delete", *TABLE], check=False, capture_output=True)


@pytest.fixture
def without_rules() -> t.Iterator[None]:
    """As after a reload of the firewall: the server itself has to refuse."""
    shown = subprocess.run(["nft", "list", *TABLE], capture_output=True, text=True, check=False)
    without_table()
    yield
    if shown.returncode == 0:
        subprocess.run(["nft", "-f", "-"], input=shown.stdout, text=True, check=True)


@pytest.mark.usefixtures("neighbour")
class TestOnLoopback:
    """The default: for this machine alone."""

    def test_this_machine_is_let_in(self, simulator: Simulator) -> None:
        simulator.apply()
        assert simulator.report()["state"] == "ready"
        assert simulator.client().listdir("/data") is not None

    @pytest.mark.parametrize("port", [2049, 9100])
    def test_neighbour_does_not_reach_the_pod(self, simulator: Simulator, port: int) -> None:
        assert refusal(simulator.pod_address, port)

    @pytest.mark.usefixtures("without_rules")
    def test_server_itself_refuses_a_neighbour(self, simulator: Simulator) -> None:
        answer = asks(simulator.pod_address, 2049)
        assert answer.returncode == 1, answer.stdout
        # In the pods' own network, nothing but the server is in the way.
        network = ("--network", network_name(INSTANCE), "--entrypoint", "python3")
        with pytest.raises(AssertionError, match="the server answered NFS4ERR_NOENT"):
            podman("run", "--rm", *network, simulator.image, "-m", "nas_probe", simulator.pod_address, "2049", "/data")

    def test_rules_that_another_network_has_left_are_removed(self, simulator: Simulator) -> None:
        """A network that somebody has removed leaves its bridge to the next one, and its rules with it."""
        bridge = podman("network", "inspect", network_name(INSTANCE), "--format", "{{.NetworkInterface}}").strip()
        for each in (bridge, "nas-elsewhere"):
            subprocess.run(["nft", "-f", "-"], input=neighbour_rules(f"left-{each}", each), text=True, check=True)
        try:
            simulator.apply()
            assert f"left-{bridge} " not in ruleset()
            assert "left-nas-elsewhere " in ruleset()
        finally:
            for each in (bridge, "nas-elsewhere"):
                subprocess.run(["nft", "-f", "-"], input=no_neighbour_rules(f"left-{each}"), text=True, check=True)

    def test_pod_of_another_network_does_not_reach_the_pod(self, simulator: Simulator) -> None:
        """Podman gives its connections the gateway's address, so that rules alone keep it out."""
        name = f"{INSTANCE}-other"
        podman("network", "create", "--disable-dns", name)
        try:
            script = f"import socket; socket.create_connection(({simulator.pod_address!r}, 2049), 2)"
            words = ("run", "--rm", "--network", name, "--entrypoint", "python3", simulator.image, "-c", script)
            with pytest.raises(AssertionError, match=r"(?i)timed out|unreachable"):
                podman(*words)
        finally:
            podman("network", "rm", name)


@pytest.mark.usefixtures("neighbour")
class TestOnEveryAddress:
    """Published to the network, for some of it."""

    def test_clients_are_enforced(self, simulator: Simulator) -> None:
        everywhere: dict[str, t.Any] = {"listen_address": "0.0.0.0"}
        simulator.apply(topology=everywhere, clients=[f"{NEIGHBOUR}/32", "127.0.0.1/32"])
        assert asks(HERE, PORT).returncode == 0
        assert refusal(simulator.pod_address, 2049)
        simulator.apply(topology=everywhere, clients=["192.0.2.0/24", "127.0.0.1/32"])
        assert asks(HERE, PORT).returncode == 1
        # It is not let in by another way either, and this machine is.
        without_table()
        assert asks(simulator.pod_address, 2049).returncode == 1
        assert simulator.client().listdir("/data") is not None

    def test_without_clients_everybody_is_let_in(self, simulator: Simulator) -> None:
        """What the warning of nas_server says."""
        simulator.apply(topology={"listen_address": "0.0.0.0"})
        assert asks(HERE, PORT).returncode == 0

    def test_running_server_goes_back_to_loopback(self, simulator: Simulator) -> None:
        simulator.apply(topology={"listen_address": "0.0.0.0"})
        simulator.apply()
        assert refusal(HERE, PORT)
        assert simulator.report()["state"] == "ready"
