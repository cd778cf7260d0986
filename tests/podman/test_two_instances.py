# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two instances whose ports nobody chose: made at the same moment, and one of them taken away without the other."""

from __future__ import annotations

import json
import multiprocessing
import typing as t
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nfs_rs
import pytest

from ..harness.ports import reserve
from ..module_runner import run_module
from ..validation.servers import podman
from .simulator import Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_choice import CHOICES  # isort: skip
from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    windows_directory,
)

NAME = reserve("two-instances").instance
FIRST, SECOND = f"{NAME}-a", f"{NAME}-b"
SERVERS = ("nas-input-1", "nas-output-1")
Arguments = dict[str, t.Any]


def started(arguments: Arguments) -> dict[str, t.Any]:
    """In a process of its own, as Ansible runs a module."""
    return run_module(nas_server, state="started", **arguments)


def ports(arguments: Arguments) -> dict[str, int]:
    """The ports of servers that answer."""
    reports = run_module(nas_server_info, **place(arguments))["servers"]
    assert [each["state"] for each in reports] == ["ready"] * len(SERVERS), reports
    return {each["name"]: each["port"] for each in reports}


def place(arguments: Arguments) -> Arguments:
    return {name: arguments[name] for name in ("topology", "drive_root")}


def left(instance: str) -> list[str]:
    label = ("--format", "json", "--filter", f"label=file-simulator.instance={instance}")
    shown = [json.loads(podman(*kind, *label) or "[]") for kind in (("pod", "ps"), ("volume", "ls"), ("network", "ls"))]
    return [str(each.get("Name") or each.get("name")) for kind in shown for each in kind]


@pytest.fixture
def instances(simulator: Simulator, tmp_path: Path) -> t.Iterator[tuple[Arguments, Arguments]]:
    """Arguments for both of them, with their Windows directories laid out."""
    both = []
    for instance in (FIRST, SECOND):
        topology = {"instance": instance, "servers": [{"name": name, "port": "auto"} for name in SERVERS]}
        arguments = {"topology": topology, "drive_root": str(tmp_path / instance), "image": simulator.image}
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **place(arguments))
        run_module(windows_directory, registry=str(tmp_path / "registry.json"), **place(arguments))
        both.append(arguments)
    yield both[0], both[1]
    for arguments in both:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **place(arguments))


def test_both_start_at_once_on_ports_of_their_own(instances: tuple[Arguments, Arguments]) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        done = list(pool.map(started, instances))
    assert all(each["changed"] for each in done)
    first, second = map(ports, instances)
    assert len({*first.values(), *second.values()}) == 2 * len(SERVERS)
    assert {*first.values(), *second.values()} <= set(CHOICES)
    # What is there stays as it is, and the servers stay where they are.
    assert not any(started(arguments)["changed"] for arguments in instances)
    assert [ports(arguments) for arguments in instances] == [first, second]

    clients = [
        nfs_rs.Client.connect(f"nfs://127.0.0.1/?version=4.0&nfsport={each['nas-output-1']}&noresvport=true")
        for each in (first, second)
    ]
    with clients[0].open("/data/of-the-first.txt", "wb") as stream:
        stream.write(b"first\n")
    assert "of-the-first.txt" not in clients[1].listdir("/data")

    run_module(nas_server, state="absent", purge=True, delete_storage=True, **place(instances[0]))
    assert left(FIRST) == []
    assert ports(instances[1]) == second
    assert clients[1].listdir("/data") is not None
