# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test data on real servers: whole, in its order, nobody else's, and gone when it is to be."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
import tarfile
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ..module_runner import CHECKOUT, ModuleFailed
from .servers import Servers

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NotThere  # isort: skip
from ansible_collections.file_simulator.nas.plugins.modules import nas_data  # isort: skip

INPUT, OUTPUT, BACKUP = "nas-input-1", "nas-output-1", "nas-backup"
ORDERS = {"orders/1.csv": "first", "orders/2.csv": "second", "orders/ready.done": ""}
_KILLS = 8


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def paths(result: dict[str, t.Any]) -> list[str]:
    return [f"{each['server']}/{each['path']}" for each in result["files"]]


def test_what_was_consumed_is_there_again_after_a_reset(servers: Servers) -> None:
    servers.put(INPUT, contents=ORDERS)
    client = servers.client(INPUT)
    for path in ORDERS:
        client.remove(path)
    client.write("by-a-service", b"x")
    again = servers.put(INPUT, contents=ORDERS)["servers"][0]
    assert again["consumed"] == sorted(ORDERS)
    emptied = servers.empty(INPUT)["servers"][0]
    assert "by-a-service" in emptied["nas_removed"] and servers.files(INPUT) == {}
    assert servers.seen(INPUT, file_type="any")["lines"] == []
    servers.put(INPUT, contents=ORDERS)
    assert paths(servers.seen(INPUT)) == [f"{INPUT}/{path}" for path in ORDERS]
    client.close()


def test_own_file_of_a_tester_is_never_lost_without_force(servers: Servers) -> None:
    servers.put(INPUT, contents=ORDERS)
    (servers.windows(INPUT) / "mine").mkdir()
    (servers.windows(INPUT) / "mine" / "own.txt").write_text("a tester's")
    (servers.windows(INPUT) / "orders" / "1.csv").write_text("FIRST")
    servers.sync(INPUT, quiet=False)
    before = servers.files(INPUT), servers.seen(INPUT)["lines"]
    with pytest.raises(ModuleFailed) as failure:
        servers.empty()
    assert failure.value.result["foreign"] == {INPUT: ["mine/own.txt", "orders/1.csv"]}
    assert "mine/own.txt, orders/1.csv" in str(failure.value)
    assert (servers.files(INPUT), servers.seen(INPUT)["lines"]) == before
    result = next(each for each in servers.empty(force=True)["servers"] if each["server"] == INPUT)
    assert result["foreign"] == ["mine/own.txt", "orders/1.csv"]
    assert servers.files(INPUT) == {} and servers.seen(INPUT, file_type="any")["lines"] == []


def test_results_go_with_what_was_delivered_of_them(servers: Servers) -> None:
    client = servers.client(OUTPUT)
    client.make_directory("reports")
    client.write("reports/total.csv", b"30")
    servers.sync(OUTPUT)
    assert servers.files(OUTPUT) == {"reports/total.csv": b"30"}
    (servers.windows(OUTPUT) / "note.txt").write_text("a tester's")
    with pytest.raises(ModuleFailed, match=r"has 1 entry that .*: note\.txt;"):
        servers.empty(OUTPUT)
    (servers.windows(OUTPUT) / "note.txt").unlink()
    servers.empty(OUTPUT)
    assert servers.files(OUTPUT) == {} and servers.seen(OUTPUT, file_type="any")["lines"] == []
    client.close()


def test_no_part_is_seen_and_the_last_file_is_last(servers: Servers, tmp_path: Path) -> None:
    """A client that looks all the time, while an archive with a file of 20 MiB is put there."""
    large = random.Random(19).randbytes(20 << 20)
    files = {"data/large.bin": large, **{f"data/{number}.csv": b"x" * number for number in range(50)}, "go.done": b""}
    with tarfile.open(tmp_path / "fixture.tar.gz", "w:gz", compresslevel=1) as archive:
        for path, content in files.items():
            (tmp_path / "one").write_bytes(content)
            archive.add(tmp_path / "one", path)
    sizes: set[int] = set()
    too_early: list[set[str]] = []
    stop = threading.Event()

    def look() -> None:
        client = servers.client(INPUT)
        while not stop.is_set():
            done = "go.done" in client.names()
            with contextlib.suppress(NotThere):
                names = {entry.name: entry.size for entry in client.entries("data")}
                sizes.update([names["large.bin"]] if "large.bin" in names else [])
                if done and len(names) < len(files) - 1:
                    too_early.append(set(names))
            time.sleep(0.005)
        client.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        servers.put(INPUT, src=str(tmp_path / "fixture.tar.gz"), last=["*.done"])
    finally:
        stop.set()
        thread.join()
    assert sizes <= {len(large)} and too_early == []
    found = {each["path"]: each["sha256"] for each in servers.seen(INPUT)["files"]}
    assert found == {path: sha256(content) for path, content in files.items()}


