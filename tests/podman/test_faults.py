# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on purpose, as clients see them, and what is left of them: nothing."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import signal
import socket
import struct
import threading
import time
import typing as t
from pathlib import Path

import nfs_rs
import pytest

from ..module_runner import ModuleFailed, run_module
from ..validation.servers import podman
from .simulator import INSTANCE, PORT, SERVER, Simulator
from .test_open_files import content, opened, wait_for

from ansible_collections.file_simulator.nas.plugins.modules import nas_fault, nas_fault_info  # isort: skip

CONTAINER = f"{INSTANCE}.{SERVER}.nfs-server"
# RPC NULL of NFSv4 as one record (RFC 5531), and how long the answer is, with the record's mark.
NULL = struct.pack(">11I", 0x80000028, 7, 0, 2, 100003, 4, *[0] * 5)
ANSWER = 28
# Each with the least that it takes.
ALL: list[dict[str, t.Any]] = [
    {"fault": "slow", "delay": 300},
    {"fault": "full"},
    {"fault": "quota"},
    {"fault": "io_error"},
    {"fault": "read_only"},
    {"fault": "permission"},
    {"fault": "stale"},
    {"fault": "hang"},
    {"fault": "unreachable"},
    {"fault": "disconnect", "every": 1},
]


class Faults:
    """Makes and ends them."""

    def __init__(self, simulator: Simulator) -> None:
        self._arguments = simulator.inventory()

    def on(self, fault: str, **options: t.Any) -> dict[str, t.Any]:
        result: dict[str, t.Any] = run_module(nas_fault, fault=fault, **options, **self._arguments)
        return result

    def off(self, fault: str | None = None) -> bool:
        given = {"fault": fault} if fault else {}
        return bool(run_module(nas_fault, state="absent", **given, **self._arguments)["changed"])

    def known(self) -> list[str]:
        (server,) = run_module(nas_fault_info, **self._arguments)["servers"]
        return [each["fault"] for each in server["faults"]]


@pytest.fixture
def faults(simulator: Simulator) -> t.Iterator[Faults]:
    simulator.apply()
    faults = Faults(simulator)
    yield faults
    faults.off()
    wait_for(lambda: left() == [])
    assert traced_by(server_process()) == 0


@pytest.fixture
def client(simulator: Simulator, faults: Faults) -> t.Iterator[t.Any]:
    client = simulator.client()
    for name in client.listdir("/data"):
        path = f"/data/{name}"
        client.rmdir(path) if client.stat(path).type == nfs_rs.FileType.DIRECTORY else client.unlink(path)
    with opened(client, "/data/there", "wb") as stream:
        stream.write(b"whole")
    yield client
    client.close()


def helpers() -> list[dict[str, t.Any]]:
    """The containers that make faults, as podman has them."""
    labels = [f"label=file-simulator.instance={INSTANCE}", "label=file-simulator.fault"]
    words = [word for label in labels for word in ("--filter", label)]
    found: list[dict[str, t.Any]] = json.loads(podman("ps", "--all", "--format", "json", *words))
    return found


def left() -> list[str]:
    """What is there of faults: containers, and processes beside the server."""
    return [str(each["Names"]) for each in helpers()] + beside(server_process())


