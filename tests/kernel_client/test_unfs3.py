# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options for servers with nfs_server: unfs3, on a real unfsd (NFSv3, no rpcbind, no locks).

Debian has no package of it. NAS_UNFSD names the program where it is not on the PATH; without it, these tests are skipped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import typing as t

import pytest

from ..harness.ports import reserve
from ..harness.small_machine.machine import Machine
from ..module_runner import CHECKOUT
from .client import from_inside

from ansible_collections.file_simulator.nas.plugins.module_utils._server import unfs3 as _unfs3  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import endpoints  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, volume  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology  # isort: skip

OPERATIONS = [
    "write_and_read",
    "append",
    "rename_over",
    "directories",
    "exclusive_create",
    "large_file",
    "change_owner",
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, t.Any]]:
    """The spec of the PersistentVolume of a server that runs."""
    program = os.environ.get("NAS_UNFSD") or shutil.which("unfsd")
    if not program:
        pytest.skip("unfsd is not here: Debian has no package of unfs3, and NAS_UNFSD names none")
    port, directory = reserve("unfs3").ports.start, tmp_path_factory.mktemp("export")
    entry = {"name": "nas-output-1", "port": port, "nfs_server": "unfs3"}
    server = read_topology({"servers": [entry]}).servers[0]
    exports = directory.with_name("exports")
    exports.write_text(_unfs3.render_exports(server, clients=()).replace("/data", str(directory), 1))
    (directory / "before.txt").write_text("x")
    command = [program, "-d", "-p", "-t", "-n", str(port), "-m", str(port), "-l", "127.0.0.1", "-e", str(exports)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            report = {"name": server.name, "host": "127.0.0.1", "port": port, "cluster": None}
            known = endpoints([server], [report], server_address=None, actimeo=1, guess=False)[0]
            spec = volume(known, "orders", Naming("file-simulator", "file-simulator"))["spec"]
            # The image links /data to the export; this program serves the directory as it is called.
            yield {**spec, "nfs": {**spec["nfs"], "path": str(directory)}}
        finally:
            process.terminate()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < deadline, "unfsd does not listen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def mounted(machine: Machine, served: dict[str, t.Any]) -> t.Iterator[dict[str, str]]:
    """Two mounts with exactly the volume's options, the second with caches of its own."""
    source = f"{from_inside(served['nfs']['server'])}:{served['nfs']['path']}"
    options = ",".join(served["mountOptions"])
    machine.run("mount", source=source, target="/unfs3/here", options=options, limit=20.0)
    machine.run("mount", source=source, target="/unfs3/there", options=f"{options},nosharecache,noac", limit=20.0)
    yield {"here": "/unfs3/here", "there": "/unfs3/there"}
    for target in ("/unfs3/here", "/unfs3/there"):
        machine.run("unmount", target=target)


def test_options_in_force(machine: Machine, mounted: dict[str, str], served: dict[str, t.Any]) -> None:
    options = machine.run("mounted")[mounted["here"]]["options"].split(",")
    assert {"vers=3", "proto=tcp", "mountproto=tcp", "hard", "acdirmax=1"} <= set(options)
    port = next(option for option in served["mountOptions"] if option.startswith("port="))
    assert {port, f"mount{port}"} <= set(options)
    assert machine.run("names", path=mounted["here"]) == ["before.txt"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation(machine: Machine, mounted: dict[str, str], operation: str) -> None:
    machine.run(operation, within=60.0, **mounted)
