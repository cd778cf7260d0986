# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production's volumes on the simulator's servers: the server's address differs, and nothing else."""

from __future__ import annotations

import copy
import typing as t

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint, endpoints
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.volumes import rewritten
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ...strategies import QUICK

NAS = "nas01.corp.example"
PRODUCTION = yaml.safe_load(
    """
apiVersion: v1
kind: PersistentVolume
metadata:
  name: orders-in
  labels: {team: orders, tier: "1"}
  annotations: {docs: "https://wiki.example/orders, port=635"}
spec:
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: nas-manual
  mountOptions: [hard, nfsvers=4.1, noatime]
  claimRef: {namespace: orders, name: orders-in}
  nfs:
    path: /vol/in1
    server: nas01.corp.example
  fieldOfTomorrow: [1, {deep: nas01.corp.example}]
"""
)


def mounted(*, engine: str = "kubernetes", **server: t.Any) -> list[Endpoint]:
    given = {"name": "nas01", "role": "input", "aliases": [NAS], "exports": [{"path": "/vol/in1"}], **server}
    servers = read_topology({"servers": [given]}).servers
    cluster = {"cluster_ip": "10.96.0.7", "cluster_port": 2049, "dns_name": "nas01.svc"}
    report = {
        "name": "nas01", "host": servers[0].address or "192.0.2.7", "port": servers[0].port,
        "mount_port": servers[0].mount_port or None, "cluster": cluster if engine == "kubernetes" else None,
    }  # fmt: skip
    return endpoints(servers, [report], server_address=None, actimeo=1, guess=False)


