# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows directory on a local file system is watched: fast, and never a part of what somebody has open."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_process import MARKER, AgentProcess
from small_disk import MIB, small_disk

LONG = 60.0
"""Seconds. No test waits for that long, but on a machine that is as slow as none."""


@pytest.fixture
def watched(agent: AgentProcess) -> Iterator[AgentProcess]:
    """An agent at rest that could deliver nothing for an hour if it had to scan, or to wait until a file is quiet."""
    agent.once()
    agent.start("windows_to_nas", "--quiet-period", "3600", "--interval", "7200", "--rescan", "7200")
    agent.wait_until_idle()
    assert agent.status()["watching"] == {"windows": "inotify"}
    yield agent


def delivered(agent: AgentProcess) -> dict[str, bytes]:
    """All files on the NAS, with their contents."""
    return {
        str(path.relative_to(agent.export)): path.read_bytes() for path in agent.export.rglob("*") if path.is_file()
    }


def expect(agent: AgentProcess, path: str, content: bytes) -> None:
    """A file comes, and whatever is there before is never a part of it."""
    before = delivered(agent).get(path)

    def there() -> bool:
        found = delivered(agent).get(path)
        assert found in (before, content), f"a part: {found!r}"
        return found == content

    agent.wait_for(there, LONG)


def held(agent: AgentProcess, path: str, unchanged: bytes | None = None) -> None:
    """A file that comes later, but is complete, overtakes another one: that has been looked at, and is not complete."""
    name = f"beside-{time.monotonic_ns()}"
    (agent.windows / name).write_bytes(b"x")
    expect(agent, name, b"x")
    assert delivered(agent).get(path) == unchanged


def test_what_is_closed_comes_at_once(watched: AgentProcess) -> None:
    (watched.windows / "a").write_bytes(b"one")
    expect(watched, "a", b"one")
    (watched.windows / "a").write_bytes(b"another")
    expect(watched, "a", b"another")
    (watched.windows / "a").unlink()
    watched.wait_for(lambda: delivered(watched) == {}, LONG)


def test_a_writer_that_pauses(watched: AgentProcess) -> None:
    with (watched.windows / "a").open("wb") as file:
        for part in range(3):
            file.write(b"part")
            file.flush()
            held(watched, "a")
            time.sleep(1 if part < 2 else 0)
    expect(watched, "a", b"part" * 3)


def test_a_part_that_stood_there_before_the_agent(agent: AgentProcess) -> None:
    """Neither the agent's start nor a scan takes what is open for complete, however old it is."""
    with (agent.windows / "a").open("wb") as file:
        file.write(b"half")
        file.flush()
        os.utime(agent.windows / "a", (0, 0))
        agent.once("windows_to_nas", "--quiet-period", "0.1")
        assert delivered(agent) == {}
        agent.start("windows_to_nas", "--quiet-period", "0.1", "--interval", "0.5")
        agent.wait_for(lambda: agent.status().get("pending") == 1, LONG)
        held(agent, "a")
        assert agent.process is not None
        file.write(b" and half")
    expect(agent, "a", b"half and half")


def test_two_writers(watched: AgentProcess) -> None:
    """The close of the first is no word on the second one."""
    with (watched.windows / "a").open("wb") as first, (watched.windows / "a").open("ab") as second:
        first.write(b"first ")
        first.close()
        held(watched, "a")
        second.write(b"second")
    expect(watched, "a", b"first second")


def test_a_writer_by_mapping_without_a_descriptor(watched: AgentProcess) -> None:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    fd = os.open(watched.windows / "a", os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, 8)
    address = libc.mmap(None, 8, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, fd, 0)
    os.close(fd)
    ctypes.memmove(address, b"half", 4)
    held(watched, "a")
    ctypes.memmove(address + 4, b"half", 4)
    libc.munmap(address, 8)
    expect(watched, "a", b"halfhalf")


def test_an_editor_that_renames_into_place(watched: AgentProcess) -> None:
    (watched.windows / "a").write_bytes(b"before")
    expect(watched, "a", b"before")
    with (watched.windows / ".a.swp").open("wb") as file:
        file.write(b"after")
    (watched.windows / ".a.swp").rename(watched.windows / "a")
    expect(watched, "a", b"after")


def test_renamed_while_it_is_written(watched: AgentProcess) -> None:
    with (watched.windows / "a").open("wb") as file:
        file.write(b"half")
        file.flush()
        (watched.windows / "a").rename(watched.windows / "b")
        held(watched, "b")
        file.write(b" and half")
    expect(watched, "b", b"half and half")
    assert "a" not in delivered(watched)


def test_what_is_moved_in_from_outside(watched: AgentProcess, tmp_path: Path) -> None:
    """A file, a directory with contents, one that somebody still writes in there; and what comes into it afterwards."""
    outside = tmp_path / "outside"
    (outside / "d" / "e").mkdir(parents=True)
    (outside / "file").write_bytes(b"x")
    (outside / "d" / "e" / "old").write_bytes(b"y")
    with (outside / "d" / "open").open("wb") as file:
        file.write(b"half")
        file.flush()
        (outside / "file").rename(watched.windows / "file")
        (outside / "d").rename(watched.windows / "d")
        expect(watched, "file", b"x")
        expect(watched, "d/e/old", b"y")
        held(watched, "d/open")
        file.write(b" and half")
    expect(watched, "d/open", b"half and half")
    (watched.windows / "d" / "e" / "new").write_bytes(b"z")
    expect(watched, "d/e/new", b"z")
    (watched.windows / "d").rename(watched.windows / "f")
    (watched.windows / "f" / "e" / "newer").write_bytes(b"z")
    expect(watched, "f/e/newer", b"z")
    watched.wait_for(lambda: not (watched.export / "d").exists(), LONG)


