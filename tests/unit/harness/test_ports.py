# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two test runs, or a test run and a simulator in use, never have a port in common."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ...harness import ports
from ...module_runner import CHECKOUT


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_LOCKS", tmp_path / "locks")
    monkeypatch.setattr(ports, "_RECORDS", tmp_path / "records")


def test_two_runs_have_nothing_in_common() -> None:
    first, second = ports.reserve("a"), ports.reserve("a")
    assert not set(first.ports) & set(second.ports)
    assert first.instance != second.instance


def test_a_port_in_use_is_left_alone() -> None:
    taken = ports.reserve("a").ports.stop
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken + 3))
        other.listen()
        assert taken + 3 not in ports.reserve("b").ports


def test_the_next_run_of_a_checkout_finds_what_an_interrupted_one_left(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.reserve("a")
    for lock in ports._HELD:  # what the end of the process does
        ports.os.close(lock)
    monkeypatch.setattr(ports, "_HELD", [])
    with socket.socket() as left:
        left.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        left.bind(("127.0.0.1", first.ports.start))
        left.listen()
        assert ports.reserve("a") == first


def test_a_command_has_them_in_its_environment() -> None:
    say = "import os; print(os.environ['NAS_TEST_INSTANCE'], os.environ['NAS_TEST_FIRST_PORT'])"
    command = [sys.executable, "-m", "tests.harness.ports", "unit", sys.executable, "-c", say]
    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == f"unit-{said[1]}"
