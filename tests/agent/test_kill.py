# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at random moments under load, checked against a record of what was written; SIGTERM flushes."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
from agent_process import MARKER, AgentProcess

KILLS = int(os.environ.get("AGENT_KILLS", "100"))


class Load:
    """Writes, replaces and deletes files in one tree, and keeps a record."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.versions: dict[str, set[bytes]] = {}
        self.last: dict[str, bytes | None] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(self.random.choice([0, 0.002, 0.01])):
            name = f"d{self.random.randrange(3)}/f{self.random.randrange(25)}"
            path = self.root / name
            if self.random.random() < 0.15:
                self.last[name] = None
                path.unlink(missing_ok=True)
                continue
            number += 1
            content = b"%08d" % number * self.random.choice([1, 100, 50_000])
            self.versions.setdefault(name, set()).add(content)
            self.last[name] = content
            path.parent.mkdir(exist_ok=True)
            beside = path.with_name(path.name + ".saving")
            self.versions.setdefault(name + ".saving", set()).add(content)
            beside.write_bytes(content)
            beside.rename(path)


def contents(root: Path) -> dict[str, bytes]:
    """All visible files of a tree that is being changed."""
    found = {}
    for where, _directories, names in os.walk(root):
        for name in names:
            path = Path(where, name)
            if name != MARKER and not name.startswith(".~nas-sync-"):
                try:
                    found[str(path.relative_to(root))] = path.read_bytes()
                except FileNotFoundError:
                    continue
    return found


@pytest.mark.parametrize("mode", ["nas_to_windows", "windows_to_nas"])
def test_killed_at_random_moments(agent: AgentProcess, mode: str) -> None:
    agent.once()
    source, target = agent.export, agent.windows
    if mode == "windows_to_nas":
        source, target = target, source
    moments = random.Random(mode)
    load = Load(source, seed=len(mode))
    try:
        for _kill in range(KILLS):
            agent.start(mode, "--quiet-period", "0.1")
            time.sleep(moments.uniform(0.1, 0.45))
            agent.stop(signal.SIGKILL)
            for name, content in contents(target).items():
                assert content in load.versions[name], f"{name}: content that nobody wrote"
    finally:
        load.stop()
    agent.start(mode, "--quiet-period", "0.1")
    expected = {name: content for name, content in load.last.items() if content is not None}
    assert contents(source) == expected
    agent.wait_for(lambda: contents(target) == expected)
    assert agent.stop() == 0
    assert list(agent.windows.rglob(".~nas-sync-*")) == []
    assert list((agent.state / "stage").iterdir()) == []
    status = agent.status()
    assert status["conflict_count"] == 0 and status["error_count"] == 0


def test_sigterm_flushes_what_is_complete(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows")
    agent.wait_until_idle()
    for number in range(500):
        (agent.export / f"f{number}").write_text(str(number))
    assert agent.stop(signal.SIGTERM) == 0
    assert {int((agent.windows / f"f{n}").read_text()) for n in range(500)} == set(range(500))
    assert agent.status()["state"] == "stopped"


def test_sigterm_does_not_flush_what_is_open(agent: AgentProcess) -> None:
    agent.once()
    agent.start("nas_to_windows")
    agent.wait_until_idle()
    with (agent.export / "open").open("w") as file:
        file.write("half")
        file.flush()
        time.sleep(0.2)
        assert agent.stop(signal.SIGTERM) == 0
    assert not (agent.windows / "open").exists()
