# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The barrier of a real agent while files of 50 MiB are being written: it waits, or names what is missing."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import typing as t
from pathlib import Path

import pytest
from agent_process import AgentProcess

LARGE, PIECE = 50 << 20, 1 << 20
WRITERS, FILES = 3, 2


class Load:
    """Writers of large files that take some seconds each, and one of many small files."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.complete: dict[str, str] = {}
        """The files that have been closed, with their digests."""
        self.open: set[str] = set()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.large, args=[number]) for number in range(WRITERS)]
        self.threads.append(threading.Thread(target=self.small))

    def large(self, writer: int) -> None:
        for number in range(FILES):
            self.write(f"d{writer}/{number}.bin", LARGE, 0.04)

    def small(self) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            self.write(f"small/{number % 7}/{number}", 1000, 0)
            time.sleep(0.02)

    def write(self, name: str, size: int, pause: float) -> None:
        path, hasher = self.source / name, hashlib.sha256()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.open.add(name)
        with path.open("wb") as file:
            while file.tell() < size:
                data = os.urandom(min(PIECE, size))
                hasher.update(data)
                file.write(data)
                file.flush()
                time.sleep(pause)
        self.complete[name] = hasher.hexdigest()
        self.open.discard(name)


@pytest.mark.parametrize("mode", ["nas_to_windows", "windows_to_nas"])
def test_never_early(agent: AgentProcess, mode: str) -> None:
    agent.serve(mode, "--quiet-period", "1")
    source, target = (agent.export, agent.windows) if mode == "nas_to_windows" else (agent.windows, agent.export)
    load = Load(source)
    for thread in load.threads:
        thread.start()
    try:
        with (source / "open").open("w") as file:

            def is_named() -> bool:
                file.write("part")
                file.flush()
                return "open" in named_by(agent.say("sync", "--timeout", "0.5"))

            agent.wait_for(is_named)
        while any(thread.is_alive() for thread in load.threads[:-1]):
            there = dict(load.complete)
            being_written = {name for name in set(load.open) if (source / name).exists()}
            answer = agent.say("sync", "--timeout", "3")
            names = named_by(answer)
            missing = {name for name, digest in there.items() if digest_of(target / name) != digest}
            if answer["done"]:
                assert not missing, missing
                unwritten = {
                    name for name in being_written - set(there) if digest_of(target / name) != load.complete.get(name)
                }
                assert not unwritten, f"open when it was asked, and not whole now: {unwritten}"
            else:
                assert names and (answer["waiting_count"] > 20 or missing <= names), (missing, names)
            assert not answer["refused_count"] and not answer["error_count"]
    finally:
        load.ended.set()
        for thread in load.threads:
            thread.join()
    answer = agent.say("sync", "--timeout", "60")
    assert answer["done"], answer
    assert {name: digest_of(target / name) for name in load.complete} == load.complete


def named_by(answer: dict[str, t.Any]) -> set[str]:
    """What an answer names as not there yet."""
    return {each["path"] for each in answer["waiting"]}


def digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
