# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role hosts_file with production's names: on files of a test, and on a node of a minikube that runs nothing."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest

from ...harness.playing import Played, play

BEGIN = "# BEGIN NAS servers of the file simulator, instance file-simulator\n"
END = "# END NAS servers of the file simulator, instance file-simulator\n"
LOCAL = "127.0.0.1 localhost\n"
SERVERS = [
    {"name": "nas-input-1", "host": "127.7.7.1", "aliases": ["nas01.corp.example", "nas01"], "cluster": None},
    {"name": "nas-backup", "host": "127.0.0.1", "aliases": [], "cluster": None},
]
IN_CLUSTER = [
    {**server, "host": "192.168.49.2", "cluster": {"cluster_ip": f"10.96.0.{number}"}}
    for number, server in enumerate(SERVERS, start=7)
]
MINIKUBE = """#!{python}
import base64, json, re, subprocess, sys

words = sys.argv[1:]
if words[0] == "status":
    print(json.dumps({{"Name": "file-simulator", "Host": "Running", "Kubelet": "Running", "APIServer": "Running",
                       "Kubeconfig": "Configured"}}))
elif words[0] == "profile":
    config = {{"Name": "file-simulator", "Driver": "ssh", "Nodes": [{{"Name": ""}}]}}
    print(json.dumps({{"invalid": [], "valid": [{{"Name": "file-simulator", "Status": "OK", "Config": config}}]}}))
else:
    command = words[-1]
    if command.endswith("sudo sh"):
        command = base64.b64decode(command.split()[1]).decode()
    command = re.sub(r"(?<!\\w)/(?=etc/|var/)", "{node}/", command).replace("sudo ", "")
    sys.exit(subprocess.run(["sh", "-c", command]).returncode)
"""


class Desk:
    """A home with hosts files."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.hosts, self.node = home / "hosts", home / "node" / "etc" / "hosts"
        self.node.parent.mkdir(parents=True)
        self.hosts.write_text(LOCAL)
        self.node.write_text(LOCAL)
        (home / "minikube").write_text(MINIKUBE.format(python=sys.executable, node=home / "node"))
        (home / "minikube").chmod(0o755)

    def play(self, servers: list[dict[str, t.Any]], *words: str, **variables: t.Any) -> Played:
        role = {"name": "file_simulator.nas.hosts_file", "tasks_from": "names"}
        given = {
            "ansible_connection": "local",
            # The files are a test's own.
            "ansible_become": False,
            "ansible_python_interpreter": sys.executable,
            "hosts_file_path": str(self.hosts),
            "hosts_file_windows": False,
            "hosts_file_minikube_executable": str(self.home / "minikube"),
            "__hosts_file_entries": servers,
            **variables,
        }
        return play(self.home, [{"ansible.builtin.include_role": role}], "--extra-vars", json.dumps(given), *words)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_production_s_names_lead_to_the_servers_own_addresses(desk: Desk) -> None:
    played = desk.play(SERVERS)
    assert played.well, played.out
    assert desk.hosts.read_text() == (
        LOCAL + BEGIN + "127.7.7.1 nas-input-1.file-simulator nas-input-1\n"
        "127.7.7.1 nas01.corp.example\n127.7.7.1 nas01\n127.0.0.1 nas-backup.file-simulator nas-backup\n" + END
    )
    assert "changed=0" in desk.play(SERVERS).out
    assert desk.play(SERVERS, hosts_file_state="absent").well
    assert desk.hosts.read_text() == LOCAL
    assert desk.node.read_text() == LOCAL, "there is no profile"


@pytest.mark.parametrize("line", ["192.0.2.9 NAS01", BEGIN.replace("file-simulator\n", "orders\n") + "127.0.0.1 nas01"])
def test_names_that_lead_elsewhere_are_refused_and_nothing_is_touched(desk: Desk, line: str) -> None:
    desk.hosts.write_text(before := LOCAL + line + "\n")
    played = desk.play(SERVERS)
    assert not played.well
    assert f"{desk.hosts}: nas01 is to lead to 127.7.7.1, and leads to " in played.message
    assert played.message.endswith("; no hosts file was changed, take that name out of it or out of the topology")
    assert desk.hosts.read_text() == before


def test_the_node_of_minikube_has_them_with_the_cluster_s_addresses(desk: Desk) -> None:
    profile = {"hosts_file_minikube_profile": "file-simulator"}
    foretold = desk.play(IN_CLUSTER, "--check", **profile)
    assert foretold.well and "changed=2" in foretold.out, foretold.out
    assert desk.node.read_text() == desk.hosts.read_text() == LOCAL
    played = desk.play(IN_CLUSTER, **profile)
    assert played.well and "changed=2" in played.out, played.out
    block = BEGIN + "10.96.0.7 nas01.corp.example\n10.96.0.7 nas01\n" + END
    assert desk.node.read_text() == LOCAL + block
    assert "192.168.49.2 nas01\n" in desk.hosts.read_text()
    assert "changed=0" in desk.play(IN_CLUSTER, **profile).out
    assert desk.play(IN_CLUSTER, **profile, hosts_file_state="absent").well
    assert desk.node.read_text() == desk.hosts.read_text() == LOCAL


def test_a_name_that_leads_elsewhere_on_the_node_keeps_this_machine_s_file_as_it_is(desk: Desk) -> None:
    desk.node.write_text("10.96.1.1 nas01.corp.example\n")
    played = desk.play(IN_CLUSTER, hosts_file_minikube_profile="file-simulator")
    assert not played.well
    assert "/etc/hosts of node file-simulator: nas01.corp.example is to lead to 10.96.0.7" in played.out
    assert desk.hosts.read_text() == LOCAL
