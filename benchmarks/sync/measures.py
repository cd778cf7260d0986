# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measurements. Each takes fresh trees and gives numbers; none judges them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from subjects import Agent, Loop, Subject, Trees, run_once

_POLL = 0.002


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile (the worst of fewer than a hundred) and worst."""
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered), 3),
        "p99": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3),
        "max": round(ordered[-1], 3),
    }


def latency(source: Path, target: Path, count: int, size: int, pause: float, timeout: float) -> list[float]:
    """Seconds from the close of a new file at the source until all of it is visible at the target."""
    content, taken = os.urandom(size), []
    for number in range(count):
        name = f"probe-{number:05}.bin"
        (source / name).write_bytes(content)
        begin = time.monotonic()
        while time.monotonic() - begin < timeout:
            try:
                if (target / name).stat().st_size == size:
                    break
            except FileNotFoundError:
                pass
            time.sleep(_POLL)
        taken.append(time.monotonic() - begin)
        assert (target / name).read_bytes() == content, "not intact"
        time.sleep(pause * (0.5 + (number * 0.618) % 1))  # out of step with any interval
    return taken


def nas_to_windows(where: Path | None, count: int, probes: int) -> dict[str, float]:
    """Agent: NAS to Windows with a tree of some files, 1 MiB a probe."""
    trees = Trees(where)
    trees.fill(trees.windows, count)
    run_once(trees)
    agent = Agent(trees, "nas_to_windows")
    try:
        agent.wait_until_idle()
        return percentiles(latency(trees.export, trees.windows, probes, 1 << 20, 0.05, 30))
    finally:
        agent.stop()
        trees.remove()


def windows_to_nas(where: Path | None, count: int, probes: int) -> dict[str, float]:
    """Agent: Windows to NAS, quiet period included where there is one."""
    trees = Trees(where)
    trees.fill(trees.windows, count)
    run_once(trees)
    agent = Agent(trees, "windows_to_nas")
    try:
        agent.wait_until_idle()
        return percentiles(latency(trees.windows, trees.export, probes, 100_000, 0.7, 60))
    finally:
        agent.stop()
        trees.remove()


def loop_latency(where: Path | None, count: int, probes: int, interval: float) -> dict[str, float]:
    """The original's loop: NAS to Windows."""
    trees = Trees(where)
    trees.export.mkdir(parents=True)
    trees.fill(trees.export, count)
    loop = Loop(trees.export, trees.windows, interval)
    try:
        time.sleep(1)
        return percentiles(latency(trees.export, trees.windows, probes, 1 << 20, interval / 3, 2 * interval + 10))
    finally:
        loop.stop()
        trees.remove()


def loop_pass(where: Path | None, count: int) -> dict[str, float]:
    """The original's loop: processor time of one pass over a tree at rest."""
    trees = Trees(where)
    trees.export.mkdir(parents=True)
    trees.fill(trees.export, count)
    command = ["rsync", "-a", "--delete", f"{trees.export}/", f"{trees.windows}/"]
    try:
        subprocess.run(command, check=True)
        before = os.times()
        subprocess.run(command, check=True)
        after = os.times()
        seconds = after.children_user + after.children_system - before.children_user - before.children_system
        return {"cpu_seconds_a_pass": round(seconds, 3), "percent_every_30_s": round(seconds / 30 * 100, 3)}
    finally:
        trees.remove()


def idle(where: Path | None, count: int, mode: str, seconds: float) -> dict[str, float]:
    """Agent: share of a core and peak memory at rest, the first fill included in the memory."""
    trees = Trees(where)
    trees.fill(trees.windows, count)
    first = run_once(trees)
    agent = Agent(trees, mode)
    try:
        agent.wait_until_idle()
        return {"first_fill_seconds": round(first, 2), **_rest(agent, seconds)}
    finally:
        agent.stop()
        trees.remove()


def _rest(subject: Subject, seconds: float) -> dict[str, float]:
    time.sleep(3)
    before, begin = subject.cpu(), time.monotonic()
    time.sleep(seconds)
    used = subject.cpu() - before
    return {
        "cpu_percent": round(used / (time.monotonic() - begin) * 100, 3),
        "peak_memory_mib": round(subject.peak_memory(), 1),
    }


def burst(where: Path | None, count: int) -> dict[str, float]:
    """Agent: many small files in one go; seconds from the last close until all are there and intact."""
    trees = Trees(where)
    run_once(trees)
    agent = Agent(trees, "nas_to_windows")
    try:
        agent.wait_until_idle()
        directory = trees.export / "burst"
        directory.mkdir()
        begin = time.monotonic()
        for number in range(count):
            (directory / f"{number:05}").write_bytes(b"%05d" % number * 100)
        closed = time.monotonic()
        target = trees.windows / "burst"
        while not target.is_dir() or len([n for n in os.listdir(target) if n[0] != "."]) < count:
            time.sleep(_POLL)
        done = time.monotonic()
        for number in range(count):
            assert (target / f"{number:05}").read_bytes() == b"%05d" % number * 100, "not intact"
        return {"writing_seconds": round(closed - begin, 3), "after_last_close": round(done - closed, 3)}
    finally:
        agent.stop()
        trees.remove()


def rounds(where: Path | None, mode: str, count: int, number: int) -> dict[str, float]:
    """Agent: files are put, waited for (nobody writes any more), and both sides made empty, again and again.

    The rest of a round, a test's own, is not in it.
    """
    trees = Trees(where)
    run_once(trees)
    agent = Agent(trees, mode)
    source, target = (trees.windows, trees.export) if mode == "windows_to_nas" else (trees.export, trees.windows)
    waited, emptied = [], []
    try:
        agent.wait_until_idle()
        used = agent.cpu()
        for _round in range(number):
            for name in range(count):
                (source / f"{name:05}").write_bytes(b"x" * 1000)
            begin = time.monotonic()
            assert agent.request("sync?timeout=300&complete=1")["done"]
            waited.append(time.monotonic() - begin)
            assert len([name for name in os.listdir(target) if name[0] != "."]) == count, "it was early"
            begin = time.monotonic()
            assert not agent.request("empty?force=1")["halted_reason"]
            emptied.append(time.monotonic() - begin)
        spans = {"sync": percentiles(waited), "empty": percentiles(emptied)}
        times = {f"{what}_{key}": value for what, found in spans.items() for key, value in found.items() if key != "n"}
        return {**times, "cpu_seconds_a_round": round((agent.cpu() - used) / number, 3)}
    finally:
        agent.stop()
        trees.remove()


def first_fill(where: Path | None, count: int) -> dict[str, float]:
    """Agent, --once: a new volume, files that are an hour old."""
    trees = Trees(where)
    trees.fill(trees.windows, count)
    try:
        return {"seconds": round(run_once(trees), 2)}
    finally:
        trees.remove()
