# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection tells of a server, the same from every engine. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import duration, size, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER, EXPORT_PATH
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import warnings_of

READY = "ready"
NOT_ANSWERING = "not_answering"
BROKEN = "broken"
STOPPED = "stopped"
ABSENT = "absent"


def mount_options(version: int, port: int) -> str:
    """Return the options with which the Linux kernel's client mounts a server: no rpcbind, no guessing."""
    if version == 3:
        return f"nfsvers=3,proto=tcp,port={port},mountproto=tcp,mountport={port},nolock,hard"
    return f"nfsvers=4.1,proto=tcp,port={port},hard"


def mount_command(version: int, host: str, port: int) -> str:
    """Return a command that mounts a server: the shortest that works, for people."""
    options = f"nfsvers=3,port={port},mountport={port},nolock" if version == 3 else f"nfsvers=4.1,port={port}"
    return f"mount -t {'nfs' if version == 3 else 'nfs4'} -o {options} {_bracketed(host)}:{EXPORT_PATH} /mnt"


def server_report(
    server: Server,
    *,
    engine: str,
    instance: str,
    state: str,
    problem: str,
    host: str,
    local_directory: str,
    answer: Answer | None,
    windows_space: tuple[int, int] | None,
    containers: t.Mapping[str, str],
    sync: t.Mapping[str, t.Any] | None,
    cluster: t.Mapping[str, t.Any] | None = None,
    now: float | None = None,
) -> dict[str, t.Any]:
    """Return the report on one server: what the topology says of it, and what was found.

    ``answer`` is what it said over NFS, ``windows_space`` the free and all bytes of its Windows directory's
    drive. ``cluster`` is what a server has besides where a cluster runs it. ``now`` is the time by the clock
    that its agent has, where that is known.
    """
    fsid = answer.fsid if answer else None
    space = {
        **_space("nas", answer.space if answer else None),
        **_space("windows", windows_space),
    }
    ready = state == READY
    return {
        "name": server.name,
        "role": server.role,
        "enabled": server.enabled,
        "engine": engine,
        "instance": instance,
        "state": state,
        "problem": problem,
        "summary": f"{server.name}: {state}" + (f": {problem}" if problem else ""),
        "windows_directory": str(server.directory),
        "local_directory": local_directory,
        "host": host,
        "port": server.port,
        "path": EXPORT_PATH,
        "nfs_version": server.nfs_version,
        "mount_options": mount_options(server.nfs_version, server.port),
        "mount_command": mount_command(server.nfs_version, host, server.port),
        "fsid": f"{fsid[0]}.{fsid[1]}" if fsid else None,
        "read_only": server.export.read_only,
        "storage": server.storage.type,
        "sync_mode": server.sync.mode,
        "sync": dict(sync) if sync else None,
        "space": space,
        "warnings": warnings_of(
            sync,
            space,
            agent=ready and server.sync.mode != "none",
            now=now,
            # A cluster may have its Windows directories on another machine; podman has them on this one.
            missing=local_directory if ready and engine == "podman" and windows_space is None else "",
        ),
        "containers": dict(containers),
        "cluster": dict(cluster) if cluster else None,
    }


def _space(side: str, found: tuple[int, int] | None) -> dict[str, int | None]:
    free, total = found or (None, None)
    return {f"{side}_free": free, f"{side}_total": total}


def table(reports: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """Return the lines of a table for people: one row a server, then where its files are, then what is wrong.

    What matters most stands left, where a narrow terminal still shows it. Nothing in it steers a terminal.
    """
    heads = ("SERVER", "ROLE", "STATE", "SYNC", "LAG", "FREE", "ADDRESS", "WINDOWS DIRECTORY", "MOUNT WITH")
    rows = [
        (
            report["name"],
            report["role"],
            report["state"],
            agent_word(report),
            _lag(report["sync"]),
            _free(report["space"]["nas_free"]),
            f"{_bracketed(report['host'])}:{report['port']}",
            report["windows_directory"],
            report["mount_command"],
        )
        for report in reports
    ]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
    if reports:
        first = reports[0]
        free = first["space"]["windows_free"]
        drive = "" if free is None else f"; {size(free)} are free on its drive"
        lines += ["", f"On this machine {first['windows_directory']} is {first['local_directory']}{drive}"]
    return lines + [f"{report['name']}: {visible(text)}" for report in reports for text in _problems(report)]


def _problems(report: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    if report["problem"]:
        yield report["problem"]
    yield from report["warnings"]


def _lag(sync: t.Mapping[str, t.Any] | None) -> str:
    """Return how old the oldest change is that waits; a dash where there is no agent to tell."""
    lag = (sync or {}).get("lag_seconds")
    return duration(lag) if isinstance(lag, (int, float)) else "-"


def _free(count: int | None) -> str:
    return "-" if count is None else size(count)


def _bracketed(host: str) -> str:
    """Return a host as it is written before a colon."""
    return f"[{host}]" if ":" in host else host


def agent_word(report: t.Mapping[str, t.Any]) -> str:
    """Return how a server's sync agent is in a few words: that it does not run, else what it last said of itself."""
    known = report["containers"].get(AGENT_CONTAINER, "running")
    if report["sync_mode"] != "none" and known != "running":
        return "not running"
    return visible(sync_word(report["sync"]))


def sync_word(sync: t.Mapping[str, t.Any] | None) -> str:
    """Return what a sync agent said of itself in a few words; a dash where there is none."""
    if not sync:
        return "-"
    words = [str(sync.get("state", "unknown"))]
    for key, word in (("pending", "waiting"), ("conflict_count", "conflicts"), ("refused_count", "refused")):
        if sync.get(key):
            words.append(f"{sync[key]} {word}")
    return ", ".join(words)
