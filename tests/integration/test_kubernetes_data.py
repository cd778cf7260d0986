# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test data on servers in a real cluster: put, waited for, looked at over NFS, and emptied without a restart."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ..module_runner import ModuleFailed, run_module
from .kube import Kube
from .nfs import Nas

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_data,
    nas_files_info,
    nas_sync,
)

INPUT, OUTPUT, BACKUP = "nas-input-2", "nas-output-2", "nas-backup"
Arguments = dict[str, t.Any]


@pytest.fixture
def arguments() -> Arguments:
    given = json.loads(Path(os.environ["NAS_ARGUMENTS"]).read_text())
    names = ("topology", "drive_root", "engine", "kubeconfig", "context", "node_address")
    return {name: given[name] for name in names}


def seen(arguments: Arguments, server: str) -> list[str]:
    found = run_module(nas_files_info, servers=[server], **arguments)["files"]
    return [file["path"] for file in found]


@pytest.fixture
def both(servers: dict[str, Nas], arguments: Arguments) -> t.Iterator[list[str]]:
    """Two servers that may be emptied: what other tests look for is put back."""
    both = [INPUT, OUTPUT]
    before = {server: (servers[server].windows / "before.txt").read_bytes() for server in both}
    yield both
    (servers[INPUT].windows / "before.txt").write_bytes(before[INPUT])
    servers[OUTPUT].write("before.txt", before[OUTPUT])
    run_module(nas_sync, servers=both, **arguments)


def test_a_round_of_a_test(servers: dict[str, Nas], arguments: Arguments, both: list[str]) -> None:
    pods = Kube().uids()
    # What other tests have left there is somebody's.
    run_module(nas_data, servers=both, state="empty", force=True, **arguments)
    assert seen(arguments, INPUT) == seen(arguments, OUTPUT) == []

    orders = {"orders/1.csv": "10", "orders/2.csv": "20", "orders/orders.done": ""}
    run_module(nas_data, servers=[INPUT], state="present", contents=orders, last=["*.done"], **arguments)
    assert seen(arguments, INPUT) == sorted(orders)
    servers[OUTPUT].write("total.csv", b"30")
    run_module(nas_sync, servers=both, **arguments)
    assert (servers[OUTPUT].windows / "total.csv").read_bytes() == b"30"

    (servers[OUTPUT].windows / "own.txt").write_text("a tester's")
    with pytest.raises(ModuleFailed, match=r"own\.txt"):
        run_module(nas_data, servers=both, state="empty", **arguments)
    assert seen(arguments, INPUT) == sorted(orders)
    (servers[OUTPUT].windows / "own.txt").unlink()
    run_module(nas_data, servers=both, state="empty", **arguments)
    assert seen(arguments, INPUT) == seen(arguments, OUTPUT) == []
    for server in both:
        assert [path.name for path in servers[server].windows.iterdir()] == [".file-simulator.json"]
    assert Kube().uids() == pods


def test_server_without_an_agent_says_how_its_files_come(arguments: Arguments) -> None:
    with pytest.raises(ModuleFailed, match="its files come from its Windows directory when its pod starts"):
        run_module(nas_sync, servers=[BACKUP], **arguments)
