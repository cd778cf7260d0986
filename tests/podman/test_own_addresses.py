# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers as production has them: standard ports at addresses of their own, NFSv3 and NFSv4, several exports, all at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import time
import typing as t
from pathlib import Path

import nfs_rs
import pytest

from ..harness.ports import reserve
from ..harness.rpc import Registered, exported, registered
from ..module_runner import ModuleFailed, run_module
from ..validation.servers import image, podman

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_server,
    nas_server_info,
    windows_directory,
)

INSTANCE, PORTS = reserve("own-addresses")
# Loopback addresses go with the ports, which are this process's alone.
_HIGH, _LOW = divmod(PORTS.start, 256)
INPUT, OUTPUT, BESIDE = (f"127.{100 + number}.{_HIGH}.{_LOW}" for number in range(3))
IN1: dict[str, t.Any] = {"path": "/vol/in1", "subdirectory": "in1"}
IN2: dict[str, t.Any] = {"path": "/vol/in2", "subdirectory": "deep/in 2", "export_options": "ro,no_root_squash"}
IN3: dict[str, t.Any] = {"path": "/exports/in3", "subdirectory": "in3"}
NFS3, NFS4, MOUNT3 = (
    Registered(100003, 3, "tcp", 2049),
    Registered(100003, 4, "tcp", 2049),
    Registered(100005, 3, "tcp", 20048),
)


class Instance:
    """An instance with its Windows directories; ``servers`` are the topology's."""

    def __init__(self, name: str, directory: Path, servers: list[dict[str, t.Any]]) -> None:
        self.name, self.directory, self.servers = name, directory, servers

    @property
    def _arguments(self) -> dict[str, t.Any]:
        return {
            "drive_root": str(self.directory / "drives"),
            "topology": {"instance": self.name, "servers": self.servers},
        }

    def apply(self) -> bool:
        """Bring the servers up; whether that changed anything."""
        registry = str(self.directory / "registry.json")
        laid_out = run_module(windows_directory, registry=registry, **self._arguments)
        brought = run_module(nas_server, state="started", purge=True, image=image(), **self._arguments)
        return bool(laid_out["changed"] or brought["changed"])

    def restart(self) -> None:
        """Restart the servers as they are, without laying anything out."""
        run_module(nas_server, state="restarted", image=image(), **self._arguments)

    def servers_found(self) -> list[dict[str, t.Any]]:
        found: list[dict[str, t.Any]] = run_module(nas_server_info, **self._arguments)["servers"]
        return found

    def states(self) -> dict[str, str]:
        return {each["name"]: each["state"] for each in self.servers_found()}

    def remove(self) -> None:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **self._arguments)

    def windows(self, server: str, *parts: str) -> Path:
        return self.directory.joinpath("drives", "c", "simulator-data", server, *parts)


@pytest.fixture
def main(tmp_path: Path) -> t.Iterator[Instance]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers run here")
    servers = [
        {"name": "nas-input-1", "address": INPUT, "nfs_versions": [3, 4], "exports": [IN1, IN2]},
        {"name": "nas-output-1", "address": OUTPUT},
    ]
    instance = Instance(INSTANCE, tmp_path / "main", servers)
    instance.remove()
    try:
        yield instance
    finally:
        instance.remove()


@pytest.fixture
def beside(tmp_path: Path) -> t.Iterator[Instance]:
    servers = [{"name": "nas-input-1", "address": BESIDE, "nfs_versions": [3], "exports": [IN1]}]
    instance = Instance(f"{INSTANCE}-beside", tmp_path / "beside", servers)
    instance.remove()
    try:
        yield instance
    finally:
        instance.remove()


def client(host: str, path: str, version: str = "4.0") -> t.Any:
    # By rpcbind alone would a client of NFSv3 find MOUNT; nfs-rs asks it where no port is named.
    mounted = path if version == "3" else "/"
    return nfs_rs.Client.connect(f"nfs://{host}{mounted}?version={version}&noresvport=true")


def read(nas: t.Any, path: str) -> bytes:
    with nas.open(path, "rb") as stream:
        return bytes(stream.read())


def write(nas: t.Any, path: str, content: bytes) -> None:
    with nas.open(path, "wb") as stream:
        stream.write(content)


