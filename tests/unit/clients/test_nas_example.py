# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example workload on directories that stand for mounts: its work, and when its probes fail."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[3] / "roles/nas_clients/files/nas_example.py"
spec = importlib.util.spec_from_file_location("nas_example", PROGRAM)
assert spec and spec.loader
nas_example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(nas_example)

READ, WRITE = ["nas-input-1", "nas-backup"], ["nas-output-1"]


class World:
    """Directories for servers, and what the kernel would say of them."""

    def __init__(self, root: Path) -> None:
        self.root = root / "nas"
        self.mountinfo = root / "mountinfo"
        for name in READ + WRITE:
            (self.root / name).mkdir(parents=True)
        (self.root / "nas-input-1" / "order.txt").write_text("first order")
        self.mounted(*READ, *WRITE)
        self.environment = {
            **os.environ,
            "NAS_ROOT": str(self.root),
            "NAS_READ": ",".join(READ),
            "NAS_WRITE": ",".join(WRITE),
            "NAS_STATE": str(root / "state"),
            "NAS_MOUNTINFO": str(self.mountinfo),
            "NAS_INTERVAL": "0.05",
            "NAS_PATIENCE": "1",
        }

    def mounted(self, *names: str) -> None:
        part = self.mountinfo.with_name("part")
        part.write_text("".join(f"27 1 0:23 / {self.root}/{name} rw - nfs4 10.0.0.7:/data rw\n" for name in names))
        part.replace(self.mountinfo)

    def ask(self, question: str) -> tuple[int, str]:
        command = [sys.executable, str(PROGRAM), question]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout.strip()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def running(world: World) -> t.Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(PROGRAM), "run"]
    with subprocess.Popen(command, env=world.environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_not_ready_before_it_runs(world: World) -> None:
    status, said = world.ask("ready")
    assert status == 1
    assert said.startswith("nas-input-1 FAILED: no success yet; nas-backup FAILED")
    assert world.ask("alive") == (1, "it has stopped working")


def test_works_and_says_so(world: World, running: subprocess.Popen[str]) -> None:
    until(lambda: world.ask("ready") == (0, "well"))
    until(lambda: world.ask("alive") == (0, "well"))
    (world.root / "nas-input-1" / "later.txt").write_text("second")
    result = world.root / "nas-output-1" / "nas-example.json"
    until(lambda: json.loads(result.read_text())["inputs"].get("nas-input-1", {}).get("files") == 2)
    assert json.loads(result.read_text())["inputs"]["nas-input-1"]["bytes"] == len("first ordersecond")
    assert running.stdout
    log = running.stdout
    # A round tells of what was done before it, so the words may come a round after the result.
    until(lambda: "nas-input-1 2 files; nas-backup 0 files; nas-output-1 written" in log.readline())
    running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 0


@pytest.mark.parametrize("name", READ + WRITE)
def test_mount_that_is_missing_fails_the_probe(world: World, running: subprocess.Popen[str], name: str) -> None:
    until(lambda: world.ask("ready")[0] == 0)
    world.mounted(*({*READ, *WRITE} - {name}))
    until(lambda: world.ask("ready")[0] == 1)
    assert world.ask("ready")[1].startswith(f"{name} FAILED: no success for ")
    assert world.ask("alive")[0] == 0
    world.mounted(*READ, *WRITE)
    until(lambda: world.ask("ready")[0] == 0)


@pytest.mark.parametrize("name", READ + WRITE)
def test_mount_that_is_broken_fails_the_probe(world: World, running: subprocess.Popen[str], name: str) -> None:
    """As a stale handle does: the directory is there for the kernel, and nothing can be done in it."""
    until(lambda: world.ask("ready")[0] == 0)
    (world.root / name).rename(world.root / "elsewhere")
    until(lambda: world.ask("ready")[0] == 1)
    assert world.ask("ready")[1].startswith(f"{name} FAILED")


def test_mount_that_hangs_fails_the_probe_and_stops_nobody_else(world: World) -> None:
    """A hard mount whose server is dead never answers; a pipe that nobody writes to does as well."""
    fifo = world.root / "nas-output-1" / f".{nas_example.RESULT}.{os.uname().nodename}"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), "run"], env=world.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        time.sleep(1.5)
        status, said = world.ask("ready")
        assert (status, said) == (1, "nas-output-1 FAILED: no success yet")
        assert world.ask("alive")[0] == 0
        process.terminate()
        assert process.wait(10) == 0


def test_what_is_mounted(tmp_path: Path) -> None:
    text = (
        "25 1 0:22 / /nas/a rw,relatime - nfs 10.0.0.7:/data rw,vers=3\n"
        "26 1 0:23 / /nas/b rw,relatime shared:1 - nfs4 10.0.0.7:/data rw\n"
        "27 1 0:24 / /nas/c rw - ext4 /dev/sda1 rw\n"
    )
    assert [nas_example.is_nfs(Path("/nas", name), text) for name in "abcd"] == [True, True, False, False]


def test_input_that_goes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("x")

    def gone(path: Path) -> bytes:
        raise FileNotFoundError(path)

    monkeypatch.setattr(nas_example.Path, "read_bytes", gone)
    assert nas_example.read_input(tmp_path)["bytes"] == 0


def test_wrong_call(world: World) -> None:
    assert world.ask("what")[0] == 2
