# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a server, as data."""

from __future__ import annotations

import typing as t
from dataclasses import FrozenInstanceError

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server import status as words
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import mount_options
from ansible_collections.file_simulator.nas.plugins.modules import nas_server_info

from ...server_statuses import status


def report(name: str = "nas-backup", **found: t.Any) -> dict[str, t.Any]:
    return words.status_result(status(name, **found))


def test_report_says_how_to_mount() -> None:
    found = report()
    assert found["mount_options"] == mount_options(4, 32153) == "nfsvers=4.1,proto=tcp,port=32153,hard"
    command = found["mount_command"].split()
    assert command[:4] == ["mount", "-t", "nfs4", "-o"] and command[5:] == ["127.0.0.1:/data", "/mnt"]
    assert set(command[4].split(",")) <= set(found["mount_options"].split(",")) and "port=32153" in command[4]


def test_report_says_what_the_topology_says() -> None:
    found = report()
    assert found["windows_directory"] == r"C:\simulator-data\nas-backup"
    shown = ("name", "role", "enabled", "port", "path", "read_only", "storage", "sync_mode", "fsid")
    assert [found[key] for key in shown] == [
        "nas-backup", "backup", True, 32153, "/data", True, "empty_dir", "none", "4.4",
    ]  # fmt: skip


PRODUCTION = {
    "name": "nas01", "role": "input", "address": "127.7.7.1", "nfs_versions": [3, 4], "aliases": ["nas01.corp.example"],
    "exports": [
        {"path": "/vol/in1", "subdirectory": "in1"},
        {"path": "/vol/in2", "subdirectory": "deep/in2", "export_options": "ro"},
    ],
}  # fmt: skip


def test_report_has_each_export_with_its_directory_and_how_to_mount_it() -> None:
    found = report("nas01", changes=[PRODUCTION], host="127.7.7.1")
    assert found["exports"] == [
        {
            "path": "/vol/in1", "subdirectory": "in1", "windows_directory": r"C:\simulator-data\nas01\in1",
            "local_directory": "/mnt/c/simulator-data/nas01/in1", "read_only": False,
            "mount_command": "mount -t nfs4 -o nfsvers=4.1 127.7.7.1:/vol/in1 /mnt",
        },
        {
            "path": "/vol/in2", "subdirectory": "deep/in2", "windows_directory": r"C:\simulator-data\nas01\deep\in2",
            "local_directory": "/mnt/c/simulator-data/nas01/deep/in2", "read_only": True,
            "mount_command": "mount -t nfs4 -o nfsvers=4.1 127.7.7.1:/vol/in2 /mnt",
        },
    ]  # fmt: skip
    shown = ("path", "port", "mount_port", "address", "aliases", "nfs_version", "nfs_versions", "mount_options")
    assert [found[key] for key in shown] == [
        "/vol/in1", 2049, 20048, "127.7.7.1", ["nas01.corp.example"], 4, [3, 4], "nfsvers=4.1,proto=tcp,hard",
    ]  # fmt: skip


def test_report_of_a_server_without_exports_of_its_own_has_the_one_that_it_has() -> None:
    found = report()
    (export,) = found["exports"]
    for key in ("path", "windows_directory", "local_directory", "read_only", "mount_command"):
        assert export[key] == found[key]
    assert export["subdirectory"] == found["address"] == "" and found["mount_port"] is None


def test_server_without_an_answer_has_no_fsid() -> None:
    assert report(answer=None)["fsid"] is None
    assert report(answer=Answer((0, 0), 0.0))["fsid"] == "0.0"


@pytest.mark.parametrize(
    ("problem", "summary"), [("", "nas-backup: absent"), ("refused", "nas-backup: absent: refused")]
)
def test_summary_is_one_line(problem: str, summary: str) -> None:
    assert report(state=words.ABSENT, problem=problem)["summary"] == summary


def test_only_a_cluster_has_a_place_in_one() -> None:
    assert report()["cluster"] is None
    place = words.ClusterPlace("minikube", "orders", "nas-backup.orders.svc", "10.96.0.4", 2049, node="a")
    assert report(cluster=place)["cluster"] == {
        "context": "minikube", "namespace": "orders", "dns_name": "nas-backup.orders.svc", "cluster_ip": "10.96.0.4",
        "cluster_port": 2049, "pod": "", "node": "a", "restarts": 0, "last_error": "",
    }  # fmt: skip


def test_space_that_is_not_known_is_none() -> None:
    assert report()["space"] == {
        "nas_free": 3 << 30, "nas_total": 4 << 30, "windows_free": 5 << 30, "windows_total": 6 << 30,
    }  # fmt: skip
    found = report(answer=Answer((1, 1), 0.0), windows_space=None)
    assert set(found["space"].values()) == {None}
    assert found["warnings"] == [
        "/mnt/c/simulator-data/nas-backup is not there, or does not answer: mount the drive again"
    ]
    # As it is after a start of the machine without the drive.
    assert report(windows_space=None, state=words.STOPPED)["warnings"] == found["warnings"]
    assert report(windows_space=None, engine="kubernetes")["warnings"] == []
    assert report(windows_space=None, state=words.ABSENT)["warnings"] == []


def test_the_result_has_the_keys_that_nas_server_info_documents() -> None:
    documented = yaml.safe_load(nas_server_info.RETURN)["servers"]["contains"]
    place = words.ClusterPlace("minikube", "orders", "nas-backup.orders.svc", "10.96.0.4", 2049)
    found = report(cluster=place)
    assert list(found) == list(documented)
    assert list(found["cluster"]) == list(documented["cluster"]["contains"])
    assert list(found["exports"][0]) == list(documented["exports"]["contains"])
    assert list(found["space"]) == list(documented["space"]["contains"])


def test_a_status_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        status().state = words.ABSENT  # type: ignore[misc]