def soon(look: t.Callable[[], t.Any], expected: t.Any) -> None:
    deadline = time.monotonic() + 40
    while True:
        found: t.Any = None
        with contextlib.suppress(OSError, nfs_rs.NfsError):
            found = look()
        if found == expected:
            return
        assert time.monotonic() < deadline, f"{found!r} is not {expected!r}"
        time.sleep(0.1)


def answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), 2):
        return True
    return False


def test_exports_versions_and_neighbours(main: Instance, beside: Instance) -> None:
    assert main.apply() and beside.apply()
    assert not main.apply() and not beside.apply()
    assert main.states() == {"nas-input-1": "ready", "nas-output-1": "ready"} and beside.states() == {
        "nas-input-1": "ready"
    }
    for protocol in ("tcp", "udp"):
        assert {NFS3, NFS4, MOUNT3} <= registered(INPUT, protocol=protocol)
        assert {NFS3, MOUNT3} <= registered(BESIDE, protocol=protocol)
    assert NFS4 not in registered(BESIDE)
    assert sorted(exported(INPUT)) == ["/vol/in1", "/vol/in2"]
    assert exported(BESIDE) == ["/vol/in1"]
    assert not answers(OUTPUT, 111) and answers(OUTPUT, 2049)

    for instance, host in ((main, INPUT), (beside, BESIDE)):
        instance.windows("nas-input-1", "in1", "from-windows").write_text(host)
        soon(lambda host=host: read(client(host, "/vol/in1", "3"), "/from-windows"), host.encode())  # type: ignore[misc]
    soon(lambda: read(client(INPUT, "/"), "/vol/in1/from-windows"), INPUT.encode())
    write(client(INPUT, "/"), "/vol/in1/over-v4", b"4")
    write(client(INPUT, "/vol/in1", "3"), "/over-v3", b"3")
    assert read(client(INPUT, "/vol/in1", "3"), "/over-v4") == b"4"
    assert read(client(INPUT, "/"), "/vol/in1/over-v3") == b"3"
    with pytest.raises(OSError):
        write(client(INPUT, "/"), "/vol/in2/refused", b"x")
    with pytest.raises(OSError):
        write(client(INPUT, "/vol/in2", "3"), "/refused", b"x")
    write(client(OUTPUT, "/"), "/data/from-client", b"out")
    soon(main.windows("nas-output-1", "from-client").read_bytes, b"out")

    beside.servers[0]["address"] = INPUT
    with pytest.raises(
        ModuleFailed, match=f"address: {INPUT}:2049 is in use by server nas-input-1 of instance {INSTANCE}"
    ):
        beside.apply()
    beside.servers[0]["address"] = BESIDE
    assert not beside.apply()

    # Another export comes, one goes; what is in the first stays, and its root is the one that clients have.
    root = client(INPUT, "/").stat("/vol/in1").fileid
    main.servers[0]["exports"] = [IN1, IN3]
    assert main.apply() and not main.apply()
    assert sorted(exported(INPUT)) == ["/exports/in3", "/vol/in1"]
    assert client(INPUT, "/").stat("/vol/in1").fileid == root
    # The restarted server lets those who held something take it back first.
    soon(lambda: read(client(INPUT, "/"), "/vol/in1/from-windows"), INPUT.encode())
    assert main.windows("nas-input-1", "deep", "in 2").is_dir(), "what is exported no more is no less a directory"

    # A tester renames the exported directory, and makes another.
    main.windows("nas-input-1", "in3", "old").write_text("old")
    soon(lambda: read(client(INPUT, "/"), "/exports/in3/old"), b"old")
    main.windows("nas-input-1", "in3").rename(main.windows("nas-input-1", "renamed"))
    soon(lambda: client(INPUT, "/").exists("/exports/in3/old"), False)
    main.windows("nas-input-1", "in3").mkdir()
    main.windows("nas-input-1", "in3", "new").write_text("new")
    soon(lambda: read(client(INPUT, "/"), "/exports/in3/new"), b"new")

    # Other versions; the neighbours at their own addresses do not notice, nor when one goes.
    main.servers[0]["nfs_versions"] = [4]
    assert main.apply() and not main.apply()
    assert not answers(INPUT, 111) and not answers(INPUT, 20048)
    assert {NFS3, MOUNT3} <= registered(BESIDE) and answers(OUTPUT, 2049)
    main.servers[0]["nfs_versions"] = [3]
    assert main.apply() and not main.apply()
    assert NFS4 not in registered(INPUT) and sorted(exported(INPUT)) == ["/exports/in3", "/vol/in1"]
    main.servers.pop(1)
    assert main.apply()
    assert sorted(exported(INPUT)) == ["/exports/in3", "/vol/in1"]
    assert read(client(INPUT, "/vol/in1", "3"), "/from-windows") == INPUT.encode()
    main.remove()
    assert exported(BESIDE) == ["/vol/in1"] and beside.states() == {"nas-input-1": "ready"}
    assert read(client(BESIDE, "/vol/in1", "3"), "/from-windows") == BESIDE.encode()


