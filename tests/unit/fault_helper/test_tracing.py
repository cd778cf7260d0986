# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The helper beside a process that is no NFS server, and makes a server's system calls, in several threads."""

from __future__ import annotations

import errno
import json
import os
import platform
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

from .conftest import FILES

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="its system calls are Linux'"
)

# Each line that comes is done in the next of four threads; what comes back is an error's number and the time that it took.
SERVER = """
import json, os, queue, sys, threading, time
root = os.open(sys.argv[1], os.O_RDONLY)
names = iter(range(10**9))
stream = os.open(sys.argv[1] + "/file", os.O_RDWR | os.O_CREAT)
work = {
    "create": lambda: os.mkdir(f"d{next(names)}", dir_fd=root),
    "write": lambda: os.pwritev(stream, [b"text"], 0),
    "read": lambda: os.preadv(stream, [bytearray(4)], 0),
    "sync": lambda: os.fsync(stream),
    "list": lambda: os.listdir(sys.argv[1]),
}
jobs, answers = queue.Queue(), queue.Queue()
def go():
    while True:
        job, began, number = jobs.get(), time.monotonic(), 0
        try:
            work[job]()
        except OSError as error:
            number = error.errno
        answers.put([number, time.monotonic() - began])
for _number in range(4):
    threading.Thread(target=go, daemon=True).start()
print("here", flush=True)
for line in sys.stdin:
    jobs.put(line.strip())
    print(json.dumps(answers.get()), flush=True)
"""


class Server:
    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout and self.process.stdout.readline() == "here\n"

    def do(self, job: str) -> tuple[int, float]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{job}\n")
        self.process.stdin.flush()
        number, seconds = json.loads(self.process.stdout.readline())
        return int(number), float(seconds)

    def error(self, job: str) -> int:
        return self.do(job)[0]

    @property
    def tracers(self) -> set[str]:
        found = set()
        for path in Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            found |= {line.split()[1] for line in path.read_text().splitlines() if line.startswith("TracerPid")}
        return found


