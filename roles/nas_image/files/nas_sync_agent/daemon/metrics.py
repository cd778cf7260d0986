# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status in the text format of Prometheus."""

from __future__ import annotations

import json
from typing import Any


def metrics(seen: dict[str, Any]) -> str:
    """The numbers of a status as :meth:`.status.Status.snapshot` gives it, each with all of its digits."""
    label = json.dumps(seen["server"])
    values: list[tuple[str, str, str, int | float]] = [
        ("up", "gauge", "1 while the agent runs.", 1),
        ("halted", "gauge", "1 while the agent is halted.", int(seen["state"] == "halted")),
        ("pending", "gauge", "Paths that wait to be carried across.", seen["pending"]),
        ("lag_seconds", "gauge", "Age of the oldest change not yet carried across.", seen["lag_seconds"]),
        ("delivered_files_total", "counter", "Files delivered.", seen["delivered"]["files"]),
        ("delivered_bytes_total", "counter", "Bytes delivered.", seen["delivered"]["bytes"]),
        (
            "deleted_files_total",
            "counter",
            "Files and directories deleted.",
            seen["delivered"]["deleted"],
        ),
        (
            "found_by_rescan_total",
            "counter",
            "Changes that only a comparison of everything has found.",
            seen["found_by_rescan"],
        ),
        ("conflicts_total", "counter", "Conflicts.", seen["conflict_count"]),
        ("refused", "gauge", "Paths refused.", seen["refused_count"]),
        ("errors", "gauge", "Paths that fail and are tried again.", seen["error_count"]),
    ]
    lines = []
    for name, kind, meaning, value in values:
        name = f"nas_sync_{name}"
        lines += [
            f"# HELP {name} {meaning}",
            f"# TYPE {name} {kind}",
            f"{name}{{server={label}}} {value!r}",
        ]
    return "\n".join(lines) + "\n"
