# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on purpose in a real cluster: an ephemeral container makes them, and the pod stays what it is."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
import typing as t
from pathlib import Path

import nfs_rs
import pytest

from ..integration.nfs import eventually
from ..module_runner import ModuleFailed, run_module
from ..podman.test_faults import all_well, error_of, operations, overwrite, tried, write
from .cluster_server import PORT, SERVER, ClusterServer

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_fault,
    nas_fault_info,
    nas_server_info,
)

# Longer than it takes a kubelet to restart a container whose probe fails.
PATIENCE = 50


class Broken(ClusterServer):
    """A server, and its faults."""

    def on(self, fault: str, **options: t.Any) -> dict[str, t.Any]:
        return run_module(nas_fault, fault=fault, **self._place(), **options)

    def off(self) -> bool:
        return bool(run_module(nas_fault, state="absent", **self._place())["changed"])

    def known(self) -> list[str]:
        (server,) = run_module(nas_fault_info, **self._place())["servers"]
        return [each["fault"] for each in server["faults"]]

    def report(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = run_module(nas_server_info, **self._place())["servers"][0]
        return found

    def _place(self) -> dict[str, t.Any]:
        places = {name: value for name, value in self.cluster.items() if name != "wait_timeout"}
        return {"topology": self.topology(), "servers": [SERVER], "drive_root": str(self.drives), **places}

    def client(self) -> t.Any:
        return nfs_rs.Client.connect(f"nfs://127.0.0.1/?version=4.0&nfsport={PORT}&noresvport=true&uid=0&gid=0")


@pytest.fixture(scope="module")
def server(node: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Broken]:
    server = Broken(
        tmp_path_factory.mktemp("faults"), node["image"], node["kubeconfig"], node["context"], persistent=False
    )
    server.clear()
    try:
        server.up()
        yield server
    finally:
        server.clear()


@pytest.fixture
def client(server: Broken) -> t.Iterator[t.Any]:
    server.up()
    client = server.client()
    for name in client.listdir("/data"):
        path = f"/data/{name}"
        client.rmdir(path) if client.stat(path).type == nfs_rs.FileType.DIRECTORY else client.unlink(path)
    write(client, "/data/there", b"whole")
    yield client
    server.off()
    client.close()


def helpers() -> list[int]:
    """The processes on this machine, the node, that make faults in a pod."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"nas_fault_helper" in words and b"kubepods" in (process / "cgroup").read_bytes():
                found.append(int(process.name))
    return found


def test_errors(client: t.Any, server: Broken) -> None:
    for fault, number in (("full", errno.ENOSPC), ("read_only", errno.EROFS), ("io_error", errno.EIO)):
        assert server.on(fault)["changed"] and not server.on(fault)["changed"]
        assert server.known() == [fault]
        assert tried(client)["write"] == number
        assert f"fault on purpose: {fault}: " in server.report()["summary"]
        assert server.off() and server.known() == [] and helpers() == []
        assert all_well(client)


def test_delay_and_another_fault_after_it(client: t.Any, server: Broken) -> None:
    server.on("slow", delay=400, operations=["create"])
    started = time.monotonic()
    operations(client)["create"]()
    assert time.monotonic() - started >= 0.4
    server.on("full")
    assert server.known() == ["slow", "full"] and len(helpers()) == 1
    assert error_of(lambda: overwrite(client, "/data/there")) == errno.ENOSPC


@pytest.mark.parametrize("fault", ["hang", "unreachable"])
def test_probes_do_not_restart_what_is_silent_on_purpose(client: t.Any, server: Broken, fault: str) -> None:
    before = server.report()["cluster"]
    server.on(fault, duration=PATIENCE)
    silent = server.report()
    assert silent["state"] == "not_answering" and f"fault on purpose: {fault}: " in silent["summary"]
    end = time.monotonic() + PATIENCE - 10
    while time.monotonic() < end:
        found = server.report()
        assert found["containers"]["nfs-server"] == "running" and found["cluster"]["restarts"] == before["restarts"]
        time.sleep(2)
    eventually(lambda: server.known() == [], 30)
    eventually(lambda: server.report()["state"] == "ready", 30)
    assert server.report()["cluster"] == before
    assert helpers() == []


def test_agent_goes_on_delivering(client: t.Any, server: Broken) -> None:
    for given in ({"fault": "hang"}, {"fault": "permission"}, {"fault": "slow", "delay": 1000}):
        server.on(**given)
        (server.export / given["fault"]).write_text("meanwhile")
        eventually(lambda given=given: (server.windows / given["fault"]).exists(), 30)
        server.off()


def test_helper_that_is_killed(client: t.Any, server: Broken) -> None:
    server.on("full")
    (helper,) = helpers()
    os.kill(helper, signal.SIGKILL)
    eventually(lambda: server.known() == [], 30)
    assert all_well(client)


def test_server_that_is_brought_up_again_or_ends(client: t.Any, server: Broken) -> None:
    server.on("hang")
    assert server.up()["changed"] and server.known() == [] and helpers() == []
    assert not server.up()["changed"]
    server.on("full")
    server.kube.core.delete_namespaced_pod(server.report()["cluster"]["pod"], server.topology()["namespace"])
    eventually(lambda: helpers() == [], 60)
    eventually(lambda: server.report()["state"] == "ready", 60)
    assert server.known() == []
    server.apply("stopped")
    with pytest.raises(ModuleFailed, match="it does not run, so there is nothing to break"):
        server.on("full")
