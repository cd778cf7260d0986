# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a server, as data."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server import status as _report
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import mount_options

from ...server_reports import report


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


def test_server_without_an_answer_has_no_fsid() -> None:
    assert report(answer=None)["fsid"] is None
    assert report(answer=Answer((0, 0), 0.0))["fsid"] == "0.0"


@pytest.mark.parametrize(
    ("problem", "summary"), [("", "nas-backup: absent"), ("refused", "nas-backup: absent: refused")]
)
def test_summary_is_one_line(problem: str, summary: str) -> None:
    assert report(state=_report.ABSENT, problem=problem)["summary"] == summary


def test_only_a_cluster_has_a_place_in_one() -> None:
    assert report()["cluster"] is None
    assert report(cluster={"node": "a"})["cluster"] == {"node": "a"}


def test_space_that_is_not_known_is_none() -> None:
    assert report()["space"] == {
        "nas_free": 3 << 30, "nas_total": 4 << 30, "windows_free": 5 << 30, "windows_total": 6 << 30,
    }  # fmt: skip
    found = report(answer=Answer((1, 1), 0.0), windows_space=None)
    assert set(found["space"].values()) == {None}
    assert found["warnings"] == [
        "/mnt/c/simulator-data/nas-backup is not there, or does not answer: mount the drive again"
    ]
    assert report(windows_space=None, engine="kubernetes")["warnings"] == []
    assert report(windows_space=None, state=_report.ABSENT)["warnings"] == []
