# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""minikube_hosts on a minikube that runs nothing: what its nodes are told to run is run, on directories of a test."""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import minikube_hosts, minikube_profile

from ..conftest import ModuleFailed
from ..fake_minikube import FakeMinikube

Run = t.Callable[..., "dict[str, t.Any]"]
HOSTS = "127.0.0.1\tlocalhost\n192.168.49.2\tfile-simulator\n192.168.49.1\thost.minikube.internal\n"
ENTRIES = [{"address": "10.96.12.7", "names": ["nas01.corp.example"]}]
MOVED = [{"address": "10.96.12.8", "names": ["nas01.corp.example", "nas02.corp.example"]}]
UNIT = "etc/systemd/system/file-simulator-hosts.service"
BOOT_SCRIPT = "var/lib/boot2docker/bootlocal.sh"


def block(*lines: str, instance: str = "file-simulator") -> str:
    marked = [f"# {word} NAS servers of the file simulator, instance {instance}" for word in ("BEGIN", "END")]
    return "".join(f"{line}\n" for line in [marked[0], *lines, marked[1]])


FIRST = block("10.96.12.7 nas01.corp.example")
SECOND = block("10.96.12.8 nas01.corp.example", "10.96.12.8 nas02.corp.example")


class Node:
    """A directory that stands for a node's root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("etc/systemd/system", "var/lib/minikube", "var/lib/boot2docker", "bin"):
            (root / name).mkdir(parents=True)
        (root / "bin" / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{root}/systemctl\n')
        (root / "bin" / "systemctl").chmod(0o755)
        self.text("etc/hosts", HOSTS)

    def text(self, name: str, given: str | None = None) -> str:
        path = self.root / name
        if given is not None:
            path.write_text(given)
        return path.read_text() if path.exists() else ""

    @property
    def hosts(self) -> str:
        return self.text("etc/hosts")

    @property
    def kept(self) -> str:
        return self.text("var/lib/minikube/file-simulator-hosts")

    def start(self) -> None:
        """What the node does at its start: it has a new hosts file, and runs what it has been given."""
        self.text("etc/hosts", HOSTS)
        unit = re.search(r"^ExecStart=/bin/sh -c '(.*)'$", self.text(UNIT), re.MULTILINE)
        script = unit[1].replace("$$", "$") if unit else self.text(BOOT_SCRIPT)
        there = re.sub(r"(?<!\w)/(?=etc/|var/lib/)", f"{self.root}/", script)
        # More than once, as a node's file may also have survived.
        for _time in range(2):
            subprocess.run(["/bin/sh", "-c", there], env={"PATH": "/usr/bin:/bin"}, check=True)

    def everything(self) -> dict[str, str]:
        return {str(path): path.read_text() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def node(tmp_path: Path, minikube: FakeMinikube, minikube_running: dict[str, t.Any]) -> Node:
    """The only node of a profile that runs."""
    node = Node(tmp_path / "node")
    minikube.nodes = {"": node.root}
    return node


@pytest.fixture(params=["docker", "kvm2"])
def driver(request: pytest.FixtureRequest, minikube: FakeMinikube, minikube_running: dict[str, t.Any]) -> str:
    minikube.profiles["file-simulator"]["Driver"] = request.param
    return str(request.param)


def test_twelve_steps(run_module: Run, minikube_place: dict[str, t.Any], node: Node, driver: str) -> None:
    for given, names, changes in [
        ({"entries": ENTRIES}, FIRST, True),
        ({"entries": ENTRIES}, FIRST, False),
        ({"entries": MOVED}, SECOND, True),
        ({"entries": MOVED}, SECOND, False),
        ({"state": "absent"}, "", True),
        ({"state": "absent"}, "", False),
    ]:
        before = node.everything()
        foretold = run_module(minikube_hosts, check=True, **minikube_place, **given)
        assert node.everything() == before
        done = run_module(minikube_hosts, **minikube_place, **given)
        assert foretold["changed"] is done["changed"] is changes
        assert foretold["diff"] == done["diff"]
        assert (node.hosts, node.kept) == (HOSTS + names, names)
        assert done["nodes"] == ["file-simulator"]
        assert bool(node.text(UNIT)) is bool(names and driver == "docker")
        assert bool(node.text(BOOT_SCRIPT)) is bool(names and driver == "kvm2")


def test_the_node_has_the_names_after_a_start(
    run_module: Run, minikube_place: dict[str, t.Any], node: Node, driver: str
) -> None:
    node.text(BOOT_SCRIPT, "true # mine\n")
    run_module(minikube_hosts, **minikube_place, instance="orders", entries=[{"address": "10.96.1.1", "names": ["x"]}])
    for entries, names in ((ENTRIES, FIRST), (MOVED, SECOND)):
        run_module(minikube_hosts, **minikube_place, entries=entries)
        node.start()
        assert node.hosts == HOSTS + block("10.96.1.1 x", instance="orders") + names
        assert not run_module(minikube_hosts, **minikube_place, entries=entries)["changed"]
    run_module(minikube_hosts, **minikube_place, state="absent")
    node.start()
    assert node.hosts == HOSTS + block("10.96.1.1 x", instance="orders")
    run_module(minikube_hosts, **minikube_place, instance="orders", state="absent")
    node.start()
    assert node.hosts == HOSTS
    assert node.text(BOOT_SCRIPT) == "true # mine\n"
    if driver == "docker":
        assert node.text("systemctl").splitlines()[0] == "enable --quiet file-simulator-hosts.service"
        assert node.text("systemctl").splitlines()[-1] == "disable --quiet file-simulator-hosts.service"


@pytest.mark.parametrize("where", ["etc/hosts", "var/lib/minikube/file-simulator-hosts"])
def test_names_that_lead_elsewhere_are_refused_and_nothing_is_touched(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], node: Node, where: str
) -> None:
    node.text(where, block("10.96.1.1 NAS01.corp.example", instance="orders"))
    before = node.everything()
    for check in (True, False):
        with pytest.raises(ModuleFailed) as failed:
            run_module(minikube_hosts, check=check, **minikube_place, entries=ENTRIES)
        assert str(failed.value) == (
            f"/{where} of node file-simulator: nas01.corp.example is to lead to 10.96.12.7, and leads to 10.96.1.1 already "
            "(in line 2, of instance orders); no hosts file was changed, take that name out of it or out of the topology"
        )
    assert node.everything() == before and minikube.scripts == []


def test_each_node_of_several(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], node: Node, tmp_path: Path
) -> None:
    second = Node(tmp_path / "m02")
    minikube.profiles["file-simulator"]["Nodes"] = [{"Name": "", "ControlPlane": True}, {"Name": "m02"}]
    minikube.nodes["m02"] = second.root
    assert run_module(minikube_hosts, **minikube_place, entries=ENTRIES)["nodes"] == ["file-simulator", "m02"]
    assert node.hosts == second.hosts == HOSTS + FIRST


def test_a_machine_that_was_there_before_keeps_its_own_file(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], node: Node
) -> None:
    minikube.profiles["file-simulator"]["Driver"] = "ssh"
    run_module(minikube_hosts, **minikube_place, entries=ENTRIES)
    assert (node.hosts, node.kept, node.text(BOOT_SCRIPT), node.text(UNIT)) == (HOSTS + FIRST, "", "", "")
    minikube.profiles["file-simulator"]["Driver"] = "none"
    minikube.scripts.clear()
    assert run_module(minikube_hosts, **minikube_place, entries=MOVED)["nodes"] == []
    assert minikube.scripts == [], "the node is this machine"


def test_a_profile_that_does_not_run(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], node: Node
) -> None:
    run_module(minikube_profile, state="stopped", **minikube_place)
    with pytest.raises(ModuleFailed, match="profile file-simulator: is stopped, not running; start it"):
        run_module(minikube_hosts, **minikube_place, entries=ENTRIES)
    assert run_module(minikube_hosts, check=True, **minikube_place, entries=ENTRIES)["changed"]
    assert not run_module(minikube_hosts, **minikube_place, state="absent")["changed"]


def test_without_minikube(run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any]) -> None:
    minikube_place["executable"] = "my-minikube"
    assert not run_module(minikube_hosts, **minikube_place, state="absent")["changed"]
    with pytest.raises(ModuleFailed, match="my-minikube is not installed"):
        run_module(minikube_hosts, **minikube_place, entries=ENTRIES)


def test_what_minikube_says_when_the_node_is_not_reached(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any], node: Node
) -> None:
    minikube.fail["ssh"] = ("SSH_FAILED", "no route to host", "")
    with pytest.raises(
        ModuleFailed, match="profile file-simulator: read /etc/hosts of node file-simulator: minikube: no route"
    ):
        run_module(minikube_hosts, **minikube_place, entries=ENTRIES)
