# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table: every broken state and make up, make status, make down."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

import pytest

from ..module_runner import ModuleFailed
from . import states
from .server import PARTS, VOLUME, BrokenServer


@dataclass(frozen=True)
class Row:
    """A state, and what is said of it.

    ``status`` is the server's state that make status shows, with what ``problem`` matches. ``refused`` matches the
    one line with which make up, make down (``kept``) refuse; empty where they end well. ``volume_stays`` where make down
    finds no pod that could say whether the volume may go, and tells of it instead.
    """

    breaks: states.State
    status: str = "broken"
    problem: str = r"make up"
    refused: str = ""
    kept: str = ""
    volume_stays: bool = False


_MISSING = "is missing.*make up"
_PAUSED = "is paused.*make up"
_AGAIN = "ends again and again.*make up"
_UNSEEN = "podman did not see .* end.*make up"
_NOT_RUNNING = "not running.*make up"
_SILENT = "make up"

TABLE: dict[str, Row] = {
    "pod stopped": Row(states.stopped, "stopped", ""),
    "pod paused": Row(states.paused, "broken", _PAUSED),
    "NFS server paused": Row(states.server_paused, "broken", _PAUSED),
    "pod without containers": Row(states.no_containers, "broken", _MISSING),
    **{f"{part} removed": Row(states.removed(part), "broken", _MISSING) for part in PARTS},
    **{f"{part} renamed": Row(states.renamed(part), "broken", _MISSING) for part in PARTS},
    **{f"{part} killed": Row(states.killed(part), "broken", _NOT_RUNNING) for part in ("nfs-server", "sync-agent")},
    "infra killed": Row(states.killed("infra"), "broken", "has ended before the others.*make up"),
    "NFS server ended unnoticed": Row(states.unnoticed_end("nfs-server"), "broken", _UNSEEN),
    "pod ended unnoticed": Row(states.unnoticed_end("nfs-server", "sync-agent", "infra"), "broken", _UNSEEN),
    "NFS server hung": Row(states.hung, "not_answering", _SILENT),
    "NFS server crash-looping": Row(states.crash_looping("nfs-server"), "broken", _AGAIN),
    "agent crash-looping": Row(states.crash_looping("sync-agent"), "broken", _AGAIN),
    "configuration gone": Row(states.configuration_gone, "ready", ""),
    "configuration changed": Row(states.configuration_changed, "ready", ""),
    "network removed": Row(states.network_removed, "absent", "", volume_stays=True),
    "network forgotten": Row(states.network_forgotten, "ready", ""),
    "bridge removed": Row(states.bridge_removed, "not_answering", _SILENT),
    "port rules gone": Row(states.port_rules_gone, "not_answering", _SILENT),
    "volume removed": Row(states.volume_removed, "broken", _MISSING),
    "volume emptied": Row(states.volume_emptied, "ready", "", kept=r"the NAS volume is not whole.*make rescue"),
    "container unfinished": Row(states.unfinished_container, "broken", _MISSING),
    "pod unfinished": Row(states.unfinished_pod, "absent", "", volume_stays=True),
    "lock left": Row(states.lock_left, "ready", ""),
    "lock is a pipe": Row(
        states.lock_is_a_pipe,
        "ready",
        "",
        refused=r"\.lock: is no regular file; move it away",
        kept=r"\.lock: is no regular file; move it away",
    ),
    "marker is a pipe": Row(
        states.marker_is_a_pipe,
        "ready",
        "",
        refused=r"\.file-simulator\.json: is a FIFO and no regular file",
        kept=r"no regular file.*make rescue",
    ),
    "directory gone": Row(states.directory_gone, "ready", "", kept="renamed or replaced; rename it back"),
    "image removed": Row(
        states.image_removed,
        "ready",
        "",
        refused=r"image .* is not there; make up .*role nas_image",
        kept=r"image not known.*make rescue",
    ),
}


@pytest.fixture(params=TABLE)
def row(request: pytest.FixtureRequest) -> Row:
    return TABLE[str(request.param)]


def told(work: t.Callable[[], object]) -> str:
    """Do something and return the one line with which it is refused; empty when it ends well."""
    try:
        work()
    except ModuleFailed as failure:
        line = str(failure)
        assert "\n" not in line
        return line
    return ""


def test_up(server: BrokenServer, row: Row) -> None:
    row.breaks(server)
    line = told(server.up)
    assert re.search(row.refused, line) if row.refused else not line, line
    if not line:
        assert server.status()["state"] == "ready"
        again = server.up()
        assert not again["changed"], again
    assert server.kept()


def test_status(server: BrokenServer, row: Row) -> None:
    row.breaks(server)
    status = server.status()
    assert status["state"] == row.status, status["problem"]
    assert re.search(row.problem, status["problem"])


def test_down(server: BrokenServer, row: Row) -> None:
    row.breaks(server)
    line = told(server.down)
    assert re.search(row.kept, line) if row.kept else not line, line
    if not line:
        assert server.left() == ([f"volume {VOLUME}"] if row.volume_stays else [])
        assert not server.down()["changed"]
    assert server.kept()
