# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What failed, for readers: by its cause, and in the order in which one wants to know. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Result, Run
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest

# How long something took, or how large it is: no two servers are alike in that.
_FIGURE = re.compile(r"\b[0-9.]+ ?(s|ms|min|B|KiB|MiB|GiB)\b")


@dataclass(frozen=True)
class Cause:
    """Failures of one check that say the same, but for each server's own name, address and directory."""

    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        """The failure that stands for all."""
        return self.results[0]

    @property
    def servers(self) -> list[str]:
        """The servers that it was found on."""
        return [result.server or digest.ALL_SERVERS for result in self.results]

    @property
    def others(self) -> list[Cause]:
        """Each of the other failures by itself."""
        return [Cause((result,)) for result in self.results[1:]]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What a reader wants to know, in that order, each with a word for it; nothing is said twice."""
        detail, seen = self.first.detail, self.first.seen
        if seen and detail.startswith(seen):
            detail = detail[len(seen) :].lstrip("; :")
        elif seen in detail:
            detail, seen = "", detail
        pairs = (("expected", self.first.expected), ("seen", seen), ("cause", detail), ("to do", self.first.remedy))
        return [(word, text) for word, text in pairs if text]


def causes(run: Run, check: str | None = None) -> list[Cause]:
    """Return what failed, of one check or of all, in the run's order; servers that fail for one cause are one."""
    known = {str(server["name"]): server for server in run.servers}
    found: dict[tuple[str, ...], list[Result]] = {}
    for result in digest.failures(run):
        if check not in (None, result.check):
            continue
        own = known.get(result.server or "", {})
        texts = (result.expected, result.seen, result.detail, result.remedy)
        key = (result.check, *(_in_general(text, result.server, own) for text in texts))
        found.setdefault(key, []).append(result)
    return [Cause(tuple(results)) for results in found.values()]


def _in_general(text: str, name: str | None, server: t.Mapping[str, t.Any]) -> str:
    """Return a text without what only this server has in it: its directories, its address, its name, and figures."""
    own = [
        server.get("windows_directory"),
        server.get("local_directory"),
        f"{server.get('host')}:{server.get('port')}",
        name,
    ]
    for number, word in enumerate(own):
        text = text.replace(str(word), f"\0{number}") if word else text
    return _FIGURE.sub("\0", text)
