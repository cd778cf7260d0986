# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the sync agent beside the loop that it replaces; prints a table and writes JSON.

Quick mode (the default) takes a few minutes; --full adds 100,000 files and more probes. Neither needs root. The Windows
directory is watched where --directory is on a local file system, and polled where it is not, as on overlayfs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import measures

Figures = dict[str, float]


@dataclass(frozen=True)
class Row:
    """One line of the table: what is measured, the target, and which figure must be at most how much."""

    key: str
    what: str
    measure: Callable[[], Figures]
    targets: dict[str, float]


def rows(arguments: argparse.Namespace) -> list[Row]:
    """All rows that the options ask for, in the order of the table."""
    where, full, interval = arguments.directory, arguments.full, arguments.loop_interval
    probes = 200 if full else 60
    found = [
        Row(
            "loop_latency_1000",
            f"original's loop every {interval:g} s: NAS to Windows, 1 MiB, 1,000 files",
            lambda: measures.loop_latency(where, 1000, 20 if full else 6, interval),
            {},
        ),
        Row(
            "loop_pass_10000",
            "original's loop: a pass, 10,000 files",
            lambda: measures.loop_pass(where, 10_000),
            {},
        ),
        Row(
            "nas_to_windows_1000",
            "agent: NAS to Windows, 1 MiB, 1,000 files",
            lambda: measures.nas_to_windows(where, 1000, probes),
            {"p50": 0.15, "p99": 1.0},
        ),
        Row(
            "windows_to_nas_1000",
            "agent: Windows to NAS, 1,000 files",
            lambda: measures.windows_to_nas(where, 1000, probes // 6),
            {"p50": 0.1, "p99": 0.3},
        ),
        Row(
            "windows_to_nas_10000",
            "agent: Windows to NAS, 10,000 files",
            lambda: measures.windows_to_nas(where, 10_000, probes // 10),
            {"p50": 0.1, "p99": 0.3},
        ),
        Row(
            "idle_events_10000",
            "agent at rest, NAS to Windows, 10,000 files",
            lambda: measures.idle(where, 10_000, "nas_to_windows", 20),
            {"cpu_percent": 0.1, "peak_memory_mib": 64},
        ),
        Row(
            "idle_windows_10000",
            "agent at rest, Windows to NAS, 10,000 files",
            lambda: measures.idle(where, 10_000, "windows_to_nas", 20),
            {"cpu_percent": 2.0, "peak_memory_mib": 64},
        ),
        Row(
            "burst_5000",
            "agent: 5,000 small files in one go",
            lambda: measures.burst(where, 5000),
            {"after_last_close": 1.0},
        ),
        Row(
            "rounds_to_nas_100",
            "agent: put 100 files, sync, empty; Windows to NAS",
            lambda: measures.rounds(where, "windows_to_nas", 100, probes),
            {},
        ),
        Row(
            "rounds_to_windows_100",
            "agent: put 100 files, sync, empty; NAS to Windows",
            lambda: measures.rounds(where, "nas_to_windows", 100, probes),
            {},
        ),
        Row(
            "rounds_to_windows_5000",
            "agent: put 5,000 files, sync, empty; NAS to Windows",
            lambda: measures.rounds(where, "nas_to_windows", 5000, 3),
            {},
        ),
        Row(
            "first_fill_5000",
            "agent --once: 5,000 files, new volume",
            lambda: measures.first_fill(where, 5000),
            {"seconds": 3.0},
        ),
    ]
    if full:
        found += [
            Row(
                "loop_pass_100000",
                "original's loop: a pass, 100,000 files",
                lambda: measures.loop_pass(where, 100_000),
                {},
            ),
            Row(
                "windows_to_nas_100000",
                "agent: Windows to NAS, 100,000 files",
                lambda: measures.windows_to_nas(where, 100_000, 6),
                {"p99": 30.0},
            ),
            Row(
                "idle_events_100000",
                "agent at rest, NAS to Windows, 100,000 files",
                lambda: measures.idle(where, 100_000, "nas_to_windows", 60),
                {"cpu_percent": 2.0, "peak_memory_mib": 64},
            ),
            Row(
                "idle_windows_100000",
                "agent at rest, Windows to NAS, 100,000 files",
                lambda: measures.idle(where, 100_000, "windows_to_nas", 90),
                {"cpu_percent": 2.0, "peak_memory_mib": 64},
            ),
        ]
    return [row for row in found if not arguments.only or any(word in row.key for word in arguments.only)]


def main() -> int:
    """Measure; 1 when a target is missed and --check was given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="100,000 files too, and more probes")
    parser.add_argument("--only", action="append", metavar="WORD", help="only rows whose key contains WORD")
    parser.add_argument("--directory", type=Path, help="where to make the trees (default: the temporary directory)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    parser.add_argument(
        "--loop-interval",
        type=float,
        default=None,
        metavar="SECONDS",
        help="pause of the original's loop (its own: 30; default here: 5, with --full 30)",
    )
    arguments = parser.parse_args()
    if arguments.loop_interval is None:
        arguments.loop_interval = 30.0 if arguments.full else 5.0
    chosen = rows(arguments)
    if shutil.which("rsync") is None and any(row.key.startswith("loop") for row in chosen):
        parser.error("rsync is needed for the original's loop")
    results, missed = {}, 0
    for row in chosen:
        begin = time.monotonic()
        figures = row.measure()
        over = {key: target for key, target in row.targets.items() if figures[key] > target}
        missed += len(over)
        results[row.key] = {"what": row.what, "figures": figures, "targets": row.targets, "met": not over}
        shown = ", ".join(f"{key} {value:g}" for key, value in figures.items())
        targets = ", ".join(f"{key} <= {value:g}" for key, value in row.targets.items())
        verdict = ("MISSED" if over else "met") if targets else ""
        print(f"{row.what:60} | {shown} | {targets} | {verdict} ({time.monotonic() - begin:.0f} s)", flush=True)
    if arguments.json:
        about = {"python": platform.python_version(), "kernel": platform.release(), "cores": os.cpu_count()}
        arguments.json.write_text(json.dumps({"format": 1, "machine": about, "results": results}, indent=1) + "\n")
    return 1 if missed and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
