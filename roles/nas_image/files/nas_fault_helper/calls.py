# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""System calls of NFS-Ganesha, and which of NFS's operations each belongs to. Pure.

Which calls its FSAL_VFS makes was read from a trace of version 4.3: see docs/faults.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_O_ACCMODE, _O_CREAT, _O_PATH = 0o3, 0o100, 0o10000000
_AT_EMPTY_PATH = 0x1000
OPEN, LOOKUP, HANDLE, RECEIVE, CLOSE = "open_by_handle_at", "newfstatat", "name_to_handle_at", "recvfrom", "close"
# Opening a file for writing, which no operation of NFS's words is: only faults that concern every change do.
OPEN_TO_WRITE = "open_to_write"
# What makes nothing larger: a full disk takes it.
TRUNCATION = "ftruncate"

# The numbers on x86-64 (syscall_64.tbl) and on arm64 (asm-generic/unistd.h).
_NUMBERS = {
    "pread64": (17, 67), "preadv": (295, 69), "preadv2": (327, 286),
    "pwrite64": (18, 68), "pwritev": (296, 70), "pwritev2": (328, 287), TRUNCATION: (77, 46), "fallocate": (285, 47),
    "openat": (257, 56), "mkdirat": (258, 34), "symlinkat": (266, 36), "linkat": (265, 37), "mknodat": (259, 33),
    "unlinkat": (263, 35), "renameat": (264, 38), "renameat2": (316, 276), "getdents64": (217, 61),
    "fsync": (74, 82), "fdatasync": (75, 83),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchown": (93, 55), "fchownat": (260, 54), "utimensat": (280, 88),
    "fsetxattr": (190, 7), "fremovexattr": (199, 16),
    LOOKUP: (262, 79), HANDLE: (303, 264), OPEN: (304, 265), RECEIVE: (45, 207), CLOSE: (3, 57),
}  # fmt: skip
_COLUMNS = {"x86_64": 0, "aarch64": 1}

_OPERATIONS = {
    "read": ("pread64", "preadv", "preadv2"),
    "write": ("pwrite64", "pwritev", "pwritev2", TRUNCATION, "fallocate"),
    "create": ("mkdirat", "symlinkat", "linkat", "mknodat"),
    "remove": ("unlinkat",),
    "rename": ("renameat", "renameat2"),
    "list": ("getdents64",),
    "sync": ("fsync", "fdatasync"),
    "attributes": ("fchmod", "fchmodat", "fchown", "fchownat", "utimensat", "fsetxattr", "fremovexattr"),
}
_OPERATION_OF = {call: operation for operation, calls in _OPERATIONS.items() for call in calls}
# Those whose first argument is a descriptor of the file that they are about.
BY_DESCRIPTOR = frozenset(
    call for operation in ("read", "write", "list", "sync") for call in _OPERATIONS[operation]
) | {"fchmod", "fchown", "fsetxattr", "fremovexattr"}  # fmt: skip


def names(machine: str) -> Mapping[int, str]:
    """Return the names of the calls that matter by their numbers on a kind of machine, as uname(2) calls it.

    Raises KeyError where that is not known.
    """
    column = _COLUMNS[machine]
    return {numbers[column]: name for name, numbers in _NUMBERS.items()}


def opens_by_path(flags: int) -> bool:
    """Tell whether a handle is opened to look up a name in it, and for nothing else."""
    return bool(flags & _O_PATH)


def operation(name: str, arguments: Sequence[int], looks_up: bool) -> str:
    """Return the operation that a call belongs to, empty for none.

    ``looks_up`` tells whether its thread has opened the directory for a name in it; else it looks at each of a listing.
    """
    if name == "openat":
        return "create" if arguments[2] & _O_CREAT else ""
    if name == OPEN:
        changes = (arguments[2] & _O_ACCMODE) in (1, 2)
        return OPEN_TO_WRITE if changes and not opens_by_path(arguments[2]) else ""
    if name == LOOKUP:
        return "lookup" if looks_up and not arguments[3] & _AT_EMPTY_PATH else ""
    return _OPERATION_OF.get(name, "")
