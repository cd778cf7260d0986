# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of an object that may be anything: what is not of the kind that is asked for counts as not there.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import typing as t

Mapping = t.Mapping[str, t.Any]


def mapping(value: t.Any, *keys: str) -> Mapping:
    """Return the mapping below ``keys`` of a value, an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, t.Mapping) else None
    return value if isinstance(value, t.Mapping) else {}


def mappings(value: t.Any, *keys: str) -> list[Mapping]:
    """Return the mappings of the list below ``keys``."""
    found = mapping(value, *keys[:-1]).get(keys[-1]) if keys else value
    return [item for item in found if isinstance(item, t.Mapping)] if isinstance(found, list) else []


def texts(value: t.Any) -> list[str]:
    """Return the texts of a list."""
    return [text(item) for item in value if text(item)] if isinstance(value, list) else []


def text(value: t.Any) -> str:
    """Return a text, or what was meant for one where YAML made a number of it; empty for all else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
