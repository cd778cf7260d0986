# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real servers with exports, own addresses and NFSv3, as everything that looks at servers tells of them."""

from __future__ import annotations

import os
import shutil
import time
import typing as t
from pathlib import Path

import pytest

from ..harness.ports import reserve
from ..module_runner import run_module
from ..validation.servers import image

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_client_config,
    nas_files_info,
    nas_server,
    nas_server_info,
    nas_validate,
    windows_directory,
)

INSTANCE, PORTS = reserve("exports-seen")
# Loopback addresses go with the ports, which are this process's alone.
_HIGH, _LOW = divmod(PORTS.start, 256)
BOTH, OLD = (f"127.{110 + number}.{_HIGH}.{_LOW}" for number in range(2))
SERVERS: list[dict[str, t.Any]] = [
    {
        "name": "nas01",
        "role": "input",
        "sync": {"mode": "two_way"},
        "address": BOTH,
        "nfs_versions": [3, 4],
        "aliases": ["nas01.corp.example"],
        "exports": [
            {"path": "/vol/in1", "subdirectory": "in1"},
            {"path": "/vol/in2", "subdirectory": "deep/in2", "export_options": "ro,no_root_squash"},
        ],
    },
    {"name": "nas02", "role": "output", "address": OLD, "nfs_versions": [3], "exports": [{"path": "/exports/out"}]},
    {"name": "nas03", "role": "input", "port": PORTS[0], "mount_port": PORTS[1], "nfs_versions": [3, 4]},
]


class Seen:
    """The instance; modules are asked for it with few words."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.arguments: dict[str, t.Any] = {
            "drive_root": str(directory / "drives"),
            "topology": {"instance": INSTANCE, "servers": SERVERS},
        }

    def up(self) -> None:
        run_module(windows_directory, registry=str(self._directory / "registry.json"), **self.arguments)
        run_module(nas_server, state="started", image=image(), **self.arguments)

    def down(self) -> None:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **self.arguments)

    def windows(self, *parts: str) -> Path:
        return self._directory.joinpath("drives", "c", "simulator-data", *parts)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Seen]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers run here")
    instance = Seen(tmp_path_factory.mktemp("seen"))
    instance.down()
    try:
        instance.up()
        yield instance
    finally:
        instance.down()


def test_status_tells_paths_directories_and_how_to_mount(seen: Seen) -> None:
    result = run_module(nas_server_info, **seen.arguments)
    first, old, ports = result["servers"]
    assert [each["state"] for each in result["servers"]] == ["ready"] * 3
    assert [each["path"] for each in first["exports"]] == ["/vol/in1", "/vol/in2"]
    assert first["exports"][1]["windows_directory"] == r"C:\simulator-data\nas01\deep\in2"
    assert first["exports"][1]["local_directory"] == str(seen.windows("nas01", "deep", "in2"))
    assert (first["host"], first["port"], first["mount_port"]) == (BOTH, 2049, 20048)
    assert old["mount_options"] == "nfsvers=3,proto=tcp,mountproto=tcp,nolock,hard"
    assert (ports["port"], ports["mount_port"]) == (PORTS[0], PORTS[1])
    text = "\n".join(result["table"])
    assert f"Mount nas01 with: sudo mount -t nfs4 -o nfsvers=4.1 {BOTH}:/vol/in1 /mnt" in text
    assert f"-o nfsvers=3,port={PORTS[0]},mountport={PORTS[1]},nolock 127.0.0.1:/data /mnt" in text


def test_every_check_passes_where_it_means_something(seen: Seen) -> None:
    limits = {"rest": 3}
    run = run_module(nas_validate, disruptive=True, limits=limits, **seen.arguments)["run"]
    found = {(each["check"], each["server"]): each for each in run["results"]}
    failed = {key: each["detail"] for key, each in found.items() if each["outcome"] == "failed"}
    assert failed == {}
    for check in ("listing", "free_space", "windows_to_nas", "write_cycles", "rest", "fsid"):
        detail = found[check, "nas01"]["detail"]
        assert found[check, "nas01"]["outcome"] == "passed"
        assert "/vol/in1: " in detail and "/vol/in2: " in detail, check
    assert found["read_only", "nas01"]["detail"].startswith("/vol/in2: refuses to write")
    assert found["nas_to_windows", "nas01"]["detail"].startswith("/vol/in1: there after")
    # NFSv3 alone, found by rpcbind's ports or by those of the topology.
    assert found["nas_to_windows", "nas02"]["outcome"] == "passed"
    assert found["listing", "nas02"]["outcome"] == found["listing", "nas03"]["outcome"] == "passed"


def test_files_are_listed_as_they_lie_in_the_windows_directory(seen: Seen) -> None:
    seen.windows("nas01", "in1", "a.txt").write_text("a")
    seen.windows("nas01", "deep", "in2", "b.txt").write_text("b")
    deadline = time.monotonic() + 40
    while True:
        files = run_module(nas_files_info, servers=["nas01"], **seen.arguments)["files"]
        if len(files) == 2 or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert [each["path"] for each in files] == ["deep/in2/b.txt", "in1/a.txt"]


def test_files_for_clients_and_productions_volume(seen: Seen) -> None:
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "orders"},
        "spec": {"mountOptions": ["vers=3"], "nfs": {"server": "nas01.corp.example", "path": "/vol/in2"}},
    }
    record = {
        "kind": "PersistentVolume", "namespace": "", "name": "orders", "file": "pv.yaml", "nas": "nas01.corp.example",
        "server": "nas01", "path": "/vol/in2", "mount_options": ["vers=3"], "object": volume,
    }  # fmt: skip
    result = run_module(nas_client_config, volumes=[record], apply=False, **seen.arguments)
    sources = [line.split()[0] for line in result["files"]["fstab"].splitlines() if not line.startswith("#")]
    assert sources == [f"{BOTH}:/vol/in1", f"{BOTH}:/vol/in2", f"{OLD}:/exports/out", "127.0.0.1:/data"]
    assert result["differences"] == [f"PersistentVolume orders (pv.yaml): server nas01.corp.example is {BOTH}"]
    assert result["volumes"][0]["spec"]["mountOptions"] == ["vers=3"]
