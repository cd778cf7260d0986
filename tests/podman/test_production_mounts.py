# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production's lines of fstab, as they are, mounted by the kernel's client: by production's names, no port, either version.

The topology is made of these lines, and the names come from a hosts file that the role hosts_file wrote.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import typing as t
import uuid
from pathlib import Path

import pytest

from ..harness.playing import play
from ..harness.ports import reserve
from ..harness.small_machine.machine import Failed, Machine
from ..kernel_client.machine import nfs_client
from ..module_runner import run_module
from ..validation.servers import image

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_topology_info,
    windows_directory,
)

INSTANCE, PORTS = reserve("production-mounts")
_HIGH, _LOW = divmod(PORTS.start, 256)
ADDRESSES = {"nas01": f"127.110.{_HIGH}.{_LOW}", "nas02": f"127.111.{_HIGH}.{_LOW}"}
NETWORK = "127.110.0.0/15"
FIRST, SECOND = "nas01.corp.example", "nas02.corp.example"
FSTAB = f"""\
{FIRST}:/vol/in1  /mnt/in1-v3  nfs   vers=3,nolock                      0 0
{FIRST}:/vol/in1  /mnt/in1-v4  nfs   vers=4.1                           0 0
{FIRST}:/vol/in2  /mnt/in2-v3  nfs   nfsvers=3,nolock,hard,proto=tcp    0 0
{FIRST}:/vol/in2  /mnt/in2-v4  nfs4  minorversion=0,hard                0 0
{SECOND}:/data    /mnt/out-v3  nfs   vers=3,nolock,soft,timeo=100       0 0
{SECOND}:/data    /mnt/out-v4  nfs   vers=4.0                           0 0
"""
SOURCES = {line.split()[1]: line.split()[0] for line in FSTAB.splitlines()}


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Path]:
    """The servers run; the directory of their Windows directories."""
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers run here")
    directory = tmp_path_factory.mktemp("production-mounts")
    (directory / "fstab").write_text(FSTAB)
    made = run_module(nas_topology_info, fstab=[str(directory / "fstab")])["topology"]
    # Two runs of this test are to have addresses of their own; else these come from the servers' names.
    servers = [{**server, "address": ADDRESSES[server["name"]]} for server in made["servers"]]
    arguments = {"drive_root": str(directory / "drives"), "topology": {"instance": INSTANCE, "servers": servers}}
    gone = {"state": "absent", "purge": True, "delete_storage": True}
    run_module(nas_server, **gone, **arguments)
    try:
        run_module(windows_directory, registry=str(directory / "registry.json"), **arguments)
        run_module(nas_server, state="started", image=image(), **arguments)
        write_hosts_file(directory, arguments)
        yield directory / "drives" / "c" / "simulator-data"
    finally:
        run_module(nas_server, **gone, **arguments)


def write_hosts_file(directory: Path, arguments: dict[str, t.Any]) -> None:
    """Have the role write the servers' names into a file of the test's own."""
    hosts = directory / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    played = play(
        directory,
        [{"ansible.builtin.include_role": {"name": "file_simulator.nas.hosts_file"}}],
        "--extra-vars",
        json.dumps(
            {
                "ansible_connection": "local",
                "ansible_become": False,
                "ansible_python_interpreter": sys.executable,
                "hosts_file_topology": arguments["topology"],
                "hosts_file_drive_root": arguments["drive_root"],
                "hosts_file_path": str(hosts),
                "hosts_file_windows": False,
            }
        ),
    )
    assert played.well, played.out


@pytest.fixture(scope="module")
def machine(windows: Path) -> t.Iterator[Machine]:
    with nfs_client() as machine:
        machine.run("reach_loopback_of_host", network=NETWORK)
        machine.run("know_names", hosts=(windows.parents[2] / "hosts").read_text())
        machine.run("mount_fstab", text=FSTAB, limit=200.0, within=210.0)
        yield machine


def test_all_are_mounted_at_once_without_a_port_option(machine: Machine) -> None:
    mounted = machine.run("mounted")
    assert {target: mounted[target]["source"] for target in SOURCES} == SOURCES
    versions = {target: mounted[target]["options"].split("vers=")[1].split(",")[0] for target in SOURCES}
    assert versions == {
        "/mnt/in1-v3": "3", "/mnt/in1-v4": "4.1", "/mnt/in2-v3": "3", "/mnt/in2-v4": "4.0",
        "/mnt/out-v3": "3", "/mnt/out-v4": "4.0",
    }  # fmt: skip


def test_programs_of_a_client_find_what_is_served(machine: Machine) -> None:
    """``rpcinfo`` and ``showmount``, Debian's, as an administrator types them."""
    shown = machine.run("say", command=["/sbin/showmount", "-e", FIRST], limit=60.0, within=70.0)
    assert [line.split()[0] for line in shown.splitlines()[1:]] == ["/vol/in1", "/vol/in2"]
    registered = machine.run("say", command=["/bin/rpcinfo", "-p", FIRST], limit=60.0, within=70.0)
    found = {tuple(line.split()[:4]) for line in registered.splitlines()[1:]}
    assert {("100003", "3", "tcp", "2049"), ("100005", "3", "tcp", "20048"), ("100000", "2", "tcp", "111")} <= found
    null = machine.run("say", command=["/bin/rpcinfo", "-T", "tcp", FIRST, "nfs", "3"], limit=60.0, within=70.0)
    assert "ready and waiting" in null


def test_all_write_at_once_and_each_version_reads_what_the_other_wrote(machine: Machine) -> None:
    name = uuid.uuid4().hex
    requests = {target: machine.send("put", path=f"{target}/{name}-{target[-2:]}", size=200_000) for target in SOURCES}
    digests = {target: machine.wait(number, within=60.0) for target, number in requests.items()}
    for target, expected in digests.items():
        other = target[:-2] + {"v3": "v4", "v4": "v3"}[target[-2:]]
        assert machine.run("digest", path=f"{other}/{name}-{target[-2:]}", within=60.0) == expected
    for target in SOURCES:
        assert sorted(machine.run("names", path=target)) and f"{name}-v3" in machine.run("names", path=target)


def test_what_windows_has_is_seen_and_what_is_written_comes_there(machine: Machine, windows: Path) -> None:
    name = uuid.uuid4().hex
    (windows / "nas01" / "in2" / name).write_text("from Windows")
    deadline = time.monotonic() + 60
    # The kernel's client may look at what it has of the directory for so long.
    while name not in machine.run("names", path="/mnt/in2-v3"):
        assert time.monotonic() < deadline
        time.sleep(1)
    digest = machine.run("put", path=f"/mnt/out-v3/{name}", size=1000)
    assert digest
    _wait_for(windows / "nas02" / "data" / name)


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
    devices = {target: machine.run("space", path=target)["device"] for target in SOURCES}
    assert len(set(devices.values())) == len(SOURCES), devices


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


def test_highest_version_is_4_1(machine: Machine) -> None:
    """In 4.2, clients whose kernel asks with READ_PLUS would read zeros; whoever names no version gets 4.1."""
    source = f"{FIRST}:/vol/in1"
    with pytest.raises(Failed):
        machine.run("mount", source=source, target="/mnt/v42", options="vers=4.2,retry=0", limit=60.0, within=70.0)
    machine.run("mount", source=source, target="/mnt/any", options="hard", limit=60.0, within=70.0)
    assert "vers=4.1" in machine.run("mounted")["/mnt/any"]["options"].split(",")


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.1)
