# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server with several exports, an address of its own, or NFSv3 is all of that for its clients as well."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import formats, state
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint, endpoints
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import Example, example_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, client_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

NAMING = Naming("i", "i")
CLUSTER = {"cluster_ip": "10.0.0.7", "cluster_port": 2049, "dns_name": "nas01.i.svc"}
TWO = [
    {"path": "/vol/in1", "subdirectory": "in1"},
    {"path": "/vol/in2", "subdirectory": "in2", "export_options": "ro"},
]


def mounted(cluster: dict[str, t.Any] | None = None, host: str = "127.7.7.1", **server: t.Any) -> list[Endpoint]:
    given = {"name": "nas01", "role": "output", "exports": TWO, **server}
    servers = read_topology({"instance": "i", "namespace": "i", "servers": [given]}).servers
    report = {
        "name": "nas01",
        "host": host,
        "port": servers[0].port,
        "mount_port": servers[0].mount_port or None,
        "cluster": cluster,
    }
    return endpoints(servers, [report], server_address=None, actimeo=-1, guess=False)


def test_the_first_export_is_called_as_its_server_others_by_their_paths_too() -> None:
    assert [(each.name, each.path, each.read_only) for each in mounted(address="127.7.7.1")] == [
        ("nas01", "/vol/in1", False),
        ("nas01-vol-in2", "/vol/in2", True),
    ]


def test_names_of_exports_are_labels_and_differ() -> None:
    paths = ["/a", "/x/b", "/x-b", "/X_b", "/" + "long/" * 30 + "1", "/" + "long/" * 30 + "2", "/%"]
    exports = [{"path": path, "subdirectory": f"s{number}"} for number, path in enumerate(paths)]
    names = [each.name for each in mounted(address="127.7.7.1", exports=exports)]
    assert len(set(names)) == len(names) and max(map(len, names)) <= 63
    assert all(name.replace("-", "").isalnum() and name[-1] != "-" and name == name.lower() for name in names)
    # What the others are does not change what one is called.
    assert mounted(address="127.7.7.1", exports=[exports[0], exports[6], exports[5]])[2].name == names[5]


def test_two_servers_whose_exports_would_be_called_alike_are_refused() -> None:
    servers = read_topology(
        {
            "servers": [
                {"name": "nas01", "role": "input", "address": "127.7.7.1", "exports": TWO},
                {"name": "nas01-vol-in2", "role": "input", "address": "127.7.7.2"},
            ]
        }
    ).servers
    reports = [{"name": each.name, "host": each.address, "port": 2049, "cluster": None} for each in servers]
    with pytest.raises(SimulatorError, match="/data is called nas01-vol-in2 for clients, as /vol/in2 of nas01 is"):
        endpoints(servers, reports, server_address=None, actimeo=1, guess=False)


@pytest.mark.parametrize(
    ("server", "cluster", "options"),
    [
        ({"address": "127.7.7.1"}, None, "nfsvers=4.1,proto=tcp,hard"),
        ({"address": "127.7.7.1", "nfs_versions": [3]}, None, "nfsvers=3,proto=tcp,mountproto=tcp,nolock,hard"),
        ({"port": 31750}, None, "nfsvers=4.1,proto=tcp,port=31750,hard"),
        (
            {"port": 31750, "mount_port": 31751, "nfs_versions": [3]},
            None,
            "nfsvers=3,proto=tcp,port=31750,mountproto=tcp,mountport=31751,nolock,hard",
        ),
        ({}, CLUSTER, "nfsvers=4.1,proto=tcp,hard"),
        ({"nfs_versions": [3]}, CLUSTER, "nfsvers=3,proto=tcp,mountproto=tcp,nolock,hard"),
        # As it always was: a server with a NodePort has its ports in each mount line.
        ({"port": 31750}, CLUSTER, "nfsvers=4.1,proto=tcp,port=2049,hard"),
        (
            {"port": 31750, "nfs_versions": [3]},
            CLUSTER,
            "nfsvers=3,proto=tcp,port=2049,mountproto=tcp,mountport=20048,nolock,hard",
        ),
        (
            {"nfs_server": "unfs3"},
            CLUSTER,
            "nfsvers=3,proto=tcp,port=2049,mountproto=tcp,mountport=2049,nolock,hard",
        ),
    ],
)
def test_options_name_ports_where_a_client_would_not_find_them(
    server: dict[str, t.Any], cluster: dict[str, t.Any] | None, options: str
) -> None:
    for endpoint in mounted(cluster, **server):
        assert ",".join(endpoint.mount_options(endpoint.node)) == options


