# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of servers, as a table for people."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server import status as words
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_table import (
    agent_word,
    sync_word,
    table,
)

from ...server_statuses import status


def test_ipv6_address_is_bracketed_wherever_a_port_or_path_follows() -> None:
    found = status(host="::1")
    assert " [::1]:32153 " in table([found])[1]
    assert " [::1]:/data " in table([found])[-1]


def test_table_is_aligned_and_ends_with_the_problems() -> None:
    broken = status("nas-output-1", state=words.BROKEN, problem="not running: sync-agent")
    lines = table([status(), broken])
    starts = {line.index(word) for line, word in zip(lines, ["WINDOWS DIRECTORY", "C:\\", "C:\\"])}
    assert len(starts) == 1
    assert [re.split(r" {2,}", line)[:8] for line in lines[:3]] == [
        ["SERVER", "ROLE", "STATE", "SYNCS", "SYNC", "LAG", "LAST DELIVERED", "FREE"],
        ["nas-backup", "backup", "ready", "at start", "-", "-", "-", "3 GiB"],
        ["nas-output-1", "output", "broken", "to Windows", "-", "-", "-", "3 GiB"],
    ]
    assert lines[3] == "" and lines[-1] == "nas-output-1: not running: sync-agent"
    assert all(line == line.rstrip() for line in lines)


def test_table_without_problems_or_servers() -> None:
    assert not any(line.startswith("nas-backup:") for line in table([status()]))
    assert len(table([])) == 1


def test_table_says_where_the_files_are_on_this_machine() -> None:
    line = r"On this machine C:\simulator-data\nas-backup is /mnt/c/simulator-data/nas-backup"
    assert f"{line}; 5 GiB are free on its drive" in table([status()])
    assert line in table([status(windows_space=None)])


def test_table_has_a_line_for_each_drive_and_each_version_of_nfs() -> None:
    changes = [
        {"name": "nas-output-1", "directory": r"D:\results"},
        {"name": "nas-input-2", "nfs_server": "unfs3"},
    ]
    lines = table(
        [status(name, changes=changes) for name in ("nas-backup", "nas-output-1", "nas-input-1", "nas-input-2")]
    )
    assert [line.split(" is ")[0] for line in lines if " is " in line] == [
        r"On this machine C:\simulator-data\nas-backup",
        r"On this machine D:\results",
    ]
    assert [line for line in lines if line.startswith("Mount ")] == [
        "Mount nas-backup with: sudo mount -t nfs4 -o nfsvers=4.1,port=32153 127.0.0.1:/data /mnt, others with their own port",
        "Mount nas-input-2 with: sudo mount -t nfs -o nfsvers=3,port=32151,mountport=32151,nolock 127.0.0.1:/data /mnt",
    ]


def test_table_says_what_is_at_each_path_and_how_to_mount_with_each_version() -> None:
    changes = [
        {
            "name": name,
            "role": "input",
            "address": address,
            "nfs_versions": [3, 4],
            "exports": [{"path": "/vol/in1", "subdirectory": "in1"}, {"path": "/vol/in2", "subdirectory": "in2"}],
        }
        for name, address in (("nas01", "127.7.7.1"), ("nas02", "127.7.7.2"))
    ]
    lines = table(
        [status(), *(status(name, changes=changes, host=f"127.7.7.{name[-1]}") for name in ("nas01", "nas02"))]
    )
    assert [line for line in lines[6:] if "sync agent" not in line] == [
        r"nas01:/vol/in1 is C:\simulator-data\nas01\in1",
        r"nas01:/vol/in2 is C:\simulator-data\nas01\in2",
        r"nas02:/vol/in1 is C:\simulator-data\nas02\in1",
        r"nas02:/vol/in2 is C:\simulator-data\nas02\in2",
        "Mount nas-backup with: sudo mount -t nfs4 -o nfsvers=4.1,port=32153 127.0.0.1:/data /mnt",
        "Mount nas01 with: sudo mount -t nfs4 -o nfsvers=4.1 127.7.7.1:/vol/in1 /mnt, others with their own address",
        "Mount nas01 with: sudo mount -t nfs -o nfsvers=3,nolock 127.7.7.1:/vol/in1 /mnt, others with their own address",
    ]


