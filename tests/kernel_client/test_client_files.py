# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nas_client_config wrote is read back, format by format, and mounted from by the Linux kernel's client."""

from __future__ import annotations

import json
import re
import shlex
import time
import typing as t
import uuid
from pathlib import Path

import pytest
import yaml

from ..harness.small_machine.machine import Failed
from .client import Client, Server, from_inside

CHECKOUT = Path(__file__).resolve().parents[2]
Facts = dict[str, dict[str, t.Any]]


def read_env(text: str, names: list[str]) -> Facts:
    """Return what a shell would have in its variables."""
    found = dict(word.split("=", 1) for word in shlex.split(text, comments=True))
    assert found["NAS_SERVERS"].split(",") == names
    assert int(found["NAS_COUNT"]) == len(names)
    keys = ("HOST", "PORT", "PATH", "MOUNT_OPTIONS")
    return {name: {key: found[f"{name.upper().replace('-', '_')}_{key}"] for key in keys} for name in names}


def read_mapping(known: t.Any) -> Facts:
    assert known["count"] == len(known["servers"])
    keys = {"host": "HOST", "port": "PORT", "path": "PATH", "mountOptions": "MOUNT_OPTIONS"}
    return {name: {keys[key]: facts[key] for key in keys} for name, facts in known["servers"].items()}


def read_appsettings(text: str) -> Facts:
    section = json.loads(text)["FileSimulator"]["Nas"]
    known = {"count": section["Count"], "servers": {}}
    for name, facts in section["Servers"].items():
        known["servers"][name] = {key[0].lower() + key[1:]: value for key, value in facts.items()}
    return read_mapping(known)


READERS: dict[str, t.Callable[[str, list[str]], Facts]] = {
    "endpoints.env": read_env,
    "endpoints.json": lambda text, _names: read_mapping(json.loads(text)),
    "endpoints.yaml": lambda text, _names: read_mapping(yaml.safe_load(text)),
    "appsettings.json": lambda text, _names: read_appsettings(text),
}


@pytest.mark.parametrize("name", READERS)
def test_mounted_from_addresses(client: Client, files: Path, servers: list[Server], name: str) -> None:
    facts = READERS[name]((files / name).read_text(), [server.name for server in servers])
    assert set(facts) == {server.name for server in servers}
    targets = {}
    for server in servers:
        known = facts[server.name]
        assert f"port={known['PORT']}" in known["MOUNT_OPTIONS"].split(",")
        targets[server.name] = f"/more/{uuid.uuid4().hex}"
        source = f"{from_inside(known['HOST'])}:{known['PATH']}"
        options = known["MOUNT_OPTIONS"]
        client.run(server, "mount", source=source, target=targets[server.name], options=options, limit=20.0)
    check_and_unmount(client, servers, targets)


def test_mounted_from_fstab(client: Client, files: Path, servers: list[Server]) -> None:
    lines = []
    for line in (files / "fstab").read_text().splitlines():
        source, target, *rest = line.split() if not line.startswith("#") else ("", "", line)
        host, _colon, path = source.rpartition(":")
        if host:
            line = " ".join([f"{from_inside(host)}:{path}", target.replace("/mnt/", "/fstab/"), *rest])
        lines.append(line)
    client.machine.run("mount_fstab", text="\n".join(lines) + "\n", limit=60.0, within=70.0)
    check_and_unmount(client, servers, {server.name: f"/fstab/{server.name}" for server in servers}, read_only=True)


def test_mounted_by_the_script(client: Client, files: Path, servers: list[Server]) -> None:
    text = re.sub(
        r" (\S+):/data$", lambda match: f" {from_inside(match[1])}:/data", (files / "mount.sh").read_text(), flags=re.M
    )
    # The second time there is nothing to do, and nothing is mounted over.
    for _time in range(2):
        client.machine.run("run_script", text=text, argument="/by script", limit=60.0, within=70.0)
    # The kernel writes a blank as \040.
    targets = {server.name: f"/by script/{server.name}" for server in servers}
    check_and_unmount(client, servers, targets, read_only=True)


