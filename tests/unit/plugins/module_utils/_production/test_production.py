# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production's files, in the shapes in which they are met, become a topology."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from .production import FILES, of_text, pod, recorded, volume

# By file: each server's name, role, way of sync, versions, alias, and exports with their directories.
EXPECTED: dict[str, list[tuple[t.Any, ...]]] = {
    "plain.yaml": [("nas01", "input", "windows_to_nas", (4,), "nas01.halden.example", {"/vol/intake": "intake"})],
    "version3.yaml": [("filer7", "output", "two_way", (3,), "", {"/ifs/other": "other", "/ifs/scans": "scans"})],
    "several_paths.yaml": [
        ("nas02", "input", "two_way", (4,), "nas02.halden.example",
         {"/vol/claims/in": "in", "/vol/claims/out": "out", "/vol/history": "history"}),
    ],
    "csi.yaml": [
        ("nas03", "output", "nas_to_windows", (4,), "nas03.halden.example", {"/srv/maps/tiles": "tiles"}),
        ("nas04", "input", "windows_to_nas", (4,), "nas04.halden.example", {"/srv/fonts": "fonts"}),
    ],
    "inline.yaml": [
        ("nas05", "output", "nas_to_windows", (4,), "nas05.halden.example",
         {"/exports/logs": "logs", "/exports/spool": "spool"}),
        ("nas06", "input", "windows_to_nas", (4,), "nas06.halden.example", {"/exports/rules": "rules"}),
    ],
    "list.yaml": [
        ("nas10", "input", "windows_to_nas", (4,), "nas10.halden.example", {"/vol/orders_in": "orders_in"}),
        ("nas11", "output", "nas_to_windows", (4,), "nas11.halden.example", {"/vol/orders_out": "orders_out"}),
    ],
    "template.yaml": [
        ("nas40", "input", "windows_to_nas", (4,), "nas40.halden.example", {"/vol/billing/rates": "rates"}),
    ],
    "helm.yaml": [("nas12", "output", "nas_to_windows", (4,), "nas12.halden.example", {"/export/reports": "reports"})],
    "fstab": [("nas20", "input", "two_way", (3, 4), "nas20.halden.example", {"/vol/in1": "in1", "/vol/out1": "out1"})],
    "compose.yaml": [
        ("nas30", "input", "windows_to_nas", (4,), "nas30.halden.example", {"/srv/intake": "intake"}),
        ("nas31", "output", "nas_to_windows", (4,), "nas31.halden.example", {"/srv/results": "results"}),
    ],
}  # fmt: skip