@pytest.mark.parametrize(
    ("path", "now", "word"),
    [
        ("order.txt", 1_000_000_300.4, "order.txt, 5 min ago"),
        ("order.txt", 1_000_000_000.2, "order.txt, 0 s ago"),
        ("order.txt", 999_999_999.0, "order.txt, 0 s ago"),
        ("order.txt", None, "order.txt, at 01:46:40 UTC"),
        ("year/month/day/hour/minute/order.txt", None, "…h/day/hour/minute/order.txt, at 01:46:40 UTC"),
        ("\x1b", None, "␛, at 01:46:40 UTC"),
    ],
)
def test_last_delivered_file_and_when(path: str, now: float | None, word: str) -> None:
    sync = {"state": "idle", "last_delivered": {"path": path, "side": "nas", "time": "2001-09-09T01:46:40.000Z"}}
    assert f"  {word}  " in table([status(sync=sync, now=now)])[1]


@pytest.mark.parametrize("last", [None, "order.txt", {}, {"path": "order.txt", "time": "yesterday"}])
def test_agents_of_another_version_have_their_own_ways_to_tell_what_came_last(last: object) -> None:
    assert len(table([status(sync={"state": "idle", "last_delivered": last})])) == 5


@pytest.mark.parametrize(
    ("sync", "word"),
    [
        (None, "-"),
        ({}, "-"),
        ({"state": "idle", "pending": 0, "conflict_count": 0, "refused_count": 0}, "idle"),
        ({"state": "running", "pending": 3}, "running, 3 waiting"),
        ({"state": "halted", "conflict_count": 1, "refused_count": 1}, "halted, 1 conflict, 1 refused"),
        ({"state": "halted", "conflict_count": 2}, "halted, 2 conflicts"),
    ],
)
def test_sync_word(sync: dict[str, t.Any] | None, word: str) -> None:
    assert sync_word(sync) == word
    assert f"  ready  at start  {word}  " in table([status(sync=sync)])[1]


def test_table_tells_why_sync_has_halted() -> None:
    halted = {"state": "halted", "halted_reason": "the marker is gone"}
    assert table([status(sync=halted)])[-1] == "nas-backup: sync halted: the marker is gone"


def test_table_tells_how_old_the_oldest_waiting_change_is() -> None:
    assert (
        "running, 3 waiting  12 s  -               3 GiB"
        in table([status(sync={"state": "running", "pending": 3, "lag_seconds": 12.3})])[1]
    )


def test_server_says_something_that_would_steer_a_terminal() -> None:
    evil = {"state": "idle\x1b[2J", "refused_count": 1, "refused": [{"path": "\x1b]0;x\x07", "reason": "\r\n"}]}
    assert not any("\x1b" in line or "\r" in line or "\n" in line for line in table([status(sync=evil)]))


@pytest.mark.parametrize(
    ("server", "containers", "word"),
    [
        ("nas-input-1", {"sync-agent": "exited"}, "not running"),
        ("nas-input-1", {"sync-agent": "running"}, "idle"),
        ("nas-input-1", {}, "idle"),
        ("nas-backup", {"sync-agent": "exited"}, "idle"),
    ],
)
def test_an_agent_that_does_not_run_is_not_what_it_last_said(
    server: str, containers: dict[str, str], word: str
) -> None:
    found = status(server, containers=containers, sync={"state": "idle"})
    assert agent_word(found.server.sync.mode, found.containers, found.sync) == word


def test_space_that_is_not_known_is_a_dash() -> None:
    found = status(answer=Answer((1, 1), 0.0), windows_space=None)
    assert "  -     -    -               -     127.0.0.1" in table([found])[1]
