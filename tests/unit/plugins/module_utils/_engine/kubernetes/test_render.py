# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster is told: names, rights, and what makes a pod go."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from hypothesis import given

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.pod_spec import Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.render import (
    Object,
    namespace_object,
    server_objects,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import names
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images, pod_of

from ....strategies import FEW, topologies

IMAGES = Images("localhost/nas:test", "localhost/unfs3:test")
PLACEMENT = Placement(
    instance="file-simulator",
    namespace="file-simulator",
    port=32150,
    node_directory="/mnt/simulator-data/nas-output-1",
    generation="0000",
    cluster_version=(1, 33),
)


def rendered(placement: Placement = PLACEMENT, **fields: t.Any) -> dict[str, Object]:
    servers = [{"name": "nas-output-1", "port": 32150, "export_id": 5, **fields}]
    pod = pod_of(read_topology({"servers": servers}).servers[0], IMAGES)
    return {item["kind"]: item for item in server_objects(pod, placement)}


def template(placement: Placement = PLACEMENT, **fields: t.Any) -> Object:
    return t.cast("Object", rendered(placement, **fields)["Deployment"]["spec"]["template"])


def every_container(spec: Object) -> list[Object]:
    return [*spec["initContainers"], *spec["containers"]]


def test_service_bears_the_name_of_the_server() -> None:
    service = rendered()["Service"]
    assert service["metadata"]["name"] == "nas-output-1"
    assert service["spec"]["type"] == "NodePort"
    assert [(port["port"], port["nodePort"]) for port in service["spec"]["ports"]] == [(2049, 32150)]


def test_selector_finds_its_own_pod_and_no_other() -> None:
    objects = rendered()
    selector = objects["Service"]["spec"]["selector"]
    assert selector == objects["Deployment"]["spec"]["selector"]["matchLabels"]
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert selector.items() <= labels.items()
    other = rendered(dataclasses.replace(PLACEMENT, instance="second"))
    assert not selector.items() <= other["Deployment"]["metadata"]["labels"].items()


def test_recommended_labels() -> None:
    assert rendered()["ConfigMap"]["metadata"]["labels"] == {
        "app.kubernetes.io/name": "nas-server",
        "app.kubernetes.io/instance": "file-simulator",
        "app.kubernetes.io/component": "output",
        "app.kubernetes.io/part-of": "file-simulator",
        "app.kubernetes.io/managed-by": "file-simulator",
        "file-simulator/server": "nas-output-1",
    }


def test_lost_mount_keeps_the_pod_from_starting() -> None:
    """DirectoryOrCreate would hide it behind an empty directory of the node."""
    volumes = {volume["name"]: volume for volume in template()["spec"]["volumes"]}
    assert volumes["windows"]["hostPath"] == {"path": "/mnt/simulator-data/nas-output-1", "type": "Directory"}


def test_storage() -> None:
    volumes = {volume["name"]: volume for volume in template()["spec"]["volumes"]}
    assert volumes["export"] == {"name": "export", "emptyDir": {"sizeLimit": "500Mi"}}
    persistent: dict[str, t.Any] = {"storage": {"type": "persistent", "size_limit": "2Gi"}}
    volumes = {volume["name"]: volume for volume in template(**persistent)["spec"]["volumes"]}
    assert volumes["export"] == {"name": "export", "persistentVolumeClaim": {"claimName": "nas-output-1-export"}}
    claim = rendered(**persistent)["PersistentVolumeClaim"]["spec"]
    assert claim == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    placed = dataclasses.replace(PLACEMENT, storage_class="")
    assert rendered(placed, **persistent)["PersistentVolumeClaim"]["spec"]["storageClassName"] == ""


def test_storage_in_memory() -> None:
    memory: dict[str, t.Any] = {"storage": {"type": "memory", "size_limit": "64Mi"}}
    spec = template(**memory)["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert volumes["export"] == {"name": "export", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}
    assert "PersistentVolumeClaim" not in rendered(**memory)
    limits = [each["resources"]["limits"]["memory"] for each in [*spec["initContainers"], *spec["containers"]]]
    assert limits == ["192Mi", "128Mi", "320Mi"], "each with room for all of the export"


def test_no_container_has_more_rights_than_it_needs() -> None:
    spec = template()["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in every_container(spec):
        context = container["securityContext"]
        assert (context["privileged"], context["allowPrivilegeEscalation"]) == (False, False)
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"]["drop"] == ["ALL"]
        assert ("SETUID" in context["capabilities"]["add"]) == (container["name"] == "nfs-server")


def test_scratch_directories_are_small_and_in_memory() -> None:
    spec = template()["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    assert mounts["nfs-server-run"] == "/run"
    assert volumes["nfs-server-run"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Mi"}


@pytest.mark.parametrize(
    ("version", "init", "main"),
    [
        ((1, 29), ["sync-windows-data", "sync-agent"], ["nfs-server"]),
        ((2, 0), ["sync-windows-data", "sync-agent"], ["nfs-server"]),
        ((1, 28), ["sync-windows-data"], ["nfs-server", "sync-agent"]),
    ],
)
def test_sidecar_is_native_where_the_cluster_knows_that(
    version: tuple[int, int], init: list[str], main: list[str]
) -> None:
    spec = template(dataclasses.replace(PLACEMENT, cluster_version=version))["spec"]
    assert [container["name"] for container in spec["initContainers"]] == init
    assert [container["name"] for container in spec["containers"]] == main
    assert [container.get("restartPolicy") for container in spec["initContainers"]] == [None, "Always"][: len(init)]


def test_probes_ask_the_nfs_server() -> None:
    server = template()["spec"]["containers"][0]
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[name]["exec"]["command"][:3] == ["python3", "-m", "nas_probe"]
        assert server[name]["timeoutSeconds"] > 1


def test_pod_goes_with_a_change_of_its_own_and_with_no_other() -> None:
    before = template()
    for same in (
        template(dataclasses.replace(PLACEMENT, port=32160), port=32160),
        template(dataclasses.replace(PLACEMENT, network_policy=True)),
    ):
        assert same == before
    for other in (
        template(export_options="ro"),
        template(dataclasses.replace(PLACEMENT, generation="0001")),
        template(dataclasses.replace(PLACEMENT, restored="0001")),
        template(sync={"interval": 5}),
        template(export={"root": {"mode": "2775"}}),
        template(export={"files": {"group": 2000}}),
        template(resources={"agent": {"limits": {"memory": "1Gi"}}}),
    ):
        assert other != before


def test_clients_are_seen_as_they_are() -> None:
    assert rendered()["Service"]["spec"]["externalTrafficPolicy"] == "Cluster"
    placed = dataclasses.replace(PLACEMENT, clients=("192.0.2.0/24",), network_policy=True)
    objects = rendered(placed)
    assert objects["Service"]["spec"]["externalTrafficPolicy"] == "Local"
    # The agent serves its status inside its pod only, so that nothing is to be let in to it.
    assert objects["NetworkPolicy"]["spec"]["ingress"] == [
        {"ports": [{"protocol": "TCP", "port": 2049}], "from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}
    ]
    assert "egress" not in objects["NetworkPolicy"]["spec"]


def test_namespace_bears_the_level_that_the_servers_need() -> None:
    assert namespace_object("x")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"


@FEW
@given(topologies())
def test_no_two_servers_share_an_object_or_a_volume(user: dict[str, t.Any]) -> None:
    seen: set[tuple[str, str]] = set()
    for server in read_topology(user).servers:
        for item in server_objects(pod_of(server, IMAGES), PLACEMENT):
            json.dumps(item)
            key = (item["kind"], item["metadata"]["name"])
            assert key not in seen
            seen.add(key)
            assert names.server_of(item) == server.name
            if item["kind"] == "Deployment":
                volumes = [volume["name"] for volume in item["spec"]["template"]["spec"]["volumes"]]
                assert len(set(volumes)) == len(volumes)
                assert all(len(name) <= 63 for name in volumes)


def ports(service: Object) -> list[tuple[t.Any, ...]]:
    return [
        (each["name"], each["protocol"], each["port"], each["targetPort"], each.get("nodePort"))
        for each in service["spec"]["ports"]
    ]


def test_server_without_a_port_has_the_standard_ports_of_its_service_alone() -> None:
    inside = dataclasses.replace(PLACEMENT, port=2049, mount_port=20048, network_policy=True)
    objects = rendered(inside, nfs_versions=[3, 4])
    service = objects["Service"]
    assert service["spec"]["type"] == "ClusterIP" and "externalTrafficPolicy" not in service["spec"]
    assert ports(service) == [
        ("nfs", "TCP", 2049, "nfs", None),
        ("mount", "TCP", 20048, "mount", None),
        ("rpcbind", "TCP", 111, "rpcbind", None),
        ("rpcbind-udp", "UDP", 111, "rpcbind-udp", None),
    ]
    server = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert [(each["name"], each["containerPort"], each["protocol"]) for each in server["ports"]] == [
        (name, port, protocol) for name, protocol, port, _target, _node in ports(service)
    ]
    (ingress,) = objects["NetworkPolicy"]["spec"]["ingress"]
    assert [(each["port"], each["protocol"]) for each in ingress["ports"]] == [
        (2049, "TCP"), (20048, "TCP"), (111, "TCP"), (111, "UDP"),
    ]  # fmt: skip


@pytest.mark.parametrize(("mount_port", "node_port"), [(32160, 32160), (0, None)])
def test_node_port_with_nfsv3_has_one_for_mount_and_none_for_rpcbind(mount_port: int, node_port: int | None) -> None:
    service = rendered(dataclasses.replace(PLACEMENT, mount_port=mount_port), nfs_versions=[3, 4])["Service"]
    assert ports(service) == [("nfs", "TCP", 2049, "nfs", 32150), ("mount", "TCP", 20048, "mount", node_port)]
