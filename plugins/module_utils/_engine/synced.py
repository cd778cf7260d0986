# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an agent's answer to a barrier says is missing, in one line. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, visible

_MOST_NAMED = 5
_KINDS = (
    ("waiting", "waiting_count", "not there yet"),
    ("refused", "refused_count", "refused"),
    ("errors", "error_count", "unreadable"),
)


def halted(server: str, answer: t.Mapping[str, t.Any]) -> str:
    """Return that a server's sync is halted, and why; empty when it is not."""
    reason = answer.get("halted_reason")
    return f"server {server}: sync halted: {visible(reason)}" if reason else ""


def missing(server: str, answer: t.Mapping[str, t.Any], timeout: int) -> str:
    """Return what is missing on the other side after ``timeout`` seconds, and why; empty when nothing is."""
    parts = [_named(answer, *kind) for kind in _KINDS]
    words = "; ".join(part for part in parts if part)
    if halt := halted(server, answer):
        return f"{halt}{f' ({words})' if words else ''}"
    if words:
        return f"server {server}: {words}"
    return "" if answer.get("done") else f"server {server}: its sync agent did not come to an end within {timeout} s"


def _named(answer: t.Mapping[str, t.Any], which: str, count: str, what: str) -> str:
    """Write the paths of a list, as many as fit a line, each with its reason."""
    entries = [entry for entry in answer.get(which) or [] if isinstance(entry, dict)][:_MOST_NAMED]
    number = max(int(answer.get(count) or 0), len(entries))
    if not number:
        return ""
    names = ", ".join(f"'{visible(entry.get('path'))}' ({visible(entry.get('reason'))})" for entry in entries)
    more = f" and {number - len(entries)} more" if names and number > len(entries) else ""
    return f"{counted(number, 'path')} {what}: {names}{more}" if names else f"{counted(number, 'path')} {what}"