def check_and_unmount(
    client: Client, servers: list[Server], targets: dict[str, str], *, read_only: bool = False
) -> None:
    """Check that each mount is the server's that it ought to be."""
    mounted = client.machine.run("mounted")
    for server in servers:
        target = targets[server.name]
        mount = mounted[target.replace(" ", "\\040")]
        assert mount["fsid"] == mounted[client.here(server)]["fsid"]
        names = client.run(server, "names", path=target)
        assert names == client.run(server, "names", path=client.here(server))
        if read_only and not server.writable:
            with pytest.raises(Failed, match="Read-only file system"):
                client.run(server, "put", path=f"{target}/new", size=1)
        client.run(server, "unmount", target=target)
    after = client.machine.run("mounted")
    assert not [target for target in targets.values() if target.replace(" ", "\\040") in after]


@pytest.fixture
def example(client: Client, servers: list[Server]) -> t.Iterator[dict[str, str]]:
    """The example workload, running with the volumes' mounts as nobody in particular; its environment."""
    environment = {
        "NAS_ROOT": "/mnt",
        "NAS_STATE": "/tmp/nas-example",
        "NAS_READ": ",".join(server.name for server in servers if server.role != "output"),
        "NAS_WRITE": ",".join(server.name for server in servers if server.role == "output"),
        "NAS_INTERVAL": "0.5",
        "NAS_PATIENCE": "5",
        "PATH": "/bin",
    }
    text = (CHECKOUT / "roles/nas_clients/files/nas_example.py").read_text()
    client.machine.run("start_program", text=text, environment=environment, state="/tmp/nas-example")
    yield environment
    assert client.machine.run("end_program", limit=10.0) == 0


def ask_until(client: Client, environment: dict[str, str], status: int, within: float) -> str:
    deadline = time.monotonic() + within
    while True:
        found = client.machine.run("ask_program", question="ready", environment=environment)
        if found["status"] == status:
            return str(found["said"])
        assert time.monotonic() < deadline, (found, client.machine.run("program_log")[-5:])
        time.sleep(0.2)


def unmount_between_rounds(client: Client, server: Server) -> None:
    """Unmount a server that the program uses every half second: while it does, the mount is busy."""
    deadline = time.monotonic() + 20
    while True:
        try:
            client.run(server, "unmount", target=client.here(server))
            return
        except Failed:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_example_workload(client: Client, servers: list[Server], example: dict[str, str]) -> None:
    """It reads and writes all servers at once without being root, and its probe fails as soon as one mount does."""
    outputs = [server for server in servers if server.role == "output"]
    for server in outputs:
        client.remember(client.here(server, "nas-example.json"))
    ask_until(client, example, 0, within=30)
    deadline = time.monotonic() + 30
    while not all((server.windows / "nas-example.json").exists() for server in outputs):
        assert time.monotonic() < deadline, "the results do not reach Windows"
        time.sleep(0.2)
    result = json.loads((outputs[0].windows / "nas-example.json").read_text())
    assert set(result["inputs"]) == {server.name for server in servers} - {server.name for server in outputs}
    assert all(found["files"] for found in result["inputs"].values())
    lines = client.machine.run("program_log")
    words = r"(\S+ (\d+ files|written)(; |$))"
    assert re.fullmatch(rf"round \d+: {words}{{{len(servers)}}}", lines[-1]), lines[-1]
    victim = outputs[-1]
    mounts = client.machine.run("mounted")
    unmount_between_rounds(client, victim)
    try:
        said = ask_until(client, example, 1, within=30)
        assert said.startswith(f"{victim.name} FAILED: no success for ")
        assert client.machine.run("ask_program", question="alive", environment=example)["status"] == 0
    finally:
        target, options = client.here(victim), victim.mount_options
        client.run(victim, "mount", source=mounts[target]["source"], target=target, options=options, limit=20.0)
    ask_until(client, example, 0, within=30)