def test_port_that_another_program_has_is_one_clear_line(main: Instance) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind((INPUT, 111))
        with pytest.raises(ModuleFailed) as refusal:
            main.apply()
    message = str(refusal.value)
    assert f"server nas-input-1: address: {INPUT}:111/udp is in use by python" in message, message
    assert message.endswith("; stop that, or give the server a port instead of its address")
    assert podman("pod", "ps", "--filter", f"label=file-simulator.instance={INSTANCE}", "--quiet").strip() == ""


def test_nfsv3_at_ports_of_the_listen_address(main: Instance) -> None:
    port, mount_port = PORTS[0], PORTS[1]
    main.servers = [{"name": "nas-input-1", "port": port, "mount_port": mount_port, "nfs_versions": [3, 4]}]
    assert main.apply() and not main.apply()
    assert main.states() == {"nas-input-1": "ready"}
    url = f"nfs://127.0.0.1/data?version=3&nfsport={port}&mountport={mount_port}&noresvport=true"
    write(nfs_rs.Client.connect(url), "/over-v3", b"3")
    main.servers[0].pop("mount_port")
    assert not main.apply(), "what is chosen is what it has"
    main.servers[0]["nfs_versions"] = [4]
    assert main.apply()
    assert not answers("127.0.0.1", mount_port)


def test_rpcbind_that_has_died_is_noticed_and_mended(main: Instance) -> None:
    """Mounts that stand go on without it, and so does NFSv4; nobody can mount by NFSv3 any more."""
    main.servers.pop()
    assert main.apply()
    server = podman(
        "ps", "--filter", f"label=file-simulator.instance={INSTANCE}", "--filter", "name=nfs-server", "--quiet"
    )
    processes = dict(reversed(line.split()) for line in podman("top", server.strip(), "hpid", "comm").splitlines()[1:])
    os.kill(int(processes["rpcbind"]), signal.SIGKILL)
    soon(lambda: answers(INPUT, 111), False)
    (found,) = main.servers_found()
    assert found["state"] != "ready" and f"{INPUT}:111" in found["problem"], found
    assert main.apply() and not main.apply()
    assert main.states() == {"nas-input-1": "ready"}
    assert sorted(exported(INPUT)) == ["/vol/in1", "/vol/in2"]


def test_servers_of_every_kind_have_their_exports_whatever_becomes_of_these_in_windows(main: Instance) -> None:
    kinds: dict[str, dict[str, t.Any]] = {
        "nas-input-1": {},
        "nas-input-2": {"sync": {"mode": "two_way"}, "storage": {"type": "persistent"}},
        "nas-input-3": {"sync": {"mode": "none"}},
        "nas-backup": {},
        "nas-output-1": {"storage": {"type": "persistent"}},
    }
    main.servers = [
        {"name": name, "port": PORTS[number], "exports": [IN1, IN2], **fields}
        for number, (name, fields) in enumerate(kinds.items())
    ]
    # Ready is who answers for each export.
    ready = dict.fromkeys(kinds, "ready")
    assert main.apply() and main.states() == ready
    for name in kinds:
        main.windows(name, "in1", "file").write_text("x")
        shutil.rmtree(main.windows(name, "deep"))
    main.restart()
    assert main.states() == ready
    for name in kinds:
        shutil.rmtree(main.windows(name, "in1"), ignore_errors=True)
    main.restart()
    assert main.states() == ready
    assert main.apply(), "the layout brings them back"
    assert all(main.windows(name, "deep", "in 2").is_dir() for name in kinds)
    assert not main.apply() and main.states() == ready
