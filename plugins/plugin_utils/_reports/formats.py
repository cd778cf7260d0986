# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of checks in each format that there is a file for. Private to file_simulator.nas."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Run
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.junit import junit
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.page import html


def _as_json(run: Run) -> str:
    """What programs read: everything, and nothing made prettier. ASCII holds even what is no Unicode."""
    return json.dumps(run.as_dict(), indent=1) + "\n"


_RENDERERS: t.Mapping[str, t.Callable[[Run], str]] = {"html": html, "junit": junit, "json": _as_json}


def rendered(run: Run, formats: t.Iterable[str]) -> dict[str, str]:
    """Return the text of each format's file. The same run gives the same texts, which are valid Unicode."""
    return {name: _RENDERERS[name](run) for name in dict.fromkeys(formats)}