def test_server_without_a_node_port_cannot_be_mounted_at_the_nodes() -> None:
    servers = read_topology({"servers": [{"name": "nas01", "role": "input"}]}).servers
    report = {"name": "nas01", "host": "192.0.2.1", "port": 2049, "cluster": CLUSTER}
    with pytest.raises(SimulatorError, match="it has no port on the nodes; choose cluster_ip"):
        endpoints(servers, [report], server_address="node", actimeo=1, guess=False)


def test_each_export_has_a_line_of_fstab_and_of_the_script() -> None:
    both = mounted(address="127.7.7.1")
    lines = [line.split() for line in formats.fstab(both, "/mnt", "i").splitlines()[2:]]
    assert [line[:2] for line in lines] == [
        ["127.7.7.1:/vol/in1", "/mnt/nas01"],
        ["127.7.7.1:/vol/in2", "/mnt/nas01-vol-in2"],
    ]
    assert ["ro" in line[3].split(",") for line in lines] == [False, True]
    # Both come and go with the unit of their server.
    assert all("x-systemd.after=file-simulator-i@nas01.service" in line[3] for line in lines)
    assert formats.mount_script(both, "/mnt").splitlines()[-2:] == [
        "mount_server nas01 nfsvers=4.1,proto=tcp,hard 127.7.7.1:/vol/in1",
        "mount_server nas01-vol-in2 nfsvers=4.1,proto=tcp,hard,ro 127.7.7.1:/vol/in2",
    ]


def test_each_export_has_its_variables() -> None:
    found = formats.variables(formats.facts(mounted(address="127.7.7.1"), formats.outside, namespace="i", prefix="p-"))
    assert found["NAS_SERVERS"] == "nas01,nas01-vol-in2" and found["NAS_COUNT"] == "2"
    assert found["NAS01_PATH"] == "/vol/in1" and found["NAS01_VOL_IN2_PATH"] == "/vol/in2"
    assert found["NAS01_VOL_IN2_PVC"] == "p-nas01-vol-in2"
    assert found["NAS01_VOL_IN2_URL"] == "nfs://127.7.7.1:2049/vol/in2"


def test_each_export_has_a_volume_and_a_claim_of_its_own() -> None:
    objects = client_objects(mounted(CLUSTER), ["orders"], NAMING)
    shown = [
        (
            each["kind"],
            each["metadata"]["name"],
            each["spec"].get("nfs", {}).get("path"),
            each["spec"]["accessModes"][0],
        )
        for each in objects[:-1]
    ]
    assert shown == [
        ("PersistentVolume", "orders.nas01", "/vol/in1", "ReadWriteMany"),
        ("PersistentVolume", "orders.nas01-vol-in2", "/vol/in2", "ReadOnlyMany"),
        ("PersistentVolumeClaim", "nas01", None, "ReadWriteMany"),
        ("PersistentVolumeClaim", "nas01-vol-in2", None, "ReadOnlyMany"),
    ]
    assert all(state.nas_of(each) == "nas01" for each in objects[:-1])
    assert all(state.is_named(each, NAMING, ["orders"]) for each in objects)


def test_making_one_volume_anew_leaves_that_of_another_export() -> None:
    objects = {state.key_of(each): each for each in client_objects(mounted(CLUSTER), ["orders"], NAMING)}
    second = next(key for key in objects if key.name == "orders.nas01-vol-in2")
    assert {key.name for key in state.with_partners([second], objects)} == {"orders.nas01-vol-in2", "nas01-vol-in2"}


def test_example_mounts_each_export_and_writes_where_it_may() -> None:
    both = mounted(CLUSTER)
    _config, deployment = example_objects(Example("x", "y", ("nas01",), True), both, "orders", NAMING)
    pod = deployment["spec"]["template"]["spec"]
    claims = [each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"][:2]]
    assert claims == ["nas01", "nas01-vol-in2"]
    (container,) = pod["containers"]
    assert [each["mountPath"] for each in container["volumeMounts"][:2]] == ["/nas/nas01", "/nas/nas01-vol-in2"]
    words = {each["name"]: each["value"] for each in container["env"]}
    assert words["NAS_WRITE"] == "nas01" and words["NAS_READ"] == "nas01-vol-in2"
