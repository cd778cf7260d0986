# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The barrier, and starting again from empty, seen from Windows and over NFS."""

from __future__ import annotations

import os
import threading
import time
import typing as t

import nfs_rs
import pytest

from ..module_runner import ModuleFailed
from .simulator import SERVER, Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

ROUNDS = 5
LARGE = 50
"""MiB, at least."""
INPUT: dict[str, t.Any] = {"role": "input"}
BACKUP: dict[str, t.Any] = {"role": "backup"}


def write(client: t.Any, path: str, content: bytes) -> None:
    with client.open(path, "wb") as stream:
        stream.write(content)


def names(client: t.Any, path: str = "/data") -> list[str]:
    return sorted(entry.name for entry in client.scandir(path))


def read(client: t.Any, path: str) -> bytes:
    with client.open(path, "rb") as stream:
        return bytes(stream.read())


def takes_files(simulator: Simulator) -> bool:
    """Whether anybody may open files; in its grace period a server lets those alone who held some before it came back."""
    client = simulator.client()
    try:
        write(client, "/data/probe", b"")
    except nfs_rs.NfsError:
        return False
    finally:
        client.close()
    return True


@pytest.fixture
def output(simulator: Simulator) -> t.Iterator[Simulator]:
    """An output server that has nothing, and waits for no client that an earlier test's restart has cut off."""
    simulator.apply()
    assert wait_until(lambda: takes_files(simulator), 40)
    simulator.tell_agent("empty", "--force")
    yield simulator
    simulator.tell_agent("empty", "--force")


@pytest.fixture
def other_role(simulator: Simulator) -> t.Iterator[Simulator]:
    simulator.apply()
    simulator.tell_agent("empty", "--force")
    yield simulator
    simulator.forget_clients()
    simulator.apply()
    simulator.tell_agent("empty", "--force")


def test_what_clients_have_closed_is_there(output: Simulator) -> None:
    client = output.client()
    for number in range(ROUNDS):
        client.mkdir(f"/data/{number}")
        for inner in range(20):
            write(client, f"/data/{number}/{inner}.csv", f"{number}/{inner}".encode())
        answer = output.sync(timeout=30)
        assert answer["done"] and answer["problem"] == ""
        for inner in range(20):
            assert (output.windows / str(number) / f"{inner}.csv").read_text() == f"{number}/{inner}"
    client.close()


def test_open_file_is_named(output: Simulator) -> None:
    client = output.client()
    with client.open("/data/results.csv", "wb") as stream:
        stream.write(b"half")
        stream.flush()
        with pytest.raises(ModuleFailed, match=rf"server {SERVER}: 1 path not there yet: 'results.csv' \(it is being"):
            output.sync(timeout=3)
    assert output.sync(timeout=30)["done"]
    assert (output.windows / "results.csv").read_text() == "half"
    client.close()


def test_large_file_that_is_still_being_written(output: Simulator) -> None:
    """It is named as long as its client has it open, or waited for to its last byte."""
    client, ended, pieces = output.client(), threading.Event(), [os.urandom(1 << 20) for _piece in range(8)]

    def write_slowly() -> None:
        with client.open("/data/large.bin", "wb") as stream:
            number = 0
            while number < LARGE or not ended.is_set():
                stream.write(pieces[number % len(pieces)])
                stream.flush()
                number += 1
                time.sleep(0.02)
            written.append(number)

    written: list[int] = []
    writer = threading.Thread(target=write_slowly)
    writer.start()
    try:
        assert wait_until((output.export / "large.bin").exists, 30)
        with pytest.raises(ModuleFailed, match=r"'large.bin' \(it is being written\)"):
            output.sync(timeout=2, quiet=False)
        assert not (output.windows / "large.bin").exists()
        threading.Timer(1.0, ended.set).start()
        assert output.sync(timeout=120)["done"]
    finally:
        ended.set()
        writer.join()
    content = b"".join(pieces[number % len(pieces)] for number in range(written[0]))
    assert written[0] >= LARGE and (output.windows / "large.bin").read_bytes() == content
    client.close()


def test_refused_name_is_a_failure(output: Simulator) -> None:
    client = output.client()
    write(client, "/data/results 12:30.csv", b"x")
    with pytest.raises(ModuleFailed, match=r"1 path refused: 'results 12:30.csv'"):
        output.sync(timeout=30)
    client.close()


def test_next_test_starts_from_empty(output: Simulator) -> None:
    """A service that holds its mount sees the same names with other contents, round after round."""
    client = output.client()
    for number in range(ROUNDS):
        client.mkdir("/data/d")
        write(client, "/data/d/results.csv", str(number).encode())
        (output.windows / "own.txt").write_text("tester")
        assert output.sync(timeout=30)["done"]
        assert (output.windows / "d" / "results.csv").read_text() == str(number)
        answer = output.tell_agent("empty")
        assert answer["removed"] == {"windows": ["d", "d/results.csv"], "nas": ["d", "d/results.csv"]}
        assert [each["path"] for each in answer["kept"]["windows"]] == ["own.txt"]
        assert names(client) == [] and (output.windows / "own.txt").exists()
    time.sleep(2)
    assert names(client) == [] and output.report()["sync"]["state"] == "idle"
    client.close()


def test_what_testers_put_there_is_on_the_nas(other_role: Simulator) -> None:
    simulator = other_role
    simulator.forget_clients()
    simulator.apply(**INPUT)
    client = simulator.client()
    for number in range(ROUNDS):
        (simulator.windows / "d").mkdir()
        (simulator.windows / "d" / "order.csv").write_text(str(number))
        answer = simulator.sync(topology_fields=INPUT, quiet=False, timeout=30)
        assert answer["done"] and read(client, "/data/d/order.csv") == str(number).encode()
        kept = simulator.tell_agent("empty", "--force")["kept"]["windows"]
        assert {each["path"]: each["reason"] for each in kept} == {
            "d": "it is not empty",
            "d/order.csv": "Read-only file system",
        }
        (simulator.windows / "d" / "order.csv").unlink()
        (simulator.windows / "d").rmdir()
        assert simulator.tell_agent("empty")["halted_reason"] == ""
        assert names(client) == []
    client.close()


def test_server_without_agent_gets_its_files_once_more(other_role: Simulator) -> None:
    simulator = other_role
    simulator.forget_clients()
    simulator.apply(**BACKUP)
    client = simulator.client()
    assert names(client) == []
    (simulator.windows / "archive.csv").write_text("x")
    assert simulator.sync(topology_fields=BACKUP, timeout=30)["done"]
    assert read(client, "/data/archive.csv") == b"x"
    (simulator.windows / "archive.csv").unlink()
    client.close()