def test_every_file_is_looked_at() -> None:
    assert {path.name for path in FILES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_shape_becomes_servers(name: str) -> None:
    servers = read_topology(recorded(name).topology).servers
    assert [
        (
            server.name, server.role, server.sync.mode, server.nfs_versions, "".join(server.aliases),
            {export.path: export.subdirectory for export in server.exports},
        )
        for server in servers
    ] == EXPECTED[name]  # fmt: skip
    assert all(server.address.startswith("127.") for server in servers)


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_of_a_secret_or_a_container_gets_out(name: str) -> None:
    result = str(recorded(name))
    assert not [word for word in ("hunter", "aHVudGVy", "tok-4711", "registry.halden") if word in result]


def test_a_read_only_path_beside_others_is_exported_read_only() -> None:
    (server,) = read_topology(recorded("several_paths.yaml").topology).servers
    assert [export.options.read_only for export in server.exports] == [False, False, True]


def test_volumes_are_productions_own_objects() -> None:
    volumes = recorded("list.yaml").volumes
    assert [(each["kind"], each["namespace"], each["name"], each["number"]) for each in volumes] == [
        ("PersistentVolume", "", "orders-in", 1),
        ("PersistentVolume", "", "orders-out", 2),
        ("PersistentVolumeClaim", "orders", "in", 4),
        ("PersistentVolumeClaim", "orders", "out", 5),
    ]
    assert {key: volumes[0][key] for key in ("file", "nas", "server", "path", "mount_options", "read_only")} == {
        "file": "list.yaml", "nas": "nas10.halden.example", "server": "nas10", "path": "/vol/orders_in",
        "mount_options": ["vers=4.1", "hard"], "read_only": False,
    }  # fmt: skip
    assert volumes[2]["server"] == "nas10" and volumes[2]["object"]["spec"]["volumeName"] == "orders-in"
    # A time is text to Kubernetes, whether or not it has quotes.
    assert volumes[1]["object"]["metadata"]["creationTimestamp"] == "2024-02-11T09:12:34Z"


def test_volumes_of_pods_are_given_without_the_pod() -> None:
    assert recorded("inline.yaml").volumes[0]["object"] == {
        "name": "spool", "nfs": {"server": "nas05.halden.example", "path": "/exports/spool"},
    }  # fmt: skip


def test_a_volume_that_is_on_no_nas_is_left_out_and_said() -> None:
    assert recorded("list.yaml").notes == [
        {
            "file": "list.yaml", "object": "PersistentVolume database-0",
            "what": "is no volume on a NAS (the CSI driver block.csi.halden.example); it is left out",
        }
    ]  # fmt: skip


CLAIMED = "{name: d, persistentVolumeClaim: {claimName: c}}"
BOUND = "claimRef: {namespace: n, name: c}"


@pytest.mark.parametrize(
    ("mounts", "more", "role"),
    [
        ("{name: d, readOnly: true}", BOUND, "input"),
        ("{name: d}", BOUND, "output"),
        ("{name: d}", f"{BOUND}, mountOptions: [rw, hard, ro]", "backup"),
        ("{name: d}", BOUND.replace("namespace: n, ", ""), "output"),
    ],
)
def test_roles_follow_from_what_pods_do(mounts: str, more: str, role: str) -> None:
    production = of_text(volume(more=more) + pod("p", CLAIMED, mounts, "n"))
    assert production.topology["servers"][0]["role"] == role and production.notes == []


def test_one_that_writes_and_one_that_reads_is_asked_for() -> None:
    text = (
        volume(more=BOUND) + pod("p", CLAIMED, "{name: d}", "n") + pod("q", CLAIMED, "{name: d, readOnly: true}", "n")
    )
    (note,) = of_text(text).notes
    assert note["what"] == (
        "nas01.halden.example:/vol/v is read and written, so it is synced both ways; where that is wrong, give its role "
        "in roles, such as 'nas01.halden.example:/vol/v': output"
    )
    assert of_text(text).topology["servers"][0]["sync"] == {"mode": "two_way"}
    said = of_text(text, roles={"*:/vol/*": "output"})
    assert said.topology["servers"][0]["role"] == "output" and said.notes == []


def test_the_first_pattern_that_matches_counts() -> None:
    roles = {"nas01.halden.example": "backup", "*": "input"}
    production = of_text(volume() + volume("w", "other", "/w"), roles=roles)
    assert [server["role"] for server in production.topology["servers"]] == ["backup", "input"]


def test_claims_get_the_smallest_volume_that_fits() -> None:
    text = "".join(
        volume(name, path=f"/vol/{name}", more=f"storageClassName: s, capacity: {{storage: {size}}}")
        for name, size in (("large", "2Ti"), ("small", "900Mi"), ("middle", "1.5Gi"))
    )
    claim = (
        "---\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: n}\n"
        "spec: {storageClassName: s, accessModes: [ReadWriteMany], resources: {requests: {storage: 1G}}}\n"
    )
    production = of_text(text + claim + pod("p", CLAIMED, "{name: d, readOnly: true}", "n"), roles={"*": "input"})
    assert [each["path"] for each in production.volumes if each["kind"] == "PersistentVolumeClaim"] == ["/vol/middle"]


def test_statefulsets_make_claims() -> None:
    volumes = "".join(
        volume(f"v{n}", path=f"/vol/{n}", more=f"claimRef: {{namespace: n, name: d-s-{n}}}") for n in (0, 1)
    )
    text = (
        "---\nkind: StatefulSet\nmetadata: {name: s, namespace: n}\nspec: {replicas: 2, "
        "volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteMany]}}], "
        "template: {spec: {containers: [{volumeMounts: [{name: d}]}]}}}\n"
    )
    production = of_text(volumes + text)
    assert production.topology["servers"][0]["role"] == "output" and production.notes == []
    assert [each["kind"] for each in production.volumes] == ["PersistentVolume"] * 2


def test_the_same_in_json_and_with_a_mark_in_front() -> None:
    text = (
        '{"kind": "PersistentVolumeList", "items": [{"metadata": {"name": "v"}, "spec": '
        '{"accessModes": ["ReadOnlyMany"], "nfs": {"server": "NAS01.halden.example.", "path": "//vol/./v/"}}}]}'
    )
    (server,) = of_text(text).topology["servers"]
    assert (server["aliases"], server["exports"][0]["path"], server["role"]) == (
        ["nas01.halden.example"], "/vol/v", "backup",
    )  # fmt: skip


def test_what_a_server_cannot_do_is_said() -> None:
    options = "mountOptions: [sec=krb5p, proto=udp, 'port=20490', vers=4.1, lock]"
    notes = [note["what"].partition(":")[0] for note in of_text(volume(more=options), roles={"*": "input"}).notes]
    assert notes == [f"mount option {each}" for each in ("sec=krb5p", "proto=udp", "port=20490", "lock")]


def test_a_path_within_another_is_a_directory_of_it() -> None:
    production = of_text(volume("a", path="/vol") + volume("b", path="/vol/b") + volume("c", path="/volume"),
                         roles={"*": "input"})  # fmt: skip
    assert [export["path"] for export in production.topology["servers"][0]["exports"]] == ["/vol", "/volume"]
    assert {each["path"]: each["server"] for each in production.volumes} == dict.fromkeys(
        ("/vol", "/vol/b", "/volume"), "nas01"
    )
    assert [note["what"] for note in production.notes] == [
        "/vol/b lies in /vol, which is exported as a whole: make the directory there before it is mounted"
    ]


def test_addresses_cannot_be_answered_to() -> None:
    production = of_text(volume(server="10.20.0.5") + volume("w", "[fd00::20]", "/w"), roles={"*": "input"})
    assert [server["name"] for server in production.topology["servers"]] == ["nas-10-20-0-5", "nas-fd00-20"]
    assert all("is an address, which the server" in note["what"] for note in production.notes)
    assert not [server for server in production.topology["servers"] if "aliases" in server]