def record(item: dict[str, t.Any], *, options: t.Sequence[str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    spec = item.get("spec", {})
    return {
        "kind": item.get("kind", "Deployment"), "namespace": item.get("metadata", {}).get("namespace", ""),
        "name": item.get("metadata", {}).get("name", "web"), "file": "prod/pv.yaml", "number": 1, "nas": NAS, "server": "nas01",
        "path": "/vol/in1", "mount_options": list(spec.get("mountOptions", []) if options is None else options),
        "read_only": False, "object": item, **more,
    }  # fmt: skip


def volume(**spec: t.Any) -> dict[str, t.Any]:
    item = copy.deepcopy(PRODUCTION)
    item["spec"].update(spec)
    return t.cast("dict[str, t.Any]", item)


def one(item: dict[str, t.Any], found: list[Endpoint], **more: t.Any) -> tuple[dict[str, t.Any], str]:
    keep_names = more.pop("keep_names", False)
    result = rewritten([record(item, **more)], found, keep_names=keep_names)
    (changed,), (line,) = result.objects, result.differences
    return changed, line


def back(item: dict[str, t.Any], host: str) -> dict[str, t.Any]:
    """Return an object with production's server again."""
    text = yaml.safe_dump(item, sort_keys=False).replace(f"server: {host}", f"server: {NAS}")
    return t.cast("dict[str, t.Any]", yaml.safe_load(text))


def text(item: t.Any) -> str:
    return str(yaml.safe_dump(item, sort_keys=False))


def test_nothing_but_the_address_of_the_server_differs() -> None:
    before = copy.deepcopy(PRODUCTION)
    changed, line = one(PRODUCTION, mounted())
    assert before == PRODUCTION, "what was given is not touched"
    assert changed["spec"]["nfs"] == {"path": "/vol/in1", "server": "10.96.0.7"}
    # As text: the order is kept, too.
    assert text(back(changed, "10.96.0.7")) == text(PRODUCTION)
    assert line == f"PersistentVolume orders-in (prod/pv.yaml): server {NAS} is 10.96.0.7"


keys = st.text("abcXYZ./-", min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab c:,=#'\n", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4), st.dictionaries(keys, st.text("ab", max_size=5), max_size=3))
@QUICK
def test_fields_that_nobody_knows_stay_in_their_order(extra: dict[str, t.Any], labels: dict[str, str]) -> None:
    item = volume(**extra)
    item["metadata"]["labels"] = labels
    item.update({f"x-{name}": value for name, value in extra.items()})
    changed, _line = one(item, mounted())
    changed["spec"]["nfs"]["server"] = NAS
    assert text(changed) == text(item)


def test_with_names_that_nodes_know_nothing_differs_at_all() -> None:
    changed, line = one(PRODUCTION, mounted(), keep_names=True)
    assert text(changed) == text(PRODUCTION)
    assert line == "PersistentVolume orders-in (prod/pv.yaml): as in production"


def test_address_that_no_name_of_the_server_is_differs_even_where_names_are_kept() -> None:
    item = volume(nfs={"server": "192.0.2.20", "path": "/vol/in1"})
    changed, line = one(item, mounted(), nas="192.0.2.20", keep_names=True)
    assert changed["spec"]["nfs"]["server"] == "10.96.0.7"
    assert line.endswith("server 192.0.2.20 is 10.96.0.7")


@pytest.mark.parametrize(
    ("server", "engine", "options", "expected", "told"),
    [
        # At the standard ports nothing is named.
        ({}, "kubernetes", ["nfsvers=4.1"], ["nfsvers=4.1"], ""),
        ({"nfs_versions": [3, 4]}, "kubernetes", ["nfsvers=3"], ["nfsvers=3"], ""),
        ({"address": "127.7.7.1"}, "podman", ["vers=4"], ["vers=4"], ""),
        # A NodePort plays no part at the address of the Service.
        ({"port": 31750}, "kubernetes", ["hard"], ["hard"], ""),
        ({"port": 31750}, "podman", ["hard"], ["hard", "port=31750"], "port=31750 is added"),
        ({"port": 31750}, "podman", [], ["port=31750"], "port=31750 is added"),
        ({"port": 31750}, "podman", ["port=2049", "hard"], ["port=31750", "hard"], "port=2049 is port=31750"),
        (
            {"port": 31750, "mount_port": 31751, "nfs_versions": [3, 4]},
            "podman",
            ["vers=3", "nolock"],
            ["vers=3", "nolock", "port=31750", "mountport=31751"],
            "port=31750 is added; mountport=31751 is added",
        ),
        # Of NFSv4.2 clients would read zeros.
        ({}, "kubernetes", ["hard", "nfsvers=4.2"], ["hard", "nfsvers=4.1"], "nfsvers=4.2 is nfsvers=4.1"),
        ({}, "kubernetes", ["v4.2"], ["v4.1"], "v4.2 is v4.1"),
        (
            {},
            "kubernetes",
            ["vers=4", "minorversion=2"],
            ["vers=4", "minorversion=1"],
            "minorversion=2 is minorversion=1",
        ),
        # What names production's own ports would not find ours.
        (
            {"nfs_versions": [3]},
            "kubernetes",
            ["nfsvers=3", "mountport=635"],
            ["nfsvers=3", "mountport=20048"],
            "mountport=635 is mountport=20048",
        ),
        (
            {"nfs_server": "unfs3"},
            "kubernetes",
            ["nfsvers=3"],
            ["nfsvers=3", "port=2049", "mountport=2049"],
            "port=2049 is added; mountport=2049 is added",
        ),
        ({"port": 31750}, "podman", ["hard,port=1", "ro"], ["hard,port=31750", "ro"], "port=1 is port=31750"),
    ],
)
def test_ports_are_named_where_clients_would_not_find_them(
    server: dict[str, t.Any], engine: str, options: list[str], expected: list[str], told: str
) -> None:
    item = volume(mountOptions=options)
    if not options:
        del item["spec"]["mountOptions"]
    found = mounted(engine=engine, **server)
    changed, line = one(item, found)
    assert changed["spec"]["mountOptions"] == expected
    host = found[0].node.host
    assert line.partition("): ")[2] == f"server {NAS} is {host}" + (f"; {told}" if told else "")


def test_options_of_the_old_annotation_are_changed_where_they_are() -> None:
    item = volume()
    del item["spec"]["mountOptions"]
    item["metadata"]["annotations"] = {"volume.beta.kubernetes.io/mount-options": "hard, port=2049"}
    changed, _line = one(item, mounted(engine="podman", port=31750), options=["hard", "port=2049"])
    assert changed["metadata"]["annotations"] == {"volume.beta.kubernetes.io/mount-options": "hard,port=31750"}
    assert "mountOptions" not in changed["spec"]


def test_volume_of_the_csi_driver() -> None:
    item = volume(
        csi={
            "driver": "nfs.csi.k8s.io",
            "volumeHandle": "nas01.corp.example#vol/in1#orders",
            "volumeAttributes": {"Server": NAS, "share": "/vol/in1", "mountOptions": "nfsvers=4.1,port=2049"},
        }
    )
    del item["spec"]["nfs"], item["spec"]["mountOptions"]
    changed, _line = one(item, mounted(engine="podman", port=31750), options=["nfsvers=4.1", "port=2049"])
    assert changed["spec"]["csi"] == {
        "driver": "nfs.csi.k8s.io",
        "volumeHandle": "nas01.corp.example#vol/in1#orders",
        "volumeAttributes": {"Server": "192.0.2.7", "share": "/vol/in1", "mountOptions": "nfsvers=4.1,port=31750"},
    }
    assert "mountOptions" not in changed["spec"]


def test_claim_stays_as_it_is_and_stands_behind_its_volume() -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "orders-in", "namespace": "orders"},
        "spec": {"volumeName": "orders-in", "storageClassName": "nas-manual", "accessModes": ["ReadWriteMany"]},
    }
    result = rewritten([record(claim), record(PRODUCTION)], mounted())
    assert [each["kind"] for each in result.objects] == ["PersistentVolume", "PersistentVolumeClaim"]
    assert text(result.objects[1]) == text(claim)
    assert result.differences[0] == (
        "PersistentVolumeClaim orders-in in namespace orders (prod/pv.yaml): as in production"
    )


def test_what_a_cluster_wrote_by_itself_goes() -> None:
    """As ``oc get pv,pvc -o yaml`` has it: no other cluster takes these."""
    item = volume(claimRef={"namespace": "orders", "name": "orders-in", "uid": "1", "resourceVersion": "7"})
    item["metadata"] |= {"uid": "2", "resourceVersion": "8", "creationTimestamp": "x", "managedFields": []}
    item["metadata"]["annotations"] = {"pv.kubernetes.io/bound-by-controller": "yes"}
    item["metadata"]["finalizers"] = ["kubernetes.io/pv-protection"]
    item["status"] = {"phase": "Bound"}
    changed, _line = one(item, mounted())
    assert set(changed) == {"apiVersion", "kind", "metadata", "spec"}
    assert list(changed["metadata"]) == ["name", "labels", "finalizers"]
    assert changed["spec"]["claimRef"] == {"namespace": "orders", "name": "orders-in"}


def test_volume_in_a_pod_is_told_of_and_not_written() -> None:
    inline = {"name": "in", "nfs": {"server": NAS, "path": "/vol/in1"}}
    given = record(inline, kind="Deployment", namespace="orders")
    result = rewritten([given], mounted())
    assert result.objects == []
    line = "Deployment web in namespace orders (prod/pv.yaml)"
    assert result.differences == [f"{line}: not written; change it there: server {NAS} is 10.96.0.7"]
    assert rewritten([given], mounted(), keep_names=True).differences == [f"{line}: as in production"]
    (told,) = rewritten([given], mounted(engine="podman", port=31750)).differences
    assert told.endswith("port=31750 is added; it has no mount options, so leave out the port of its server")


@pytest.mark.parametrize(
    ("more", "server", "message"),
    [
        ({"server": "nas02"}, {}, "there is no server nas02 that is enabled"),
        ({"path": "/vol/in2"}, {}, "server nas01 does not export /vol/in2; add it to its exports"),
        ({"path": "/vol/in10"}, {}, "server nas01 does not export /vol/in10"),
        ({"mount_options": ["vers=3"]}, {}, "asks for NFSv3, and server nas01 speaks NFSv4; change its nfs_versions"),
        ({"mount_options": ["nfsvers=4.2"]}, {"nfs_versions": [3]}, "asks for NFSv4, and server nas01 speaks NFSv3"),
    ],
)
def test_what_no_server_can_be_is_one_line_with_file_and_object(
    more: dict[str, t.Any], server: dict[str, t.Any], message: str
) -> None:
    with pytest.raises(SimulatorError) as caught:
        rewritten([record(PRODUCTION, **more)], mounted(**server))
    assert caught.value.message.startswith("volumes: PersistentVolume orders-in (prod/pv.yaml): ")
    assert message in caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize("broken", [{}, {"kind": "PersistentVolume"}, record(PRODUCTION) | {"object": {}}])
def test_what_is_no_volume_of_nas_topology_info_is_said_so(broken: dict[str, t.Any]) -> None:
    with pytest.raises(SimulatorError, match="volumes: one of them is none of nas_topology_info"):
        rewritten([broken], mounted())


def test_directory_below_an_export_is_mounted_as_in_production() -> None:
    item = volume(nfs={"server": NAS, "path": "/vol/in1/today"})
    changed, _line = one(item, mounted(), path="/vol/in1/today")
    assert changed["spec"]["nfs"]["path"] == "/vol/in1/today"
