# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/sync.md promises, where minikube's own file server brings the Windows directory to the node."""

from __future__ import annotations

import os
import random
import statistics
import time
import typing as t

from .desk import INPUT, OUTPUT, PATIENCE, TWO_WAY, Desk

MANY = 100
LARGE = 8 << 20


def test_files_go_both_ways(desk: Desk) -> None:
    """Prints how long they take; 2 s of the way in are the quiet period."""
    ways: dict[str, list[float]] = {"in": [], "out": []}
    for number in range(5):
        path, content = f"latency/{number}", os.urandom(100_000)
        started = time.monotonic()
        desk.put_on_windows(INPUT, path, content)
        desk.wait_nas(INPUT, path, content)
        ways["in"].append(time.monotonic() - started)
        started = time.monotonic()
        desk.put_on_nas(OUTPUT, path, content)
        desk.wait_windows(OUTPUT, path, content)
        ways["out"].append(time.monotonic() - started)
    print({way: [round(statistics.median(times), 2), round(max(times), 2)] for way, times in ways.items()})
    desk.wait_equal(INPUT)
    desk.wait_equal(OUTPUT)


def test_1_no_part_of_a_large_file_is_ever_there(desk: Desk) -> None:
    for _ in range(2):
        sha256 = desk.machine.run("put", path=desk.nas(TWO_WAY, "large.bin"), size=LARGE, within=120)
        desk.wait_windows(TWO_WAY, "large.bin", sha256)
    content = random.Random(1).randbytes(LARGE)
    desk.put_on_windows(TWO_WAY, "large too.bin", content)
    desk.wait_nas(TWO_WAY, "large too.bin", content)


def test_2_what_was_deleted_at_the_target_does_not_come_back(desk: Desk) -> None:
    for name in ("consumed", "kept"):
        desk.put_on_windows(INPUT, name, b"to be read")
        desk.put_on_nas(OUTPUT, name, b"to be looked at")
    desk.wait_equal(INPUT)
    desk.wait_equal(OUTPUT)
    desk.machine.run("remove", path=desk.nas(INPUT, "consumed"))
    desk.windows(OUTPUT, "consumed").unlink()
    desk.look_through()
    desk.put_on_windows(INPUT, "after", b"a scan later")
    desk.wait_nas(INPUT, "after", b"a scan later")
    assert not desk.machine.run("exists", path=desk.nas(INPUT, "consumed"))
    assert not desk.windows(OUTPUT, "consumed").exists()
    desk.windows(INPUT, "consumed").unlink()
    desk.machine.run("remove", path=desk.nas(OUTPUT, "consumed"))
    desk.wait_equal(INPUT)
    desk.wait_equal(OUTPUT)


def test_deletions_and_renames_go_on(desk: Desk) -> None:
    for folder in ("old", "gone"):
        for number in range(3):
            desk.put_on_windows(INPUT, f"{folder}/{number}", b"in")
            desk.put_on_nas(OUTPUT, f"{folder}/{number}", b"out")
    desk.wait_equal(INPUT)
    desk.wait_equal(OUTPUT)
    for name in (INPUT, OUTPUT):
        old, new = ("old", "new") if name == INPUT else (desk.nas(name, "old"), desk.nas(name, "new"))
        if name == INPUT:
            desk.windows(name, old).rename(desk.windows(name, new))
            desk.remove_on_windows(name, "gone")
        else:
            desk.machine.run("rename", source=old, target=new)
            desk.machine.run("remove", path=desk.nas(name, "gone"))
        desk.wait_nas(name, "new/1", b"in" if name == INPUT else b"out")
        found = desk.wait_equal(name)
        assert {path for path in found if path.startswith(("old", "gone", "new"))} == {f"new/{n}" for n in range(3)}
        deadline = time.monotonic() + PATIENCE
        while desk.windows(name, "gone").exists() or desk.machine.run("exists", path=desk.nas(name, "gone")):
            assert time.monotonic() < deadline, "the directory stays"
            time.sleep(0.3)


def test_3_only_its_own_is_overwritten(desk: Desk) -> None:
    desk.put_on_windows(OUTPUT, "report.csv", b"a tester's own")
    desk.put_on_nas(OUTPUT, "report.csv", b"a service's")
    desk.wait_windows(OUTPUT, "report.conflict-nas.csv", b"a service's")
    assert desk.windows(OUTPUT, "report.csv").read_bytes() == b"a tester's own"
    for path in ("report.csv", "report.conflict-nas.csv"):
        desk.windows(OUTPUT, path).unlink()
    desk.machine.run("remove", path=desk.nas(OUTPUT, "report.csv"))


def test_6_a_file_still_being_written_waits(desk: Desk) -> None:
    with open(desk.windows(INPUT, "growing"), "wb", buffering=0) as stream:
        for _ in range(8):
            stream.write(b"a line\n")
            time.sleep(0.8)
            assert not desk.machine.run("exists", path=desk.nas(INPUT, "growing"))
    desk.wait_nas(INPUT, "growing", b"a line\n" * 8)


