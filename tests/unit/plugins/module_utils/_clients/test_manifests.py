# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes, claims and the example are what Kubernetes takes, in each version that is supported."""

from __future__ import annotations

import copy
import re
import typing as t

import pytest
from hypothesis import given

try:
    import kubernetes_validate
except ImportError:
    kubernetes_validate = None

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint, endpoints
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import Example, example_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, client_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ...strategies import QUICK, topologies

NAMING = Naming("file-simulator", "file-simulator", "dev-", {"team": "a"})


def objects(
    topology: dict[str, t.Any] | None, naming: Naming = NAMING
) -> tuple[list[Endpoint], list[dict[str, t.Any]]]:
    servers = read_topology(topology).enabled
    reports = [
        {
            "name": server.name, "host": "127.0.0.1", "port": server.port,
            "cluster": {"cluster_ip": "10.0.0.7", "cluster_port": 2049, "dns_name": f"{server.name}.file-simulator.svc"},
        }
        for server in servers
    ]  # fmt: skip
    mounted = endpoints(servers, reports, server_address=None, actimeo=1, guess=False)
    example = Example("localhost/nas:1", "print()\n", tuple(each.server for each in mounted), True)
    made = client_objects(mounted, ["orders", "reports"], naming)
    return mounted, made + example_objects(example, mounted, "orders", naming)


@given(topologies())
@QUICK
def test_each_claim_has_a_volume_that_has_it(topology: dict[str, t.Any]) -> None:
    mounted, made = objects(topology)
    volumes = {item["metadata"]["name"]: item for item in made if item["kind"] == "PersistentVolume"}
    claims = [item for item in made if item["kind"] == "PersistentVolumeClaim"]
    assert len(volumes) == len(claims) == 2 * len(mounted)
    for claim in claims:
        volume = volumes.pop(claim["spec"]["volumeName"])
        reference = volume["spec"]["claimRef"]
        assert (reference["namespace"], reference["name"]) == (
            claim["metadata"]["namespace"],
            claim["metadata"]["name"],
        )
        assert volume["spec"]["accessModes"] == claim["spec"]["accessModes"]
        assert volume["spec"]["capacity"]["storage"] == claim["spec"]["resources"]["requests"]["storage"]
        assert volume["spec"]["nfs"]["readOnly"] == (volume["spec"]["accessModes"] == ["ReadOnlyMany"])
        assert "port=2049" in volume["spec"]["mountOptions"]
        assert claim["metadata"]["labels"]["team"] == "a"


@given(topologies())
@QUICK
def test_names_are_names(topology: dict[str, t.Any]) -> None:
    _mounted, made = objects(topology)
    label = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    for item in made:
        assert re.fullmatch(rf"{label}(\.{label})*", item["metadata"]["name"])
        assert len(item["metadata"]["name"]) <= 253
        assert all(len(value) <= 63 for value in item["metadata"]["labels"].values())


def test_two_servers_and_namespaces_never_share_a_volume() -> None:
    assert NAMING.volume("a-b", "c") != NAMING.volume("a", "b-c")


def test_engine_does_not_take_them_for_a_servers() -> None:
    """The engine looks after what has the label of a server."""
    _mounted, made = objects(None)
    assert not any("file-simulator/server" in item["metadata"]["labels"] for item in made)


@given(topologies())
@QUICK
def test_example_mounts_each_server_once(topology: dict[str, t.Any]) -> None:
    mounted, made = objects(topology)
    pod = made[-1]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    claims = [each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"] if "persistentVolumeClaim" in each]
    assert claims == [f"dev-{each.server}" for each in mounted]
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    variables = {each["name"]: each["value"] for each in container["env"]}
    listed = (variables["NAS_READ"] + "," + variables["NAS_WRITE"]).split(",")
    assert sorted(name for name in listed if name) == sorted(each.server for each in mounted)
    read_only = {each.server for each in mounted if each.read_only}
    assert read_only.isdisjoint(variables["NAS_WRITE"].split(","))
    assert {each["name"] for each in container["volumeMounts"] if each.get("readOnly")} == {
        *read_only,
        "example-program",
    }


def versions() -> list[str]:
    """The versions of Kubernetes from 1.29 on that the package knows."""
    found = set(kubernetes_validate.utils.all_versions()) if kubernetes_validate else set()
    return sorted(version for version in found if tuple(map(int, version.split(".")[:2])) >= (1, 29))


@pytest.mark.parametrize("version", versions() or [pytest.param("", marks=pytest.mark.skip("no kubernetes-validate"))])
def test_schema(version: str) -> None:
    """Strictly: a field that Kubernetes does not know is an error."""
    _mounted, made = objects(None)
    for item in made:
        kubernetes_validate.validate(item, version, strict=True)
    broken = copy.deepcopy(made[0])
    broken["spec"]["mountOption"] = []
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, version, strict=True)
