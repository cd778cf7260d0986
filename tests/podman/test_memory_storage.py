# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A NAS in memory: full at its size_limit and nowhere else, for clients, for the agent and for df; and what becomes of it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import typing as t

import nfs_rs
import pytest

from ..module_runner import ModuleFailed
from ..validation.servers import podman
from .simulator import INSTANCE, SERVER, Simulator
from .test_boot import run
from .test_sync import names, read, takes_files, write

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

MEBIBYTE = 1 << 20
SIZE = 64 * MEBIBYTE
# Less for each container than a full export takes: without room for that beside it, the kernel would end it.
TIGHT = {name: {"limits": {"memory": "64Mi"}} for name in ("server", "init", "agent")}
PIECE = os.urandom(MEBIBYTE)
VOLUME = f"{INSTANCE}.{SERVER}.export"
SECONDS = 40
Fields = dict[str, t.Any]


def in_memory(size: int = SIZE, **more: t.Any) -> Fields:
    return {"storage": {"type": "memory", "size_limit": f"{size // MEBIBYTE}Mi"}, "resources": TIGHT, **more}


@pytest.fixture
def server(simulator: Simulator) -> t.Iterator[Simulator]:
    """An output server in memory that has nothing, and as it was afterwards."""
    simulator.tell_agent("empty", "--force")
    simulator.forget_clients()
    simulator.apply(**in_memory())
    assert wait_until(lambda: takes_files(simulator), SECONDS)
    simulator.tell_agent("empty", "--force")
    yield simulator
    simulator.forget_clients()
    simulator.apply()
    assert wait_until(lambda: takes_files(simulator), SECONDS)
    simulator.tell_agent("empty", "--force")


def is_mounted(simulator: Simulator) -> bool:
    return os.path.ismount(simulator.export.parent)