def beside(server: int) -> list[str]:
    """The commands of the other processes in a server's PID namespace."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            same = os.readlink(process / "ns" / "pid") == os.readlink(f"/proc/{server}/ns/pid")
            if same and process.name != str(server):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def server_process() -> int:
    return int(podman("inspect", "--format", "{{.State.Pid}}", CONTAINER))


def traced_by(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("TracerPid:")))


def error_of(work: t.Callable[[], object]) -> int:
    """The errno with which something fails, 0 when it does not."""
    try:
        work()
    except OSError as error:
        return error.errno or 0
    except nfs_rs.NfsStateLostError:
        return errno.ESTALE
    except nfs_rs.NfsProtocolError as error:
        assert "i/o error" in str(error)
        return errno.EIO
    return 0


def write(client: t.Any, path: str, text: bytes = b"new") -> None:
    with client.open(path, "wb") as stream:
        stream.write(text)


def overwrite(client: t.Any, path: str) -> None:
    with client.open(path, "r+b") as stream:
        stream.write(b"WHOLE")


def read(client: t.Any, path: str) -> bytes:
    with client.open(path, "rb") as stream:
        return bytes(stream.read())


def operations(client: t.Any) -> dict[str, t.Callable[[], object]]:
    """One of each, in an order in which all of them work."""
    return {
        "read": lambda: read(client, "/data/there"),
        "write": lambda: overwrite(client, "/data/there"),
        "create": lambda: client.mkdir("/data/directory"),
        "rename": lambda: client.rename("/data/directory", "/data/renamed"),
        "remove": lambda: client.rmdir("/data/renamed"),
        "list": lambda: list(client.scandir("/data")),
        "attributes": lambda: client.chmod("/data/there", 0o640),
    }


def tried(client: t.Any) -> dict[str, int]:
    """The errors of all operations that have one."""
    found = {name: error_of(work) for name, work in operations(client).items()}
    return {name: number for name, number in found.items() if number}


def all_well(client: t.Any) -> bool:
    return tried(client) == {} and read(client, "/data/there") == b"WHOLE"


CHANGES = ("write", "create", "rename", "remove", "attributes")
# What does not exist because making it failed is not found afterwards.
NOT_MADE = {"rename": errno.ENOENT, "remove": errno.ENOENT}


@pytest.mark.parametrize(
    ("fault", "errors"),
    [
        ("full", {"write": errno.ENOSPC, "create": errno.ENOSPC, **NOT_MADE}),
        ("quota", {"write": errno.EDQUOT, "create": errno.EDQUOT, **NOT_MADE}),
        ("io_error", {"read": errno.EIO, "write": errno.EIO, "list": errno.EIO}),
        ("read_only", {**dict.fromkeys(CHANGES, errno.EROFS), **NOT_MADE}),
        ("permission", {**dict.fromkeys((*CHANGES, "read", "list"), errno.EACCES), **NOT_MADE}),
    ],
)
def test_errors(client: t.Any, faults: Faults, fault: str, errors: dict[str, int]) -> None:
    process = server_process()
    assert all_well(client)
    assert faults.on(fault)["changed"] and not faults.on(fault)["changed"]
    assert faults.known() == [fault]
    assert tried(client) == errors
    assert faults.off() and not faults.off()
    assert faults.known() == []
    assert all_well(client)
    assert server_process() == process


def test_rename_and_removal_have_their_own_errors(client: t.Any, faults: Faults) -> None:
    for fault, number in (("read_only", errno.EROFS), ("permission", errno.EACCES)):
        faults.on(fault)
        assert error_of(lambda: client.rename("/data/there", "/data/elsewhere")) == number
        assert error_of(lambda: client.unlink("/data/there")) == number
        faults.off()
    assert read(client, "/data/there") == b"whole"


def test_full_tells_what_is_there(client: t.Any, faults: Faults, simulator: Simulator) -> None:
    """A writer whose NAS fills up: what was confirmed to it is what is there, on both sides."""
    confirmed = b""
    stream = opened(client, "/data/log", "wb")
    failed = 0
    for number in range(60):
        if number == 30:
            faults.on("full")
        line = b"%06d\n" % number * 1000
        failed = error_of(lambda line=line: (stream.write(line), stream.flush()))
        if failed:
            break
        confirmed += line
    assert failed == errno.ENOSPC and len(confirmed) == 30 * 7000
    error_of(stream.close)
    assert read(client, "/data/log")[: len(confirmed)] == confirmed
    faults.off()
    assert read(client, "/data/log") == confirmed
    wait_for(lambda: (simulator.windows / "log").exists() and (simulator.windows / "log").read_bytes() == confirmed)


def seconds(work: t.Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def test_slow(client: t.Any, faults: Faults) -> None:
    """A pause in each operation. Writing and reading take more than one call each."""
    with pytest.raises(ModuleFailed, match="delay: is missing"):
        faults.on("slow")
    faults.on("slow", delay=400, operations=["read", "write", "create", "remove", "rename", "list"])
    took = {name: seconds(work) for name, work in operations(client).items()}
    assert took.pop("attributes") < 0.4
    assert {name: figure for name, figure in took.items() if figure < 0.4} == {}
    faults.off()
    assert max(seconds(work) for work in operations(client).values()) < 0.4


def test_slow_is_about_operations_alone_that_it_is_told(client: t.Any, faults: Faults) -> None:
    faults.on("slow", delay=600, jitter=200, operations=["create"])
    taken = [seconds(lambda number=number: client.mkdir(f"/data/d{number}")) for number in range(5)]
    assert min(taken) >= 0.4
    assert len({round(each, 2) for each in taken}) > 1
    assert seconds(lambda: read(client, "/data/there")) < 0.4


def test_every_third(client: t.Any, faults: Faults) -> None:
    faults.on("io_error", operations=["create"], every=3)
    failed = [error_of(lambda number=number: client.mkdir(f"/data/d{number}")) for number in range(12)]
    assert failed == [0, 0, errno.EIO] * 4


def test_stale_until_looked_up_anew(client: t.Any, faults: Faults) -> None:
    stream = opened(client, "/data/there")
    stream.write(b"W")
    stream.flush()
    faults.on("stale")
    assert error_of(lambda: (stream.write(b"H"), stream.flush())) == errno.ESTALE
    assert error_of(lambda: overwrite(client, "/data/there")) == 0
    assert read(client, "/data/there") == b"WHOLE"
    assert sorted(client.listdir("/data")) == ["there"]


def test_hang_goes_on_afterwards(client: t.Any, faults: Faults) -> None:
    """Who waits gets his answer when it is over, by the connection that he had; a probe in the pod gets one meanwhile."""
    faults.on("hang")
    done: list[float] = []

    def work() -> None:
        overwrite(client, "/data/there")
        done.append(time.monotonic())

    waiting = threading.Thread(target=work, daemon=True)
    waiting.start()
    with socket.create_connection(("127.0.0.1", PORT), timeout=5) as connection:
        connection.settimeout(3)
        connection.sendall(NULL)
        with pytest.raises(TimeoutError):
            connection.recv(4)
        inside = "import socket, sys; s = socket.create_connection(('127.0.0.1', 2049), 5); s.sendall(bytes.fromhex(sys.argv[1])); print(len(s.recv(99)))"
        assert podman("exec", CONTAINER, "python3", "-c", inside, NULL.hex()).strip() == str(ANSWER)
        assert not done and waiting.is_alive()
        ended = time.monotonic()
        faults.off()
        connection.settimeout(10)
        assert connection.recv(4)
    waiting.join(10)
    assert done and done[0] > ended
    assert read(client, "/data/there") == b"WHOLE"


def test_unreachable(client: t.Any, faults: Faults) -> None:
    with socket.create_connection(("127.0.0.1", PORT), timeout=5) as before:
        faults.on("unreachable")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", PORT), timeout=5).close()
        with pytest.raises(ConnectionResetError):
            before.sendall(NULL)
            before.recv(4)
    faults.off()
    socket.create_connection(("127.0.0.1", PORT), timeout=5).close()


def test_disconnect(client: t.Any, faults: Faults) -> None:
    """Each connection is reset about every second, and a new one works."""
    faults.on("disconnect", every=1)
    ends: list[float] = []
    end = time.monotonic() + 60
    while len(ends) < 4:
        assert time.monotonic() < end
        with socket.create_connection(("127.0.0.1", PORT), timeout=5) as connection, contextlib.suppress(OSError):
            while answered(connection):
                time.sleep(0.02)
        ends.append(time.monotonic())
    faults.off()
    pauses = [later - earlier for earlier, later in itertools.pairwise(ends)]
    assert min(pauses) > 0.5
    with socket.create_connection(("127.0.0.1", PORT), timeout=5) as connection:
        assert answered(connection)


def answered(connection: socket.socket) -> bool:
    connection.sendall(NULL)
    return len(connection.recv(ANSWER, socket.MSG_WAITALL)) == ANSWER


def delivery(simulator: Simulator, text: str) -> float:
    """How many seconds it takes until what is put into the export is in Windows."""
    started = time.monotonic()
    (simulator.export / f"meanwhile-{text}").write_text(text)
    wait_for(lambda: content(simulator.windows / f"meanwhile-{text}") == text)
    return time.monotonic() - started


@pytest.mark.parametrize("given", ALL, ids=[each["fault"] for each in ALL])
def test_agent_goes_on_delivering(client: t.Any, faults: Faults, simulator: Simulator, given: dict[str, t.Any]) -> None:
    """What is in the export is carried to Windows; what a client wrote before the fault, too."""
    write(client, f"/data/before-{given['fault']}", b"a client's")
    without = delivery(simulator, "without")
    faults.on(**given)
    print(f"delivered in {without:.2f} s without, and in {delivery(simulator, given['fault']):.2f} s with {given}")
    wait_for(lambda: content(simulator.windows / f"before-{given['fault']}") == "a client's")
    assert simulator.sync()["done"]
    assert faults.known() == [given["fault"]]


@pytest.mark.parametrize("given", ALL, ids=[each["fault"] for each in ALL])
def test_told_in_plain_words(faults: Faults, simulator: Simulator, given: dict[str, t.Any]) -> None:
    faults.on(**given)
    report = simulator.report()
    assert report["warnings"][0].startswith(f"fault on purpose: {given['fault']}: ")
    assert f"fault on purpose: {given['fault']}: " in report["summary"]
    assert [each["fault"] for each in report["faults"]] == [given["fault"]]
    silent = given["fault"] in ("hang", "unreachable")
    assert report["state"] == ("not_answering" if silent else "ready")
    assert "make up" not in report["problem"]


def test_rights_are_the_helpers_alone(faults: Faults) -> None:
    before = podman("inspect", "--format", "{{.EffectiveCaps}}", CONTAINER)
    for fault, rights in (("full", ["CAP_SYS_PTRACE"]), ("unreachable", ["CAP_NET_ADMIN"])):
        faults.on(fault)
        (helper,) = helpers()
        (shown,) = json.loads(podman("inspect", helper["Id"]))
        assert shown["EffectiveCaps"] == rights
        assert "no-new-privileges" in shown["HostConfig"]["SecurityOpt"] and not shown["HostConfig"]["Privileged"]
        assert fault in helper["Labels"]["file-simulator.fault"]
        assert podman("inspect", "--format", "{{.EffectiveCaps}}", CONTAINER) == before
        faults.off()


def test_several_at_once(client: t.Any, faults: Faults) -> None:
    faults.on("full")
    faults.on("slow", delay=400, operations=["create"])
    assert faults.known() == ["full", "slow"]
    assert len(helpers()) == 1
    started = time.monotonic()
    assert error_of(lambda: client.mkdir("/data/d")) == errno.ENOSPC
    assert time.monotonic() - started >= 0.4
    with pytest.raises(ModuleFailed, match="'quota' cannot be on beside 'full': both would answer write"):
        faults.on("quota")
    assert faults.off("full")
    assert faults.known() == ["slow"]
    assert error_of(lambda: client.mkdir("/data/d")) == 0


def test_time_that_is_over(client: t.Any, faults: Faults) -> None:
    faults.on("slow", delay=1)
    faults.on("full", duration=4)
    assert error_of(lambda: client.mkdir("/data/d")) == errno.ENOSPC
    wait_for(lambda: faults.known() == ["slow"])
    assert error_of(lambda: client.mkdir("/data/d")) == 0
    faults.on("slow", delay=1, duration=2)
    wait_for(lambda: faults.known() == [])
    wait_for(lambda: left() == [])


@pytest.mark.parametrize("given", ALL, ids=[each["fault"] for each in ALL])
def test_helper_that_is_killed(client: t.Any, faults: Faults, given: dict[str, t.Any]) -> None:
    """Nothing outlives it: the server works as before, at once, and is said to."""
    process = server_process()
    faults.on(**given)
    (helper,) = helpers()
    os.kill(int(podman("inspect", "--format", "{{.State.Pid}}", helper["Id"])), signal.SIGKILL)
    wait_for(lambda: traced_by(process) == 0)
    wait_for(lambda: error_of(lambda: socket.create_connection(("127.0.0.1", PORT), 5).close()) == 0)
    assert faults.known() == []
    # A connection that the fault has ended is the client's own matter.
    fresh = given["fault"] in ("unreachable", "disconnect")
    assert fresh or all_well(client)
    wait_for(lambda: left() == [])
    assert server_process() == process


@pytest.mark.parametrize("given", [{"fault": "hang"}, {"fault": "full"}, {"fault": "unreachable"}])
def test_ends_of_servers_end_faults(faults: Faults, simulator: Simulator, given: dict[str, t.Any]) -> None:
    faults.on(**given)
    podman("restart", "--time", "5", CONTAINER)
    assert faults.known() == []
    wait_for(lambda: left() == [])
    simulator.apply()
    faults.on(**given)
    assert simulator.apply(), "ending a fault is a change"
    assert faults.known() == [] and left() == []
    assert simulator.report()["state"] == "ready"
    assert not simulator.apply()
    faults.on(**given)
    simulator.apply("stopped")
    assert faults.known() == [] and helpers() == []
    with pytest.raises(ModuleFailed, match=f"server {SERVER}: it does not run, so there is nothing to break"):
        faults.on(**given)
    simulator.apply()
    faults.on(**given)
    simulator.apply("absent")
    assert helpers() == []
    simulator.apply()


def test_on_and_off_under_load(client: t.Any, faults: Faults, simulator: Simulator) -> None:
    """Whatever was confirmed to a client is there, on both sides; the server is the same, and has no more of anything."""
    process = server_process()
    before = descriptors(process)
    stop = threading.Event()
    confirmed: dict[str, bytes] = {}
    broken: list[BaseException] = []

    def work(number: int) -> None:
        own, count = simulator.client(), 0
        while not stop.is_set():
            name, text = f"w{number}-{count}", b"%d:%d\n" % (number, count) * 500
            try:
                write(own, f"/data/{name}", text)
            except OSError:
                own.close()
                own = simulator.client()
                continue
            except Exception as error:
                broken.append(error)
                return
            confirmed[name] = text
            count += 1
        own.close()

    writers = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(3)]
    for each in writers:
        each.start()
    rounds = [{"fault": "full"}, {"fault": "slow", "delay": 20, "jitter": 20}, {"fault": "hang"}, {"fault": "quota"}]
    for given in rounds * 3:
        faults.on(**given)
        faults.off()
    stop.set()
    for each in writers:
        each.join(60)
    assert not broken and len(confirmed) > 20
    assert all(read(client, f"/data/{name}") == text for name, text in confirmed.items())
    wait_for(
        lambda: all(content(simulator.windows / name) == text.decode() for name, text in confirmed.items()), within=120
    )
    assert server_process() == process
    assert descriptors(process) <= before + 10
    wait_for(lambda: left() == [])


def test_costs(client: t.Any, faults: Faults) -> None:
    """What it costs that system calls are looked at: a fault is on that never comes to it."""
    taken: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(3):
        for kind in taken:
            if kind == "with":
                faults.on("io_error", operations=["rename"])
            names = [f"/data/c{turn}-{kind}-{number}" for number in range(100)]
            whole = b"x" * (1 << 20)
            small = seconds(lambda names=names: [write(client, name) for name in names]) / len(names)
            large = seconds(lambda kind=kind, whole=whole: write(client, f"/data/{kind}", whole * 40))
            print(f"{kind}: {small * 1000:.1f} ms for a new file, {40 / large:.0f} MiB/s written")
            taken[kind].append(small)
            faults.off()
    assert min(taken["with"]) < 0.1


def descriptors(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))