def test_7_at_rest_nothing_is_written(desk: Desk) -> None:
    for name in (INPUT, OUTPUT, TWO_WAY):
        desk.wait_status(name, lambda status: status["state"] == "idle" and not status["pending"])
    before = desk.states()
    time.sleep(5)
    desk.look_through()
    assert desk.states() == before


def test_8_names_that_windows_cannot_hold_are_refused(desk: Desk) -> None:
    bad = {"what?", "con.txt", "trailing.", "Case.txt"}
    desk.put_on_nas(OUTPUT, "case.txt", b"the first")
    desk.wait_windows(OUTPUT, "case.txt", b"the first")
    for path in (*bad, "Überschuss größer.txt", "x" * 200):
        desk.put_on_nas(OUTPUT, path, b"content")
    status = desk.wait_status(OUTPUT, lambda status: status["refused_count"] == len(bad))
    assert {refused["path"] for refused in status["refused"]} == bad
    desk.wait_windows(OUTPUT, "Überschuss größer.txt", b"content")
    desk.wait_windows(OUTPUT, "x" * 200, b"content")
    for path in bad:
        desk.machine.run("remove", path=desk.nas(OUTPUT, path))
    desk.wait_equal(OUTPUT)


def test_9_what_cannot_be_read_stops_nothing_else(desk: Desk) -> None:
    """A link that leads nowhere: the server shows it as a file, and cannot open it."""
    link = desk.windows(INPUT, "broken link")
    link.symlink_to("nowhere")
    desk.put_on_windows(INPUT, "beside it", b"content")
    desk.wait_nas(INPUT, "beside it", b"content")
    status = desk.wait_status(INPUT, lambda status: bool(status["error_count"]))
    assert [error["path"] for error in status["errors"]] == ["broken link"]
    assert "the system cannot name" in status["errors"][0]["reason"]
    link.unlink()
    desk.wait_status(INPUT, lambda status: not status["error_count"])
    desk.wait_equal(INPUT)


def test_times_and_permissions(desk: Desk) -> None:
    """As far as a server on Linux goes: on Windows it sets no times, and keeps of the permissions whether all may write."""
    desk.machine.run("write", path=desk.nas(OUTPUT, "dated.sh"), text="#!/bin/sh\n", mode=0o755, mtime=1_500_000_000.25)
    desk.wait_windows(OUTPUT, "dated.sh", b"#!/bin/sh\n")
    found = desk.windows(OUTPUT, "dated.sh").stat()
    assert (found.st_mtime, oct(found.st_mode & 0o777)) == (1_500_000_000, "0o777")
    desk.put_on_windows(INPUT, "dated", b"content")
    os.utime(desk.windows(INPUT, "dated"), (1_400_000_000.75, 1_400_000_000.75))
    desk.wait_nas(INPUT, "dated", b"content")
    assert desk.machine.run("mtime", path=desk.nas(INPUT, "dated")) == 1_400_000_000


def test_many_small_files(desk: Desk) -> None:
    started = time.monotonic()
    for number in range(MANY):
        desk.put_on_windows(INPUT, f"many/{number}", b"%d" % number)
    desk.wait_equal(INPUT, within=300)
    way_in = time.monotonic() - started
    started = time.monotonic()
    desk.machine.run("write_many", path=desk.nas(OUTPUT, "many"), count=MANY, within=120)
    desk.wait_equal(OUTPUT, within=300)
    print({"in": round(way_in, 1), "out": round(time.monotonic() - started, 1), "scan": desk.scan_seconds(INPUT)})
    desk.remove_on_windows(INPUT, "many")
    desk.machine.run("remove", path=desk.nas(OUTPUT, "many"), within=120)
    for name in (INPUT, OUTPUT):
        assert not any(path.startswith("many/") for path in desk.wait_equal(name, within=300))


def both_sides_change(desk: Desk, seed: int) -> t.Callable[[], None]:
    """Changes on both sides of the two-way server, one at each call."""
    chance = random.Random(seed)

    def change() -> None:
        path, content = f"busy/{chance.randrange(12)}", chance.randbytes(chance.choice((0, 100, 300_000)))
        if chance.random() < 0.5:
            desk.put_on_windows(TWO_WAY, f"{path}.windows", content)
        else:
            desk.put_on_nas(TWO_WAY, f"{path}.nas", content)

    return change


def test_5_an_agent_is_killed_and_starts_again(desk: Desk) -> None:
    change = both_sides_change(desk, 5)
    for _ in range(2):
        for _ in range(10):
            change()
        desk.stop(TWO_WAY, kill=True)
        desk.start(TWO_WAY)
    found = desk.wait_equal(TWO_WAY)
    assert not [path for path in found if ".conflict-" in path or "~nas-sync" in path]
