# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An export in a pod's memory: full at its size_limit, whoever writes; and nothing that only it has goes with the pod."""

from __future__ import annotations

import errno
import typing as t
from pathlib import Path

import nfs_rs
import pytest

from ..harness.removal import SERVER
from ..integration.nfs import Nas, after_grace, eventually
from ..module_runner import ModuleFailed
from .cluster_server import PORT, ClusterServer

MEBIBYTE = 1 << 20
SIZE = 32
PIECE = b"0123456789abcdef" * (MEBIBYTE // 16)
MEMORY = {"storage": {"type": "memory", "size_limit": f"{SIZE}Mi"}}


@pytest.fixture
def server(node: dict[str, str], tmp_path: Path) -> t.Iterator[ClusterServer]:
    made = ClusterServer(tmp_path, node["image"], node["kubeconfig"], node["context"], persistent=False)
    made.clear()
    try:
        made.up(**MEMORY)
        yield made
    finally:
        made.clear()


def client_of(server: ClusterServer) -> Nas:
    return Nas(SERVER, "output", PORT, server.windows, False, "nas_to_windows", "")


def fill(nas: Nas) -> list[str]:
    """Write files of a mebibyte until there is no room; the names of those that were taken."""
    for number in range(10 * SIZE):
        try:
            nas.write(f"{number}.bin", PIECE)
        except nfs_rs.NfsError as refused:
            assert errno.ENOSPC in numbers(refused), refused
            return [f"{each}.bin" for each in range(number)]
    raise AssertionError("it is never full")


def numbers(error: BaseException | None) -> list[int | None]:
    """Return the numbers of an error and of what has caused it: the client wraps some."""
    return [getattr(error, "errno", None), *numbers(error.__cause__)] if error else []


def restarts(server: ClusterServer) -> dict[str, int]:
    status = server.kube.pods()[SERVER].status
    every = [*(status.container_statuses or []), *(status.init_container_statuses or [])]
    return {each.name: each.restart_count for each in every}


def serves(server: ClusterServer, name: str, content: bytes) -> bool:
    """Whether a client finds a file; one that was restarted may not listen yet."""
    try:
        return client_of(server).has(name, content)
    except nfs_rs.NfsConnectionError:
        return False


def space(server: ClusterServer) -> dict[str, int]:
    return dict(server.report()["space"])


def test_full_at_its_limit_and_goes_on(server: ClusterServer) -> None:
    pod = server.kube.uids()[SERVER]
    assert space(server)["nas_total"] == SIZE * MEBIBYTE
    nas = client_of(server)
    taken = fill(nas)
    assert SIZE * 0.8 < len(taken) < SIZE
    assert space(server)["nas_free"] < MEBIBYTE
    # What was taken is delivered, with not a byte left for the agent.
    eventually(lambda: all((server.windows / name).exists() for name in taken), 60)
    assert (server.windows / taken[-1]).read_bytes() == PIECE
    after_grace(lambda: nas.client.remove(f"/data/{taken[0]}"))
    after_grace(lambda: nas.client.remove(f"/data/{taken[1]}"))
    nas.write("again.bin", PIECE)
    eventually((server.windows / "again.bin").exists, 60)
    assert not server.sync()["halted_reason"]
    assert server.kube.uids()[SERVER] == pod and set(restarts(server).values()) == {0}, "evicted, or out of memory"


def test_more_in_windows_than_fits_is_left_out_at_the_start(server: ClusterServer) -> None:
    for number in range(2 * SIZE):
        (server.windows / f"{number}.bin").write_bytes(PIECE)
    server.apply("restarted", topology=server.topology(**MEMORY))
    found = client_of(server).names()
    assert SIZE * 0.7 < len(found) < SIZE
    eventually(lambda: "does not fit" in str(server.sync().get("errors")), 60)


def test_content_survives_its_containers_and_comes_again_with_another_pod(server: ClusterServer) -> None:
    nas = client_of(server)
    nas.write("written.csv", b"by a client")
    eventually((server.windows / "written.csv").exists, 60)
    server.kube.execute(SERVER, "nfs-server", "sh", "-c", "kill -TERM 1")
    eventually(lambda: restarts(server)["nfs-server"] == 1, 60)
    eventually(lambda: serves(server, "written.csv", b"by a client"), 60)
    # The node's memory is lost with the pod, and the ledger with it; nothing counts as deleted.
    before = server.kube.uids()[SERVER]
    server.kube.kill(SERVER)
    eventually(lambda: server.kube.uids().get(SERVER, before) != before, 60)
    server.apply("started", topology=server.topology(**MEMORY))
    eventually(lambda: serves(server, "written.csv", b"by a client"), 60)
    assert (server.windows / "written.csv").read_bytes() == b"by a client"
    assert not server.sync().get("halted_reason")


def test_no_change_takes_what_windows_lacks(server: ClusterServer) -> None:
    server.write("CON.txt")
    other: dict[str, t.Any] = {"storage": {"type": "memory", "size_limit": f"{2 * SIZE}Mi"}}
    for change in (other, {"storage": {"type": "empty_dir"}}):
        for check in (True, False):
            with pytest.raises(
                ModuleFailed, match=r"'CON.txt'.*its storage would go with its pod, so nothing was done"
            ):
                server.up(check=check, **change)
    with pytest.raises(ModuleFailed, match=r"'CON\.txt'"):
        server.apply("stopped", topology=server.topology(**MEMORY))
    assert (server.export / "CON.txt").exists()
    (server.export / "CON.txt").unlink()
    client_of(server).write("kept.csv", b"kept")
    eventually((server.windows / "kept.csv").exists, 60)
    changed = server.up(**other)
    assert "filled from the Windows directory" in changed["diff"]["after"][SERVER]["volume"]
    assert space(server)["nas_total"] == 2 * SIZE * MEBIBYTE
    assert client_of(server).has("kept.csv", b"kept")
    assert server.up(**other)["actions"] == []
