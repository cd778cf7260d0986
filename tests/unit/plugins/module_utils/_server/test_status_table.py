# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of servers, as a table for people."""

from __future__ import annotations

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
    assert " [::1]:/data " in found.mount_command
    assert " [::1]:32153 " in table([found])[1]


def test_table_is_aligned_and_ends_with_the_problems() -> None:
    broken = status("nas-output-1", state=words.BROKEN, problem="not running: sync-agent")
    lines = table([status(), broken])
    starts = {line.index(word) for line, word in zip(lines, ["WINDOWS DIRECTORY", "C:\\", "C:\\"])}
    assert len(starts) == 1
    assert [line.split()[:6] for line in lines[:3]] == [
        ["SERVER", "ROLE", "STATE", "SYNC", "LAG", "FREE"],
        ["nas-backup", "backup", "ready", "-", "-", "3"],
        ["nas-output-1", "output", "broken", "-", "-", "3"],
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


@pytest.mark.parametrize(
    ("sync", "word"),
    [
        (None, "-"),
        ({}, "-"),
        ({"state": "idle", "pending": 0, "conflict_count": 0, "refused_count": 0}, "idle"),
        ({"state": "running", "pending": 3}, "running, 3 waiting"),
        ({"state": "halted", "conflict_count": 2, "refused_count": 1}, "halted, 2 conflicts, 1 refused"),
    ],
)
def test_sync_word(sync: dict[str, t.Any] | None, word: str) -> None:
    assert sync_word(sync) == word
    assert f"  ready  {word}  " in table([status(sync=sync)])[1]


def test_table_tells_why_sync_has_halted() -> None:
    halted = {"state": "halted", "halted_reason": "the marker is gone"}
    assert table([status(sync=halted)])[-1] == "nas-backup: sync halted: the marker is gone"


def test_table_tells_how_old_the_oldest_waiting_change_is() -> None:
    assert (
        "running, 3 waiting  12 s  3 GiB"
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
    assert "  -     -    -     127.0.0.1" in table([found])[1]
