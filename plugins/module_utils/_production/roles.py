# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles of paths: what pods do with them, and what the user says of them. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import fnmatch
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import ROLES
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Source, Uses, Volume

INPUT, BACKUP, OUTPUT = ROLES


class Roles:
    """Finds the role of each path. ``patterns`` are the user's, role by pattern; the first that matches counts.

    A pattern is that of a shell and matches a NAS, or a NAS and a path, as in ``nas01.corp.example:/vol/in*``.
    """

    def __init__(self, patterns: t.Mapping[str, str], uses: Uses, findings: Findings) -> None:
        self._patterns = patterns
        self._uses = uses
        self._findings = findings
        self._matched: set[str] = set()
        for pattern, role in patterns.items():
            if role not in ROLES:
                findings.problems.append(
                    f"roles: {visible(pattern)}: '{visible(role)}' is unknown; choose one of {', '.join(ROLES)}"
                )

    def role(self, source: Source, volumes: t.Sequence[Volume]) -> str:
        """Return the role of a path that ``volumes`` mount; empty where nothing tells it, which is noted."""
        for pattern, role in self._patterns.items():
            if any(fnmatch.fnmatchcase(text, pattern) for text in (source.host, str(source))):
                self._matched.add(pattern)
                return role
        reads, writes = self._uses.reads(source), self._uses.writes(source)
        if all(volume.read_only for volume in volumes):
            return BACKUP
        if reads != writes:
            return INPUT if reads else OUTPUT
        what = "is read and written" if reads else "is not said to be read or written"
        self._findings.note(
            volumes[0].place,
            f"{visible(source)} {what}, so it is synced both ways; where that is wrong, give its role in roles, "
            f"such as '{visible(source)}': {INPUT if not reads else OUTPUT}",
        )
        return ""

    def check(self) -> None:
        """Add a problem for each pattern that matched nothing: a role that is meant must not get lost."""
        for pattern in self._patterns:
            if pattern not in self._matched:
                self._findings.problems.append(f"roles: {visible(pattern)}: no NAS and no path matches it")
