# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production's files, the servers that are made of them, and production's own paths at the standard ports."""

from __future__ import annotations

import subprocess
import time
import typing as t
from pathlib import Path

import pytest

from ..harness.ports import reserve
from ..module_runner import CHECKOUT, run_module
from .simulator import Simulator

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    nas_topology_info,
    windows_directory,
)

INSTANCE = reserve("production").instance
FILES = CHECKOUT / "tests/unit/plugins/module_utils/_production/files"
Result = dict[str, t.Any]


@pytest.fixture(scope="module")
def production() -> Result:
    """What is made of manifests and of lines of fstab."""
    return run_module(nas_topology_info, manifests=[str(FILES / "list.yaml")], fstab=[str(FILES / "fstab")])


@pytest.fixture(scope="module")
def running(
    simulator: Simulator, production: Result, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[dict[str, t.Any]]:
    """Arguments for the servers, which run."""
    directory = tmp_path_factory.mktemp("production")
    arguments = {
        "topology": {**production["topology"], "instance": INSTANCE},
        "drive_root": str(directory / "drives"),
    }
    run_module(nas_server, state="absent", purge=True, delete_storage=True, **arguments)
    try:
        run_module(windows_directory, registry=str(directory / "registry.json"), **arguments)
        run_module(nas_server, state="started", image=simulator.image, **arguments)
        yield arguments
    finally:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **arguments)


@pytest.mark.parametrize(
    ("nas", "path", "version"),
    [
        ("nas10.halden.example", "/vol/orders_in", 4),
        ("nas20.halden.example", "/vol/in1", 3),
        ("nas20.halden.example", "/vol/in1", 4),
    ],
)
def test_a_file_is_at_productions_path(running: dict[str, t.Any], nas: str, path: str, version: int) -> None:
    (server,) = [each for each in running["topology"]["servers"] if nas in each["aliases"]]
    (export,) = [each for each in server["exports"] if each["path"] == path]
    directory = Path(running["drive_root"], "c/simulator-data", server["name"], export["subdirectory"])
    (directory / f"order-{version}.txt").write_text("first order\n")
    servers = run_module(nas_server_info, servers=[server["name"]], **running)["servers"]
    url = f"nfs://{servers[0]['host']}{path}/order-{version}.txt?version={version}"
    assert until(lambda: read(url), "first order\n") == "first order\n"


def read(url: str) -> str:
    """What a client reads; nothing where it cannot."""
    return subprocess.run(["nfs-cat", url], capture_output=True, text=True, timeout=20, check=False).stdout


def until(look: t.Callable[[], str], wanted: str, tries: int = 60) -> str:
    """Look every half second until what is wanted is there, and return what was seen last."""
    found = look()
    for _ in range(tries):
        if found == wanted:
            break
        time.sleep(0.5)
        found = look()
    return found
