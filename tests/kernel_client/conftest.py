# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One virtual machine for all tests, and each test for each server that NAS_SERVERS names."""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

import pytest

from ..harness.small_machine import image
from ..harness.small_machine.machine import Machine
from .client import Client, Server, as_volumes_say, read_reports
from .machine import nfs_client

# Which servers a test gets through an argument of this name.
CHOICES: dict[str, t.Callable[[Server], bool]] = {
    "server": lambda server: True,
    "writable_server": lambda server: server.writable,
    "read_only_server": lambda server: not server.writable,
    "input_server": lambda server: server.follows_windows,
    "output_server": lambda server: server.followed_by_windows and server.writable,
}
MEASURED = pytest.StashKey[dict[str, float]]()


def _servers() -> list[Server]:
    path = os.environ.get("NAS_SERVERS")
    if not path:
        raise pytest.UsageError("NAS_SERVERS is not set: name a file with nas_server_info's reports")
    servers = read_reports(Path(path))
    files = os.environ.get("NAS_CLIENT_FILES")
    return as_volumes_say(servers, Path(files)) if files else servers


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, wanted in CHOICES.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, [pytest.param(s, id=s.name) for s in _servers() if wanted(s)])


@pytest.fixture(scope="session")
def servers() -> list[Server]:
    return _servers()


@pytest.fixture(scope="session")
def files() -> Path:
    """The directory of files that nas_client_config wrote."""
    if "NAS_CLIENT_FILES" not in os.environ:
        pytest.skip("NAS_CLIENT_FILES is not set: name the directory that nas_client_config wrote")
    return Path(os.environ["NAS_CLIENT_FILES"])


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> dict[str, float]:
    """What is worth telling, in seconds."""
    return request.config.stash.setdefault(MEASURED, {})


@pytest.fixture(scope="session")
def machine(measured: dict[str, float]) -> t.Iterator[Machine]:
    image.prepare()
    started = time.monotonic()
    with nfs_client() as machine:
        measured["boot"] = time.monotonic() - started
        yield machine


@pytest.fixture(scope="session")
def client(machine: Machine, servers: list[Server], measured: dict[str, float]) -> t.Iterator[Client]:
    """The machine with all servers mounted."""
    client = Client(machine, servers)
    client.mount_all()
    yield client
    client.close()
    measured.update(client.seconds)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    measured = config.stash.get(MEASURED, {})
    for what in sorted(measured):
        if what == "boot" or " on all" in what or ": " in what:
            terminalreporter.write_line(f"{what}: {measured[what]:.2f} s")
    if path := os.environ.get("NAS_KERNEL_CLIENT_REPORT"):
        outcomes = {
            report.nodeid.rsplit("::", 1)[-1]: outcome
            for outcome in ("passed", "failed", "error")
            for report in terminalreporter.getreports(outcome)
            if isinstance(report, pytest.TestReport)
        }
        Path(path).write_text(json.dumps({"outcomes": outcomes, "seconds": measured}, indent=2) + "\n")
