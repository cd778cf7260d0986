# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks that mean something in a cluster alone can fail, too: see tests/validation for all the others."""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
from pathlib import Path

import pytest

from ..module_runner import run_module
from .kube import Kube
from .nfs import eventually

from ansible_collections.file_simulator.nas.plugins.modules import nas_validate  # isort: skip

VOLUME = "file-simulator-check-test"
SERVER = "nas-input-1"


@pytest.fixture(scope="module")
def kube() -> Kube:
    return Kube()


def check(*names: str) -> dict[str, t.Any]:
    """Make checks; return the results by check and server."""
    arguments = json.loads(Path(os.environ["NAS_ARGUMENTS"]).read_text())
    places = ("topology", "drive_root", "engine", "kubeconfig", "context", "node_address")
    run = run_module(nas_validate, checks=list(names), **{key: arguments[key] for key in places})["run"]
    return {f"{each['check']} {each['server']}": each for each in run["results"]}


def failed(results: dict[str, t.Any]) -> dict[str, str]:
    return {name: each["detail"] for name, each in results.items() if each["outcome"] == "failed"}


def set_port(kube: Kube, port: int) -> None:
    """Let a Service answer at another port of its cluster address; its NodePort stays."""
    service = kube.core.read_namespaced_service(SERVER, kube.namespace)
    service.spec.ports[0].port = port
    kube.core.replace_namespaced_service(SERVER, kube.namespace, service)


def test_server_that_pods_do_not_reach_by_its_name(kube: Kube) -> None:
    assert failed(check("dns")) == {}
    set_port(kube, 2050)
    try:
        found = failed(check("dns", "ready", "fsid"))
    finally:
        set_port(kube, 2049)
    assert set(found) == {f"dns {SERVER}"}
    assert "where it does not answer" in found[f"dns {SERVER}"]
    # A NodePort is published anew.
    eventually(lambda: failed(check("ready", "dns")) == {}, 30)


@contextlib.contextmanager
def volume(kube: Kube) -> t.Iterator[None]:
    """A volume that points to a server, and that nobody claims."""
    address = kube.core.read_namespaced_service(SERVER, kube.namespace).spec.cluster_ip
    kube.core.create_persistent_volume(
        {
            "metadata": {"name": VOLUME},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteMany"],
                "storageClassName": "",
                "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"name": VOLUME, "namespace": kube.namespace},
                "nfs": {"server": address, "path": "/data"},
            },
        }
    )
    try:
        yield
    finally:
        kube.core.delete_persistent_volume(VOLUME)


def test_volume_that_is_not_bound(kube: Kube) -> None:
    with volume(kube):
        # A node that has other things to do finds a server late with its answers, for a moment.
        eventually(lambda: set(failed(check("client_volumes", "ready"))) == {f"client_volumes {SERVER}"}, 30)
        found = failed(check("client_volumes"))
        assert f"PersistentVolume {VOLUME} is Available" in found[f"client_volumes {SERVER}"]
        claim = {
            "metadata": {"name": VOLUME},
            "spec": {
                "accessModes": ["ReadWriteMany"],
                "storageClassName": "",
                "volumeName": VOLUME,
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
        kube.core.create_namespaced_persistent_volume_claim(kube.namespace, claim)
        try:
            eventually(lambda: failed(check("client_volumes")) == {}, 30)
        finally:
            kube.core.delete_namespaced_persistent_volume_claim(VOLUME, kube.namespace)
