# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was done with test data, as module nas_data returns it. Private to file_simulator.nas."""

from __future__ import annotations

import posixpath
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, named, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._data.fixture import Fixture
from ansible_collections.file_simulator.nas.plugins.module_utils._data.run import Done
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

_NAMED = 5


def result(done: t.Sequence[Done], fixture: Fixture) -> dict[str, t.Any]:
    """Return what the module returns of all servers, with the difference that it makes to their Windows directories."""
    return {
        "changed": any(each.changed for each in done),
        "servers": [_server(each) for each in done],
        "summary": [_summary(each) for each in done],
        "diff": {
            "before": "".join(line for each in done for line in _before(each)),
            "after": "".join(line for each in done for line in _after(each, fixture)),
        },
    }


def warnings(done: t.Sequence[Done]) -> list[str]:
    """Return what is not as somebody may expect it to be."""
    lines = []
    for each in done:
        if each.consumed:
            lines.append(
                f"server {each.server.name}: clients have deleted from the NAS what the Windows directory has unchanged: "
                f"{named(each.consumed, _NAMED)}; it does not come back before it changes, or {remedies.EMPTY} empties both"
            )
        for entry in each.kept[:_NAMED]:
            side = "the NAS" if entry["side"] == "nas" else "Windows"
            lines.append(
                f"server {each.server.name}: '{visible(entry['path'])}' stays on {side}: {visible(entry['reason'])}"
            )
        if len(each.kept) > _NAMED:
            lines.append(f"server {each.server.name}: {counted(len(each.kept) - _NAMED, 'entry', 'entries')} more stay")
    return lines


def _server(done: Done) -> dict[str, t.Any]:
    plan = done.plan
    return {
        "server": done.server.name,
        "put": [*plan.put, *plan.last],
        "unchanged": list(plan.unchanged),
        "removed": _removed(done),
        "nas_removed": list(done.nas_removed),
        "foreign": list(plan.foreign),
        "consumed": list(done.consumed),
        "kept": [dict(each) for each in done.kept],
    }


def _removed(done: Done) -> list[str]:
    return sorted({*done.plan.removed, *done.plan.removed_directories, *done.windows_removed})


def _summary(done: Done) -> str:
    plan = done.plan
    counts = (
        (len(plan.put) + len(plan.last), "put"),
        (len(plan.unchanged), "there already"),
        (len(_removed(done)), "removed from Windows"),
        (len(done.nas_removed), "removed from the NAS"),
        (len(done.consumed), "deleted by clients"),
        (len(done.kept), "kept"),
    )
    words = [f"{number} {what}" for number, what in counts if number]
    return f"{done.server.name}: {', '.join(words) or 'nothing to do'}"


def _before(done: Done) -> t.Iterator[str]:
    replaced = done.plan.replaced
    for path in sorted({*replaced, *_removed(done)}):
        yield f"{done.server.name}/{visible(path)}{' (another content)' if path in replaced else ''}\n"
    for path in done.nas_removed:
        yield f"{done.server.name}:{visible(_mounted(done.server, path))}\n"


def _mounted(server: Server, path: str) -> str:
    """Return where clients see a path of a server's tree; the path itself where none of them does."""
    for export in server.exports:
        below = posixpath.relpath(path, export.subdirectory or ".")
        if not below.startswith(".."):
            return posixpath.join(export.path, below)
    return path


def _after(done: Done, fixture: Fixture) -> t.Iterator[str]:
    for path in sorted({*done.plan.put, *done.plan.last, *done.plan.directories}):
        item = fixture.files.get(path)
        yield f"{done.server.name}/{visible(path)}{f' ({item.size} bytes, sha256 {item.sha256})' if item else '/'}\n"
