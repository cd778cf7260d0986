# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""playbooks/teardown.yml on a real cluster: those who mount go before those who serve. Comes last: nothing is left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..module_runner import CHECKOUT
from .test_kubernetes_clients import Clients
from .test_nas_over_nfs import SEVEN


@pytest.fixture(scope="module")
def kube() -> Clients:
    return Clients()


def playbook(name: str, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run a playbook on the scenario's inventory."""
    place = Path(os.environ["NAS_ARGUMENTS"]).parent
    command = [sys.executable, "-m", "ansible", "playbook", "--inventory", str(place / "inventory")]
    # Molecule asks for colours, and for failures elsewhere than on standard output.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    plain["ANSIBLE_CONFIG"] = str(CHECKOUT / "ansible.cfg")
    plain["ANSIBLE_COLLECTIONS_PATH"] = str(CHECKOUT / ".ansible" / "collections")
    return subprocess.run(
        [*command, str(CHECKOUT / "playbooks" / name), "--extra-vars", json.dumps(variables)],
        env=plain,
        capture_output=True,
        text=True,
        timeout=240,
    )


def teardown() -> subprocess.CompletedProcess[str]:
    """Take everything down but the image, which other instances on this machine use."""
    none = str(Path(os.environ["NAS_ARGUMENTS"]).with_name("none"))
    return playbook("teardown.yml", nas_image_name="localhost/file-simulator/none", nas_image_cache_directory=none)


def test_a_pod_that_mounts_stops_the_teardown_before_it_begins(kube: Clients) -> None:
    kube.mounting_pod(kube.namespace, "nas-output-1")
    try:
        before = kube.uids(), kube.seen(kube.namespace)
        done = teardown()
        assert done.returncode != 0
        assert "nas-output-1 in namespace file-simulator is in use by pod web" in " ".join(done.stdout.split())
        assert (kube.uids(), kube.seen(kube.namespace)) == before
    finally:
        kube.core.delete_namespaced_pod("web", kube.namespace)


def test_a_pod_that_mounts_stops_a_server_from_being_disabled(kube: Clients) -> None:
    """site.yml takes leave of clients before it removes a server."""
    topology = json.loads(Path(os.environ["NAS_ARGUMENTS"]).read_text())["topology"]
    changes = [{**each, "enabled": each["name"] != "nas-output-1"} for each in topology["changes"]]
    fewer = {"file_simulator_topology": {**topology, "changes": changes}}
    kube.mounting_pod(kube.namespace, "nas-output-1", "web-2")
    try:
        before = kube.uids()
        done = playbook("deploy.yml", **fewer)
        assert done.returncode != 0
        assert "in use by pod web-2" in done.stdout
        assert kube.uids() == before
    finally:
        kube.core.delete_namespaced_pod("web-2", kube.namespace)


def test_everything_goes(kube: Clients) -> None:
    done = teardown()
    assert done.returncode == 0, done.stdout + done.stderr
    assert kube.pods() == {}
    assert kube.volumes(kube.namespace) == {}
    # Persistent storage stays, until it is asked for.
    assert set(kube.claims(kube.namespace)) == {"nas-output-2-export"}
    labelled = "app.kubernetes.io/managed-by=file-simulator"
    assert kube.core.list_namespaced_service(kube.namespace, label_selector=labelled).items == []
    assert kube.core.list_namespaced_config_map(kube.namespace, label_selector=labelled).items == []
    place = Path(os.environ["NAS_ARGUMENTS"]).parent
    assert not (place / "drives" / "clients").exists()
    assert all((place / "drives/c/simulator-data" / name / "before.txt").exists() for name in SEVEN)
    again = teardown().stdout
    for task in (
        "nas_clients : Publish what clients need to mount the servers",
        "nas_servers : Ensure the state of the servers",
    ):
        assert re.search(rf"{task}.*\n(.*\n)?ok: ", again), again
