# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which system calls each fault is about, and that the helper and the modules mean the same by it."""

from __future__ import annotations

import errno
import os

import pytest
from nas_fault_helper import calls
from nas_fault_helper.faults import Fault, read_order
from nas_fault_helper.handles import Handles

from ansible_collections.file_simulator.nas.plugins.module_utils._model import active_faults
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import KINDS, OPERATIONS, read_fault

O_PATH = 0o10000000
PATHS = {
    "pwritev": (3, 0, 1, 0, 0, 0),
    "preadv": (3, 0, 1, 0, 0, 0),
    "ftruncate": (3, 0, 0, 0, 0, 0),
    "openat": (3, 0, os.O_WRONLY | os.O_CREAT, 0o600, 0, 0),
    "mkdirat": (3, 0, 0o700, 0, 0, 0),
    "unlinkat": (3, 0, 0, 0, 0, 0),
    "renameat": (3, 0, 4, 0, 0, 0),
    "getdents64": (3, 0, 1024, 0, 0, 0),
    "fsync": (3, 0, 0, 0, 0, 0),
    "fchmod": (3, 0, 0, 0, 0, 0),
    "newfstatat": (3, 0, 0, 0x100, 0, 0),
    "open_by_handle_at": (3, 0, os.O_RDWR, 0, 0, 0),
}


def operation(name: str, looks_up: bool = True) -> str:
    return calls.operation(name, PATHS[name], looks_up)


def test_operations_of_calls() -> None:
    assert {name: operation(name) for name in PATHS} == {
        "pwritev": "write",
        "preadv": "read",
        "ftruncate": "write",
        "openat": "create",
        "mkdirat": "create",
        "unlinkat": "remove",
        "renameat": "rename",
        "getdents64": "list",
        "fsync": "sync",
        "fchmod": "attributes",
        "newfstatat": "lookup",
        "open_by_handle_at": calls.OPEN_TO_WRITE,
    }


@pytest.mark.parametrize(
    ("name", "arguments", "looks_up"),
    [
        ("openat", (3, 0, os.O_RDONLY, 0, 0, 0), False),
        ("open_by_handle_at", (3, 0, os.O_RDONLY, 0, 0, 0), False),
        # The access mode 3 of a handle that is opened to look a name up in it is no wish to write.
        ("open_by_handle_at", (3, 0, O_PATH | os.O_ACCMODE, 0, 0, 0), False),
        ("newfstatat", (3, 0, 0, 0x1000, 0, 0), True),
        # Each entry of a listing.
        ("newfstatat", (3, 0, 0, 0x100, 0, 0), False),
        ("name_to_handle_at", (3, 0, 0, 0, 0, 0), True),
        ("recvfrom", (3, 0, 4, 0, 0, 0), False),
        ("close", (3, 0, 0, 0, 0, 0), False),
    ],
)
def test_calls_that_are_no_operation(name: str, arguments: tuple[int, ...], looks_up: bool) -> None:
    assert calls.operation(name, arguments, looks_up) == ""


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_each_call_has_a_number_of_its_own(machine: str) -> None:
    names = calls.names(machine)
    assert set(PATHS) <= set(names.values())
    assert len(set(names.values())) == len(names)


def test_machine_of_another_kind() -> None:
    with pytest.raises(KeyError):
        calls.names("riscv64")


def errors(fault: Fault) -> dict[str, int]:
    found = {name: fault.error(name, operation(name)) for name in PATHS}
    return {name: number for name, number in found.items() if number}


def test_errors_of_each_fault() -> None:
    changes = ("pwritev", "ftruncate", "openat", "mkdirat", "unlinkat", "renameat", "fchmod", "open_by_handle_at")
    assert errors(Fault("full")) == dict.fromkeys(("pwritev", "openat", "mkdirat"), errno.ENOSPC)
    assert errors(Fault("quota")) == dict.fromkeys(("pwritev", "openat", "mkdirat"), errno.EDQUOT)
    assert errors(Fault("read_only")) == dict.fromkeys(changes, errno.EROFS)
    assert errors(Fault("permission")) == dict.fromkeys((*changes, "preadv", "getdents64"), errno.EACCES)
    assert errors(Fault("io_error", operations=["read"])) == {"preadv": errno.EIO}
    for kind in ("slow", "stale", "hang", "unreachable", "disconnect"):
        assert errors(Fault(kind, operations=list(OPERATIONS))) == {}


def test_every_third_is_counted_over_all_operations() -> None:
    fault = Fault("io_error", operations=["read", "write"], every=3)
    given = ["preadv", "pwritev", "unlinkat", "preadv", "preadv", "pwritev", "pwritev"]
    assert [fault.error(name, operation(name)) for name in given] == [0, 0, 0, errno.EIO, 0, 0, errno.EIO]


def test_pauses() -> None:
    assert Fault("slow", delay=300, operations=["read"]).seconds("read") == 0.3
    assert Fault("slow", delay=300, operations=["read"]).seconds("write") == 0
    assert Fault("full").seconds("write") == 0
    taken = [Fault("slow", delay=300, jitter=300, operations=["read"]).seconds("read") for _time in range(200)]
    assert 0 <= min(taken) < 0.1 and 0.5 < max(taken) <= 0.6


@pytest.mark.parametrize("kind", KINDS)
def test_helper_understands_what_modules_order(kind: str) -> None:
    least = {"slow": {"delay": 5, "jitter": 1}, "disconnect": {"every": 2}}.get(kind, {})
    fault = read_fault({"fault": kind, **least, "duration": 9})
    (active,) = active_faults.with_fault([], fault, 100)
    order = read_order(active_faults.order([active], ["/export/data"], [2049]))
    (read,) = order.faults
    assert (read.fault, read.delay, read.jitter, read.every, read.until) == (
        kind,
        fault.delay,
        fault.jitter,
        fault.every,
        109,
    )
    assert list(read.operations) == list(fault.operations)
    assert order.has(kind) and order.traces == (kind != "unreachable")
    assert not read.over(108) and read.over(109)
    assert active_faults.PROGRAM[-1] == "nas_fault_helper"


@pytest.mark.parametrize("kind", ["full", "quota", "read_only", "permission"])
def test_operations_that_get_errors_are_those_that_modules_tell_of(kind: str) -> None:
    found = {operation(name) for name in errors(Fault(kind))} - {calls.OPEN_TO_WRITE}
    assert found == set(KINDS[kind].answers)


class TestHandles:
    ROOT, OLD, NEW = b"root", b"old", b"new"

    def stale(self, handles: Handles, name: str, first: int, second: int = 0) -> bool:
        known = {1: self.ROOT, 2: self.OLD, 3: self.NEW}
        return handles.is_stale(name, (first, second, 0, 0, 0, 0), lambda address: known[address])

    def test_all_are_stale_but_exports_and_what_was_looked_up(self) -> None:
        handles = Handles([self.ROOT], [])
        assert not self.stale(handles, "open_by_handle_at", 4, 1)
        assert self.stale(handles, "open_by_handle_at", 4, 2)
        assert self.stale(handles, "open_by_handle_at", 4, 3)
        handles.looked_up(self.NEW)
        assert not self.stale(handles, "open_by_handle_at", 4, 3)
        assert self.stale(handles, "open_by_handle_at", 4, 2)

    def test_files_that_were_open_are_stale_until_they_are_closed(self) -> None:
        handles = Handles([], [7])
        assert self.stale(handles, "preadv", 7) and self.stale(handles, "pwritev", 7)
        assert not self.stale(handles, "preadv", 8)
        assert not self.stale(handles, "close", 7)
        assert not self.stale(handles, "preadv", 7)