def test_exact_is_exact_on_both_sides(servers: Servers) -> None:
    servers.put(INPUT, contents={**ORDERS, "old/3.csv": "x"})
    servers.put(INPUT, state="exact", contents={"orders/1.csv": "new"})
    assert servers.files(INPUT) == {"orders/1.csv": b"new"}
    seen = servers.seen(INPUT, file_type="any", contents=True)["files"]
    assert [(each["path"], each.get("content")) for each in seen] == [("orders", None), ("orders/1.csv", "new")]


def test_backup_is_copied_when_it_is_named(servers: Servers) -> None:
    servers.put(BACKUP, contents={"archive.csv": "old"})
    try:
        assert paths(servers.seen(BACKUP)) == [f"{BACKUP}/archive.csv"]
        with pytest.raises(ModuleFailed, match="nas-backup: it has no sync agent to empty its export"):
            servers.empty(BACKUP)
    finally:
        (servers.windows(BACKUP) / "archive.csv").unlink()
        servers.make_anew(BACKUP)


def test_waiting_for_what_a_service_writes(servers: Servers) -> None:
    def serve() -> None:
        client = servers.client(OUTPUT)
        for number in range(3):
            time.sleep(0.3)
            client.write(f"{number}.csv", b"x")
        client.close()

    service = threading.Thread(target=serve)
    service.start()
    seen = servers.seen(OUTPUT, wait_for={"pattern": "*.csv", "count": 3, "timeout": 30})
    service.join()
    assert paths(seen) == [f"{OUTPUT}/{number}.csv" for number in range(3)]
    with pytest.raises(
        ModuleFailed, match=r"3 of 4 files that match '\*\.csv' after 500 ms; it has 0\.csv, 1\.csv, 2\.csv"
    ):
        servers.seen(OUTPUT, wait_for={"pattern": "*.csv", "count": 4, "timeout": 0.5})


def test_killed_at_any_moment_the_next_run_goes_on(servers: Servers) -> None:
    """Put and empty in processes that are killed: what is there is whole, a tester's own file stays."""
    random_moments = random.Random(19)
    contents = {f"orders/{number}.csv": f"order {number} " * 1000 for number in range(60)}
    program = (
        "import json, sys; from tests.module_runner import run_module; "
        f"from {nas_data.__name__} import __name__ as _; import {nas_data.__name__} as module; "
        "run_module(module, **json.load(sys.stdin))"
    )
    for kill in range(_KILLS):
        state = "empty" if kill % 2 else "present"
        given = {
            "servers": [INPUT],
            "state": state,
            **({} if kill % 2 else {"contents": contents}),
            **servers.arguments,
        }
        process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=CHECKOUT, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        assert process.stdin
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(random_moments.uniform(0.3, 2.5))
        process.kill()
        process.wait()
        whole = {path: content.encode() for path, content in contents.items()}
        there = {path: content for path, content in servers.files(INPUT).items() if ".~nas-data-" not in path}
        assert there.items() <= whole.items()
        if state == "present":
            servers.put(INPUT, contents=contents)
            assert servers.files(INPUT) == whole
            assert len(paths(servers.seen(INPUT))) == len(contents)
        else:
            (servers.windows(INPUT) / "own.txt").write_text("a tester's")
            with pytest.raises(ModuleFailed, match=r"has 1 entry that .*: own\.txt;"):
                servers.empty(INPUT)
            (servers.windows(INPUT) / "own.txt").unlink()
            servers.empty(INPUT)
            assert servers.files(INPUT) == {} and servers.seen(INPUT, file_type="any")["lines"] == []
