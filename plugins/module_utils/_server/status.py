# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection tells of a server, the same from every engine. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import mount_command, mount_options
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import EXPORT_PATH
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status_warnings import warnings_of

READY = "ready"
NOT_ANSWERING = "not_answering"
BROKEN = "broken"
STOPPED = "stopped"
ABSENT = "absent"


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
            agent=ready and server.sync.has_agent,
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
