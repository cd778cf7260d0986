# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the cluster has of seven servers, as its administrator and its pods see it."""

from __future__ import annotations

import copy
import json
import os
import typing as t
from pathlib import Path

import kubernetes
import pytest

from ..module_runner import run_module
from .kube import Kube
from .test_nas_over_nfs import SEVEN, every_server

from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields as _fields  # isort: skip
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info  # isort: skip

CAPABILITIES = {"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "LEASE", "SETGID", "SETUID"}
# Minikube's usual size.
CPUS, MEMORY = 4.0, 8 * 2**30


@pytest.fixture(scope="module")
def kube() -> Kube:
    return Kube()


@pytest.fixture(scope="module")
def arguments() -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(Path(os.environ["NAS_ARGUMENTS"]).read_text()))


def containers(pod: t.Any) -> list[t.Any]:
    return [*(pod.spec.init_containers or []), *pod.spec.containers]


def test_requests_fit_minikube(kube: Kube) -> None:
    """A pod's request is the larger of what its steady containers and its init container ask for."""
    cpu, memory = 0.0, 0
    for pod in kube.pods().values():
        steady = [each for each in containers(pod) if each.name != "sync-windows-data"]
        init = next(each for each in containers(pod) if each.name == "sync-windows-data")
        cpu += max(sum(cpus(each) for each in steady), cpus(init))
        memory += max(sum(memories(each) for each in steady), memories(init))
    print(f"measured: seven servers request {cpu:.3g} CPUs and {memory / 2**20:.0f} MiB")
    assert cpu < CPUS / 2
    assert memory < MEMORY / 2


def cpus(container: t.Any) -> float:
    return _fields.cpu_millicores(container.resources.requests["cpu"]) / 1000


def memories(container: t.Any) -> int:
    return _fields.memory_bytes(container.resources.requests["memory"])


@every_server
def test_no_container_may_more_than_it_needs(kube: Kube, name: str) -> None:
    pod = kube.pods()[name]
    assert pod.spec.automount_service_account_token is False
    assert not (pod.spec.host_network or pod.spec.host_pid or pod.spec.host_ipc)
    assert pod.spec.security_context.seccomp_profile.type == "RuntimeDefault"
    for container in containers(pod):
        context = container.security_context
        assert context.privileged is False
        assert context.allow_privilege_escalation is False
        assert context.read_only_root_filesystem is True
        assert context.capabilities.drop == ["ALL"]
        assert set(context.capabilities.add) <= CAPABILITIES
    status = kube.execute(name, "nfs-server", "cat", "/proc/1/status")
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status


def test_pod_security_level_is_the_lowest_that_admits_the_servers(kube: Kube) -> None:
    """The next lower level refuses a server for two things, and for these alone."""
    level = "pod-security.kubernetes.io/enforce"
    assert kube.core.read_namespace(kube.namespace).metadata.labels[level] == "privileged"
    name = f"{kube.namespace}-baseline"
    kube.core.create_namespace({"metadata": {"name": name, "labels": {level: "baseline"}}})
    try:
        pod = copy.deepcopy(kube.pods()["nas-output-1"])
        attempt = {"metadata": {"name": "attempt"}, "spec": pod.spec}
        with pytest.raises(kubernetes.client.ApiException) as refused:
            kube.core.create_namespaced_pod(name, attempt, dry_run="All")
    finally:
        kube.core.delete_namespace(name)
    message = json.loads(refused.value.body)["message"]
    complaints = message.partition('"baseline:latest": ')[2]
    assert complaints.startswith("non-default capabilities (") and 'must not include "DAC_READ_SEARCH"' in complaints
    assert complaints.endswith('hostPath volumes (volume "windows")')
    assert complaints.count("(") == 2


@every_server
def test_agent_is_a_native_sidecar(kube: Kube, name: str) -> None:
    pod = kube.pods()[name]
    assert [each.name for each in pod.spec.containers] == ["nfs-server"]
    sidecars = [(each.name, each.restart_policy) for each in pod.spec.init_containers]
    expected: list[tuple[str, str | None]] = [("sync-windows-data", None)]
    if name not in ("nas-backup", "nas-input-3"):
        expected.append(("sync-agent", "Always"))
    assert sidecars == expected


@every_server
def test_pods_find_it_by_name(kube: Kube, name: str) -> None:
    """Through the cluster's DNS and the Service, from another server's pod."""
    other = SEVEN[(SEVEN.index(name) + 1) % len(SEVEN)]
    host = f"{name}.{kube.namespace}.svc.cluster.local"
    said = kube.execute(other, "nfs-server", "python3", "-m", "nas_probe", host, "2049", "/data")
    number = SEVEN.index(name) + 1
    if name == "nas-output-3":
        assert "NFS4ERR" in said, "its clients are this machine alone"
    else:
        assert said.strip() == f"fsid {number}.{number}"


def test_nothing_to_do_is_seen_without_touching_anything(kube: Kube, arguments: dict[str, t.Any]) -> None:
    for check in (True, False):
        before = kube.versions()
        result = run_module(nas_server, check=check, state="started", **arguments)
        assert (result["changed"], result["actions"]) == (False, [])
        assert kube.versions() == before


@pytest.mark.parametrize(
    "change", [{"state": "absent", "purge": True}, {"state": "restarted"}, {"network_policy": False}]
)
def test_check_mode_touches_nothing(kube: Kube, arguments: dict[str, t.Any], change: dict[str, t.Any]) -> None:
    before = kube.versions()
    result = run_module(nas_server, check=True, **{"state": "started", **arguments, **change})
    assert {action["server"] for action in result["actions"]} == set(SEVEN)
    assert kube.versions() == before


def test_report_tells_where_servers_are(kube: Kube, arguments: dict[str, t.Any]) -> None:
    places = ("topology", "drive_root", "engine", "kubeconfig", "context", "node_address")
    reports = run_module(nas_server_info, **{key: arguments[key] for key in places})["servers"]
    services = {item.metadata.name: item for item in kube.core.list_namespaced_service(kube.namespace).items}
    for report in reports:
        assert (report["state"], report["host"]) == ("ready", "127.0.0.1")
        assert report["cluster"]["cluster_ip"] == services[report["name"]].spec.cluster_ip
        assert report["port"] == services[report["name"]].spec.ports[0].node_port
        assert report["cluster"]["pod"] == kube.pods()[report["name"]].metadata.name
        assert (report["sync"] is None) == (report["sync_mode"] == "none")