class Helpers:
    """Starts helpers, and ends those that are left."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *faults: dict[str, t.Any]) -> subprocess.Popen[str]:
        order = {"faults": faults, "exports": [], "ports": [2049]}
        environment = {"NAS_FAULT_PROCESS": str(self._server.process.pid), "PYTHONPATH": str(FILES)}
        helper = subprocess.Popen(
            [sys.executable, "-m", "nas_fault_helper", json.dumps(order)],
            env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.started.append(helper)
        return helper

    def on(self, *faults: dict[str, t.Any]) -> subprocess.Popen[str]:
        helper = self.start(*faults)
        self.has_begun(helper)
        return helper

    @staticmethod
    def has_begun(helper: subprocess.Popen[str]) -> None:
        assert helper.stdout
        said = helper.stdout.readline()
        if "Operation not permitted" in said:
            pytest.skip("nothing may be traced here")
        assert said == "on\n"


@pytest.fixture
def server(tmp_path: Path) -> t.Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.process.kill()
    server.process.wait()


@pytest.fixture
def helpers(server: Server) -> t.Iterator[Helpers]:
    helpers = Helpers(server)
    yield helpers
    for each in helpers.started:
        each.kill()
        each.wait()


def ended(helper: subprocess.Popen[str]) -> str:
    """What a helper says at its end."""
    assert helper.stdout and helper.wait(20) == 0
    return helper.stdout.read().strip()


def test_errors_and_their_end(server: Server, helpers: Helpers) -> None:
    jobs = ("create", "write", "read", "sync", "list")
    assert [server.error(job) for job in jobs] == [0] * 5
    helper = helpers.on({"fault": "full"})
    assert server.tracers == {str(helper.pid)}
    for _thread in range(8):
        assert [server.error(job) for job in jobs] == [errno.ENOSPC, errno.ENOSPC, 0, 0, 0]
    helper.send_signal(signal.SIGTERM)
    assert ended(helper) == "ended"
    assert server.tracers == {"0"}
    assert [server.error(job) for job in jobs] == [0] * 5


def test_killed_helper_leaves_nothing(server: Server, helpers: Helpers) -> None:
    for _round in range(5):
        helper = helpers.on({"fault": "read_only"})
        assert server.error("create") == errno.EROFS
        helper.kill()
        helper.wait()
        assert server.tracers == {"0"}
        assert server.error("create") == 0


def test_killed_while_it_holds_a_call(server: Server, helpers: Helpers) -> None:
    """The call is made as if nothing had been."""
    helper = helpers.on({"fault": "slow", "delay": 600_000, "operations": ["create"]})
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.7; kill -9 {helper.pid}"])
    number, seconds = server.do("create")
    killer.wait()
    assert number == 0 and 0.3 < seconds < 30


def test_pauses(server: Server, helpers: Helpers) -> None:
    helpers.on({"fault": "slow", "delay": 300, "operations": ["write"]}, {"fault": "full"})
    number, seconds = server.do("write")
    assert number == errno.ENOSPC and seconds >= 0.3
    assert server.do("read")[1] < 0.3


def test_every_second(server: Server, helpers: Helpers) -> None:
    helpers.on({"fault": "io_error", "operations": ["read"], "every": 2})
    assert [server.error("read") for _time in range(6)] == [0, errno.EIO] * 3


def test_time_ends_each_fault_and_the_helper_with_the_last(server: Server, helpers: Helpers) -> None:
    now = time.time()
    helper = helpers.on(
        {"fault": "full", "until": now + 2},
        {"fault": "io_error", "operations": ["read"], "until": now + 4},
    )
    assert server.error("write") == errno.ENOSPC
    while server.error("write"):
        assert time.time() < now + 20
    assert time.time() >= now + 2
    assert server.error("read") == errno.EIO or time.time() > now + 4
    assert ended(helper) == "the time is over"
    assert server.error("read") == 0


def test_end_of_one_fault_lets_go_what_it_holds(server: Server, helpers: Helpers) -> None:
    helper = helpers.on(
        {"fault": "slow", "delay": 3_600_000, "operations": ["create"], "until": time.time() + 2},
        {"fault": "io_error", "operations": ["read"]},
    )
    assert server.do("create")[1] < 30
    assert server.error("read") == errno.EIO and helper.poll() is None


def test_next_helper_takes_over(server: Server, helpers: Helpers) -> None:
    first = helpers.on({"fault": "full"})
    second = helpers.start({"fault": "quota"})
    assert server.error("create") == errno.ENOSPC
    first.terminate()
    helpers.has_begun(second)
    assert ended(first) == "ended"
    assert server.error("create") == errno.EDQUOT


def test_server_that_ends_ends_its_helper(server: Server, helpers: Helpers) -> None:
    helper = helpers.on({"fault": "full"})
    server.process.kill()
    server.process.wait()
    assert ended(helper) == "the server has ended"


def test_signals_reach_the_server(server: Server, helpers: Helpers) -> None:
    helpers.on({"fault": "full"})
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    server.process.send_signal(signal.SIGCONT)
    assert server.error("read") == 0
    server.process.terminate()
    assert server.process.wait(20) == -signal.SIGTERM


def test_trying_leaves_nothing(server: Server) -> None:
    order = json.dumps({"faults": [{"fault": "full"}], "exports": [], "ports": []})
    done = subprocess.run(
        [sys.executable, "-m", "nas_fault_helper", order, "--try"],
        env={**os.environ, "NAS_FAULT_PROCESS": str(server.process.pid), "PYTHONPATH": str(FILES)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "not permitted" in done.stderr:
        pytest.skip("nothing may be traced here")
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert server.tracers == {"0"} and server.error("create") == 0


def test_export_that_is_not_there_is_told(server: Server) -> None:
    order = json.dumps({"faults": [{"fault": "stale"}], "exports": ["/is/not/there"], "ports": []})
    done = subprocess.run(
        [sys.executable, "-m", "nas_fault_helper", order],
        env={**os.environ, "NAS_FAULT_PROCESS": str(server.process.pid), "PYTHONPATH": str(FILES)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1 and done.stderr.startswith("the kernel refuses: ")
