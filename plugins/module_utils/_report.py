# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection tells of a server, the same from every engine. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._pod import EXPORT_PATH
from ansible_collections.file_simulator.nas.plugins.module_utils._topology import Server

READY = "ready"
NOT_ANSWERING = "not_answering"
BROKEN = "broken"
STOPPED = "stopped"
ABSENT = "absent"


def mount_options(version: int, port: int) -> str:
    """Return the options with which the Linux kernel's client mounts a server: no rpcbind, no guessing."""
    if version == 3:
        return f"vers=3,proto=tcp,port={port},mountproto=tcp,mountport={port},nolock,hard"
    return f"vers=4.1,proto=tcp,port={port},hard"


def mount_command(version: int, host: str, port: int) -> str:
    """Return a command that mounts a server: the shortest that works, for people."""
    options = f"vers=3,port={port},mountport={port},nolock" if version == 3 else f"vers=4.1,port={port}"
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
    fsid: tuple[int, int] | None,
    containers: t.Mapping[str, str],
    sync: t.Mapping[str, t.Any] | None,
    cluster: t.Mapping[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    """Return the report on one server: what the topology says of it, and what was found.

    ``cluster`` is what a server has besides where a cluster runs it.
    """
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
        "containers": dict(containers),
        "cluster": dict(cluster) if cluster else None,
    }


def table(reports: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """Return the lines of a table for people: one row a server, then where its files are, then what is wrong."""
    heads = ("SERVER", "ROLE", "WINDOWS DIRECTORY", "ADDRESS", "MOUNT WITH", "STATE", "SYNC")
    rows = [
        (
            report["name"],
            report["role"],
            report["windows_directory"],
            f"{_bracketed(report['host'])}:{report['port']}",
            report["mount_command"],
            report["state"],
            sync_word(report["sync"]),
        )
        for report in reports
    ]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
    if reports:
        first = reports[0]
        lines += ["", f"On this machine {first['windows_directory']} is {first['local_directory']}"]
    return lines + [line for report in reports for line in _problems(report)]


def _problems(report: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    if report["problem"]:
        yield f"{report['name']}: {report['problem']}"
    halted = (report["sync"] or {}).get("halted_reason")
    if halted:
        yield f"{report['name']}: sync halted: {halted}"


def _bracketed(host: str) -> str:
    """Return a host as it is written before a colon."""
    return f"[{host}]" if ":" in host else host


def sync_word(sync: t.Mapping[str, t.Any] | None) -> str:
    """Return what a sync agent said of itself in a few words; a dash where there is none."""
    if not sync:
        return "-"
    words = [str(sync.get("state", "unknown"))]
    for key, word in (("pending", "waiting"), ("conflict_count", "conflicts"), ("refused_count", "refused")):
        if sync.get(key):
            words.append(f"{sync[key]} {word}")
    return ", ".join(words)
