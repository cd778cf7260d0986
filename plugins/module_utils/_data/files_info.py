# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on several servers, seen over NFS from outside. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import contextlib
import posixpath
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._data.listing import Listing, Query, Seen, look
from ansible_collections.file_simulator.nas.plugins.module_utils._data.parted_tree import PartedTree
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Engine
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import (
    Address,
    Connect,
    NasClient,
    NasError,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus


def directory_of(path: str) -> str:
    """Return a directory of an export as the user names it, relative and without detours. Raises SimulatorError."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\0" in path:
        raise SimulatorError(f"path: '{path}' is no path below the export; write one such as orders/today")
    return posixpath.join("", *parts)


def files_info(engine: Engine, servers: t.Sequence[Server], query: Query, connect: Connect) -> list[dict[str, t.Any]]:
    """Return the files of all ``servers``, by server and path.

    Raises SimulatorError, with what was seen as ``files``, where a server does not answer, or does not get what is waited for.
    """
    looks = for_each(engine.statuses(servers), lambda status: _look(status, query, connect))
    files = [_result(server.name, seen) for server, (found, _problem) in zip(servers, looks) for seen in found]
    problems = [f"server {server.name}: {problem}" for server, (_found, problem) in zip(servers, looks) if problem]
    if problems:
        raise combined(problems, details={"files": files, "lines": lines(files)})
    return files


def lines(files: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """Return a line a file that is the same in two runs when the file is: as sha256sum writes them, or with the size."""
    return [f"{_fingerprint(file)}  {file['server']}/{file['path']}" for file in files]


def _fingerprint(file: t.Mapping[str, t.Any]) -> object:
    return file["sha256"] or (file["size"] if file["type"] == "file" else file["type"])


def _look(status: ServerStatus, query: Query, connect: Connect) -> tuple[list[Seen], str]:
    """Return what is on a server, and what is wrong or missing, empty when nothing is."""
    if not status.ready:
        return [], f"its state is {status.state}" + (f": {status.problem}" if status.problem else "")
    try:
        with contextlib.ExitStack() as stack:
            return look(_tree(status, connect, stack), query)
    except NasError as error:
        return [], f"the NFS client: {error}"


def _tree(status: ServerStatus, connect: Connect, stack: contextlib.ExitStack) -> Listing:
    """Return a server's tree as a client sees it: by its one export, or by all of them where they show parts of it."""
    server = status.server
    parts: dict[str, NasClient] = {}
    for export in server.exports:
        secure = export.options.privileged_port
        address = Address(status.host, server.port, server.nfs_version, export.path, 0, secure, server.mount_port)
        parts[export.subdirectory] = client = connect(address)
        stack.callback(client.close)
    return parts[""] if "" in parts else PartedTree(parts)


def _result(server: str, seen: Seen) -> dict[str, t.Any]:
    entry = seen.entry
    found: dict[str, t.Any] = {
        "server": server,
        "path": seen.path,
        "type": entry.kind,
        "size": entry.size,
        "sha256": seen.sha256,
        "mtime": entry.modified / 1e9,
        "mode": f"{entry.mode:04o}",
        "uid": entry.owner,
        "gid": entry.group,
    }
    if seen.content is not None:
        found["content"] = _text(seen.content)
    return found


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
