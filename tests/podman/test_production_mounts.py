# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's client mounts servers at addresses of their own with production's options: no port, in either version."""

from __future__ import annotations

import os
import shutil
import time
import typing as t
import uuid
from pathlib import Path

import pytest

from ..harness.ports import reserve
from ..harness.small_machine.machine import Failed, Machine
from ..kernel_client.machine import nfs_client
from ..module_runner import run_module
from ..validation.servers import image

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    windows_directory,
)

INSTANCE, PORTS = reserve("production-mounts")
_HIGH, _LOW = divmod(PORTS.start, 256)
FIRST, SECOND = (f"127.{110 + number}.{_HIGH}.{_LOW}" for number in range(2))
NETWORK = "127.110.0.0/15"
TOPOLOGY = {
    "instance": INSTANCE,
    "servers": [
        {
            "name": "nas-input-1",
            "address": FIRST,
            "nfs_versions": [3, 4],
            "sync": {"mode": "two_way"},
            "exports": [{"path": "/vol/in1", "subdirectory": "in1"}, {"path": "/vol/in2", "subdirectory": "in2"}],
        },
        {"name": "nas-output-1", "address": SECOND, "nfs_versions": [3, 4]},
    ],
}
# As production's fstab has them.
MOUNTS = {
    "/mnt/in1-v3": (f"{FIRST}:/vol/in1", "vers=3,nolock"),
    "/mnt/in1-v4": (f"{FIRST}:/vol/in1", "vers=4.1"),
    "/mnt/in2-v3": (f"{FIRST}:/vol/in2", "nfsvers=3,nolock,hard,proto=tcp"),
    "/mnt/in2-v4": (f"{FIRST}:/vol/in2", "nfsvers=4.2,hard"),
    "/mnt/out-v3": (f"{SECOND}:/data", "vers=3,nolock,soft,timeo=100"),
    "/mnt/out-v4": (f"{SECOND}:/data", "vers=4.0"),
}


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Path]:
    """The servers run; the directory of their Windows directories."""
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers run here")
    directory = tmp_path_factory.mktemp("production-mounts")
    arguments = {"drive_root": str(directory / "drives"), "topology": TOPOLOGY}
    gone = {"state": "absent", "purge": True, "delete_storage": True}
    run_module(nas_server, **gone, **arguments)
    try:
        run_module(windows_directory, registry=str(directory / "registry.json"), **arguments)
        run_module(nas_server, state="started", image=image(), **arguments)
        yield directory / "drives" / "c" / "simulator-data"
    finally:
        run_module(nas_server, **gone, **arguments)


@pytest.fixture(scope="module")
def machine(windows: Path) -> t.Iterator[Machine]:
    with nfs_client() as machine:
        machine.run("reach_loopback_of_host", network=NETWORK)
        requests = {
            target: machine.send("mount", source=source, target=target, options=options, limit=60.0)
            for target, (source, options) in MOUNTS.items()
        }
        for number in requests.values():
            machine.wait(number, within=70.0)
        yield machine


def test_all_are_mounted_at_once_without_a_port_option(machine: Machine) -> None:
    mounted = machine.run("mounted")
    assert {target: mounted[target]["source"] for target in MOUNTS} == {
        target: source for target, (source, _options) in MOUNTS.items()
    }
    versions = {target: mounted[target]["options"].split("vers=")[1].split(",")[0] for target in MOUNTS}
    assert versions == {
        "/mnt/in1-v3": "3", "/mnt/in1-v4": "4.1", "/mnt/in2-v3": "3", "/mnt/in2-v4": "4.2",
        "/mnt/out-v3": "3", "/mnt/out-v4": "4.0",
    }  # fmt: skip


def test_all_write_at_once_and_each_version_reads_what_the_other_wrote(machine: Machine) -> None:
    name = uuid.uuid4().hex
    requests = {target: machine.send("put", path=f"{target}/{name}-{target[-2:]}", size=200_000) for target in MOUNTS}
    digests = {target: machine.wait(number, within=60.0) for target, number in requests.items()}
    for target, expected in digests.items():
        other = target[:-2] + {"v3": "v4", "v4": "v3"}[target[-2:]]
        assert machine.run("digest", path=f"{other}/{name}-{target[-2:]}", within=60.0) == expected
    for target in MOUNTS:
        assert sorted(machine.run("names", path=target)) and f"{name}-v3" in machine.run("names", path=target)


def test_what_windows_has_is_seen_and_what_is_written_comes_there(machine: Machine, windows: Path) -> None:
    name = uuid.uuid4().hex
    (windows / "nas-input-1" / "in2" / name).write_text("from Windows")
    deadline = time.monotonic() + 60
    # The kernel's client may look at what it has of the directory for so long.
    while name not in machine.run("names", path="/mnt/in2-v3"):
        assert time.monotonic() < deadline
        time.sleep(1)
    digest = machine.run("put", path=f"/mnt/out-v3/{name}", size=1000)
    assert digest
    _wait_for(windows / "nas-output-1" / name)


@pytest.mark.parametrize("options", ["vers=3,nolock", "vers=4.1"])
def test_directory_below_an_export_is_mounted_as_in_production(machine: Machine, options: str) -> None:
    directory, target = uuid.uuid4().hex, f"/mnt/below-{uuid.uuid4().hex}"
    machine.run("make_directory", path=f"/mnt/in1-v4/{directory}/inner")
    source = f"{FIRST}:/vol/in1/{directory}/inner"
    machine.run("mount", source=source, target=target, options=options, limit=60.0, within=70.0)
    digest = machine.run("put", path=f"{target}/file", size=1000)
    assert machine.run("digest", path=f"/mnt/in1-v4/{directory}/inner/file") == digest


def test_exports_are_kept_apart(machine: Machine) -> None:
    machine.run("put", path="/mnt/in1-v4/only-in-1", size=10)
    assert "only-in-1" not in machine.run("names", path="/mnt/in2-v4")
    devices = {target: machine.run("space", path=target)["device"] for target in MOUNTS}
    assert len(set(devices.values())) == len(MOUNTS), devices


def test_what_is_not_exported_cannot_be_mounted(machine: Machine) -> None:
    for options in ("vers=3,nolock", "vers=4.1"):
        with pytest.raises(Failed):
            machine.run(
                "mount",
                source=f"{FIRST}:/vol/in9",
                target="/mnt/none",
                options=f"{options},retry=0",
                limit=60.0,
                within=70.0,
            )


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.1)