def test_another_name_of_a_file_from_outside(watched: AgentProcess, tmp_path: Path) -> None:
    """Made whole elsewhere and linked in: no close is told."""
    (tmp_path / "made").write_bytes(b"whole")
    os.link(tmp_path / "made", watched.windows / "a")
    expect(watched, "a", b"whole")


def test_a_writer_who_begins_while_it_is_copied(watched: AgentProcess) -> None:
    """Of a file that is rewritten in place again and again nothing comes but what was whole for a moment."""
    whole = {bytes([number]) * 2 * MIB for number in range(20)}
    for content in sorted(whole):
        with (watched.windows / "a").open("r+b" if content[0] else "wb") as file:
            file.write(content[:MIB])
            file.flush()
            time.sleep(0.01)
            file.write(content[MIB:])
        found = delivered(watched).get("a")
        assert found is None or found in whole
        time.sleep(0.02)
    watched.wait_for(lambda: delivered(watched).get("a") == content, LONG)


def test_an_overflow_leads_to_a_scan(watched: AgentProcess) -> None:
    assert watched.process is not None
    watched.process.send_signal(signal.SIGSTOP)
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for number in range(limit // 2 + 100):
        (watched.windows / f"t{number % 50}").write_bytes(b"x")
        os.rename(watched.windows / f"t{number % 50}", watched.windows / f"f{number % 50}")
    (watched.windows / "last").write_bytes(b"x")
    watched.process.send_signal(signal.SIGCONT)
    expect(watched, "last", b"x")
    watched.wait_for(lambda: len(delivered(watched)) == 51, LONG)
    assert "too many changes at once" in watched.log.read_text()


def test_without_watches_it_is_polled(agent: AgentProcess) -> None:
    """The user's watches are used up: the status says so, files come, and still no part of one."""
    limit = Path("/proc/sys/user/max_inotify_watches")
    if os.geteuid() != 0 or subprocess.run(["unshare", "--user", "true"], check=False).returncode:
        pytest.skip("this machine has no user namespaces, in which alone a test may set such a limit")
    script = f'echo 3 > {limit} && exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]
    for number in range(5):
        (agent.windows / f"d{number}").mkdir()
    agent.once()
    run: Callable[..., list[str]] = agent.command
    agent.command = lambda mode, *arguments: [*command, *run(mode, *arguments)]  # type: ignore[method-assign]
    agent.start("windows_to_nas", "--quiet-period", "1")
    agent.wait_until_idle()
    assert agent.status()["watching"] == {"windows": "polling: the limit of inotify watches is reached"}
    (agent.windows / "d4" / "a").write_bytes(b"x")
    expect(agent, "d4/a", b"x")


def test_the_directory_is_another_one(watched: AgentProcess) -> None:
    """With the same marker: what is put into the new one comes without waiting for the next scan."""
    old = watched.windows.with_name("old")
    watched.windows.rename(old)
    watched.windows.mkdir()
    (watched.windows / MARKER).write_text(json.dumps({"format": 1, "server": "server", "generation": "one"}))
    (watched.windows / "a").write_bytes(b"x")
    expect(watched, "a", b"x")
    (watched.windows / "b").write_bytes(b"x")
    expect(watched, "b", b"x")


def test_another_file_system_inside(agent: AgentProcess) -> None:
    """What is mounted inside is heard of as well, where it was there before."""
    inside = agent.windows / "inside"
    inside.mkdir()
    with small_disk(inside, MIB):
        agent.once()
        agent.start("windows_to_nas", "--quiet-period", "0.1", "--interval", "600")
        agent.wait_until_idle()
        with (inside / "a").open("wb") as file:
            file.write(b"half")
            file.flush()
            held(agent, "inside/a")
            file.write(b" and half")
        expect(agent, "inside/a", b"half and half")
        agent.stop()


def test_a_program_of_its_own_that_dies_halfway(watched: AgentProcess) -> None:
    """The kernel closes what a killed program had open: what it left is what the file is."""
    program = "import sys, time; f = open(sys.argv[1], 'wb', 0); f.write(b'half'); print(flush=True); time.sleep(999)"
    command = [sys.executable, "-c", program, str(watched.windows / "a")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        held(watched, "a")
        writer.kill()
    expect(watched, "a", b"half")


def test_the_end_leaves_out_what_is_open(agent: AgentProcess) -> None:
    agent.once()
    agent.start("windows_to_nas", "--quiet-period", "0.5")
    agent.wait_until_idle()
    with (agent.windows / "open").open("wb") as file:
        file.write(b"half")
        file.flush()
        (agent.windows / "closed").write_bytes(b"x")
        assert agent.stop() == 0
        assert delivered(agent) == {"closed": b"x"}


def test_what_cannot_be_trusted_is_polled(agent: AgentProcess, tmp_path: Path) -> None:
    """On overlayfs a lease says nothing: the status names it, and the quiet period decides."""
    parts = {name: tmp_path / name for name in ("lower", "upper", "work")}
    for path in parts.values():
        path.mkdir()
    options = f"lowerdir={parts['lower']},upperdir={parts['upper']},workdir={parts['work']}"
    mount = ["mount", "-t", "overlay", "-o", options, "overlay", str(agent.windows)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine does not let root mount an overlay here")
    try:
        agent.mark()
        agent.once()
        agent.start("windows_to_nas", "--quiet-period", "1")
        agent.wait_until_idle()
        assert agent.status()["watching"] == {"windows": "polling: no events on overlayfs"}
        begin = time.monotonic()
        (agent.windows / "a").write_bytes(b"x")
        expect(agent, "a", b"x")
        assert time.monotonic() - begin > 1
        agent.stop()
    finally:
        subprocess.run(["umount", "-l", str(agent.windows)], check=True)