def fill(client: t.Any) -> list[str]:
    """Write files of a mebibyte until there is no room; the names of those that the server took."""
    taken: list[str] = []
    for number in range(10 * SIZE // MEBIBYTE):
        try:
            write(client, f"/data/{number}.bin", PIECE)
        except nfs_rs.NfsError as refused:
            assert errno.ENOSPC in numbers(refused), refused
            return taken
        taken.append(f"{number}.bin")
    raise AssertionError(f"{len(taken)} MiB fitted")


def numbers(error: BaseException | None) -> list[int | None]:
    """Return the numbers of an error and of what has caused it: the client wraps some."""
    return [getattr(error, "errno", None), *numbers(error.__cause__)] if error else []


def kill(container: str) -> None:
    """Kill a container's process as the kernel does, so that podman starts it again."""
    os.kill(int(podman("inspect", "--format", "{{.State.Pid}}", f"{INSTANCE}.{SERVER}.{container}")), signal.SIGKILL)


def agent(simulator: Simulator) -> dict[str, t.Any]:
    found: dict[str, t.Any] = simulator.report()["sync"]
    return found


def test_clients_find_it_full_at_its_limit_and_free_again(server: Simulator) -> None:
    client = server.client()
    space = server.report()["space"]
    assert space["nas_total"] == SIZE and SIZE * 0.8 < space["nas_free"] < SIZE
    assert server.report(**in_memory())["at_size_limit"] == "no_space"
    taken = fill(client)
    assert SIZE * 0.8 < len(taken) * MEBIBYTE < SIZE
    full = server.report(**in_memory())
    assert full["space"]["nas_free"] < MEBIBYTE and full["space"]["nas_total"] == SIZE
    assert any(line.endswith("are free on the NAS") for line in full["warnings"]), full["warnings"]
    assert read(client, f"/data/{taken[-1]}") == PIECE, "reads work"
    # The agent delivers what was taken, with not a byte to write to on the NAS.
    assert server.sync(timeout=SECONDS)["done"]
    assert all((server.windows / name).read_bytes() == PIECE for name in taken)
    for name in taken[:4]:
        client.remove(f"/data/{name}")
    assert server.report()["space"]["nas_free"] > 3 * MEBIBYTE
    write(client, "/data/again.bin", PIECE)
    assert server.sync(timeout=SECONDS)["done"] and (server.windows / "again.bin").read_bytes() == PIECE
    assert agent(server)["halted_reason"] is None and agent(server)["error_count"] == 0
    counts = podman(
        "inspect", "--format", "{{.RestartCount}}", f"{INSTANCE}.{SERVER}.nfs-server", f"{INSTANCE}.{SERVER}.sync-agent"
    )
    assert counts.split() == ["0", "0"], "the kernel has ended none for its memory"


def test_what_comes_from_windows_waits_for_room(simulator: Simulator, server: Simulator) -> None:
    """The whole is known, and not begun; what fits goes on; and all of it comes once there is room."""
    server.apply(**in_memory(sync={"mode": "two_way"}))
    assert wait_until(lambda: takes_files(server), SECONDS)
    client = server.client()
    taken = fill(client)
    server.sync(timeout=SECONDS, topology_fields=in_memory(sync={"mode": "two_way"}))
    (server.windows / "large.bin").write_bytes(PIECE * 4)
    assert wait_until(lambda: agent(server)["error_count"] > 0, SECONDS)
    assert "does not fit" in agent(server)["errors"][0]["reason"] and agent(server)["state"] != "halted"
    assert "large.bin" not in names(client)
    # The other direction meanwhile.
    client.remove(f"/data/{taken[0]}")
    assert wait_until(lambda: not (server.windows / taken[0]).exists(), SECONDS)
    # A tester makes room.
    for name in taken[1:8]:
        (server.windows / name).unlink()
    assert wait_until(lambda: "large.bin" in names(client) and read(client, "/data/large.bin") == PIECE * 4, SECONDS)
    assert wait_until(lambda: agent(server)["error_count"] == 0, SECONDS)


def test_the_initial_copy_brings_what_fits_and_the_server_starts(server: Simulator) -> None:
    """More than its container's own memory, which the export's is beside."""
    for number in range(SIZE // MEBIBYTE * 2):
        (server.windows / f"{number}.bin").write_bytes(PIECE)
    server.apply("restarted", **in_memory())
    assert wait_until(lambda: takes_files(server), SECONDS)
    found = names(server.client())
    assert SIZE * 0.7 < len(found) * MEBIBYTE < SIZE
    assert all(read(server.client(), f"/data/{name}") == PIECE for name in found[:3])
    assert "left out at the start: does not fit" in str(agent(server)["errors"])


def test_it_survives_its_containers(server: Simulator) -> None:
    kept = server.export / "CON.txt"
    kept.write_bytes(b"what Windows cannot hold")
    for container in ("nfs-server", "sync-agent"):
        kill(container)
    assert wait_until(lambda: server.report()["state"] == "ready", SECONDS)
    assert kept.exists() and is_mounted(server)
    for state in ("stopped", "started", "restarted"):
        server.apply(state, **in_memory())
        assert kept.exists() and is_mounted(server), state
    # Another setting of the same server, in new containers.
    assert server.apply(**in_memory(sync={"mode": "nas_to_windows", "interval": 20}))
    assert kept.exists() and is_mounted(server)
    kept.unlink()


@pytest.mark.parametrize(
    ("mode", "by", "noticed"),
    [("output", "unit", True), ("output", "unit", False), ("two_way", "module", True), ("two_way", "module", False)],
)
def test_memory_that_is_gone_with_the_machine_counts_as_no_deletions(
    server: Simulator, mode: str, by: str, noticed: bool
) -> None:
    """What is in Windows stays, and comes to the NAS again, whatever starts the server then."""
    fields = in_memory(**({"sync": {"mode": "two_way"}} if mode == "two_way" else {}))
    server.apply(**fields)
    assert wait_until(lambda: takes_files(server), SECONDS)
    client = server.client()
    for number in range(30):
        write(client, f"/data/{number}.csv", str(number).encode())
    assert server.sync(timeout=SECONDS, topology_fields=fields)["done"]
    server.apply("stopped", **fields)
    # As podman has it after a restart, and as one that did not notice it.
    if noticed:
        podman("volume", "unmount", VOLUME)
    else:
        subprocess.run(["umount", server.export.parent], check=True)
    assert not is_mounted(server)
    if by == "module":
        server.apply("started", **fields)
    else:
        run("ExecStart")
    assert is_mounted(server)
    assert wait_until(lambda: takes_files(server), SECONDS)
    assert server.sync(timeout=SECONDS, topology_fields=fields)["done"]
    for number in range(30):
        assert (server.windows / f"{number}.csv").read_bytes() == str(number).encode()
    assert {f"{number}.csv" for number in range(30)} <= set(names(server.client()))


def test_another_size_or_type_is_another_volume_and_loses_nothing(server: Simulator) -> None:
    write(server.client(), "/data/kept.csv", b"kept")
    server.sync(timeout=SECONDS)
    only_here = server.export / "CON.txt"
    only_here.write_bytes(b"what Windows cannot hold")
    for change in (in_memory(2 * SIZE), {"storage": {"type": "empty_dir"}}, {"storage": {"type": "persistent"}}):
        with pytest.raises(ModuleFailed, match=r"'CON\.txt'"):
            server.apply(**change)
        assert only_here.exists() and is_mounted(server)
    only_here.unlink()
    server.apply(**in_memory(2 * SIZE))
    assert wait_until(lambda: takes_files(server), SECONDS)
    assert server.report()["space"]["nas_total"] == 2 * SIZE and read(server.client(), "/data/kept.csv") == b"kept"
    server.apply(storage={"type": "persistent"})
    assert not is_mounted(server) and wait_until(lambda: takes_files(server), SECONDS)
    assert read(server.client(), "/data/kept.csv") == b"kept"
    with pytest.raises(ModuleFailed, match="its persistent volume cannot become one in memory"):
        server.apply(**in_memory())


def test_nothing_of_it_is_left(server: Simulator) -> None:
    place = server.export.parent
    assert os.path.ismount(place)
    server.remove()
    left = place.exists(), VOLUME in podman("volume", "ls", "--format", "{{.Name}}").split()
    server.apply()
    assert left == (False, False)
