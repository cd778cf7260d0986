# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ptrace(2), as far as it is needed here: threads that stop at system calls. Talks to the kernel."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import typing as t

_CONT_SYSCALL = 24
_GETREGSET, _SETREGSET = 0x4204, 0x4205
_SEIZE, _INTERRUPT, _LISTEN = 0x4206, 0x4207, 0x4208
_GET_SYSCALL_INFO = 0x420E
_O_TRACESYSGOOD, _O_TRACECLONE = 1, 8
_NT_PRSTATUS, _NT_ARM_SYSTEM_CALL = 1, 0x404
_INFO_ENTRY, _INFO_EXIT = 1, 2
# struct ptrace_syscall_info (linux/ptrace.h): op, arch, instruction and stack pointers, then number and arguments.
_ENTRY = struct.Struct("=B3xIQQ7Q")
_EXIT = struct.Struct("=B3xIQQq")
# struct user_regs_struct (sys/user.h) and struct user_pt_regs (asm/ptrace.h): words, and where results are.
_X86_WORDS, _X86_RESULT, _X86_NUMBER = 27, 10, 15
_ARM_WORDS, _ARM_RESULT = 34, 0
# waitid's: threads that are nobody's children are waited for as well.
WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long
_buffer = ctypes.create_string_buffer(_ENTRY.size)


class Entry(t.NamedTuple):
    """A system call that is about to be made."""

    number: int
    arguments: tuple[int, ...]


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def _ptrace(request: int, thread: int, address: int = 0, data: t.Any = 0) -> int:
    result: int = _libc.ptrace(request, thread, address, data)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def seize(thread: int) -> None:
    """Become a thread's tracer, and that of the threads that it starts. Raises OSError."""
    _ptrace(_SEIZE, thread, 0, _O_TRACESYSGOOD | _O_TRACECLONE)


def interrupt(thread: int) -> None:
    """Have a thread stop."""
    _ptrace(_INTERRUPT, thread)


def resume(thread: int, signal: int = 0) -> None:
    """Let a stopped thread go on to its next system call, or to the end of the one that it is in."""
    _ptrace(_CONT_SYSCALL, thread, 0, signal)


def listen(thread: int) -> None:
    """Leave a thread stopped that a stop signal has stopped."""
    _ptrace(_LISTEN, thread)


def syscall(thread: int) -> Entry | int | None:
    """Return the call that a stopped thread is about to make, or the result of the one that it has made."""
    size = _ptrace(_GET_SYSCALL_INFO, thread, len(_buffer), ctypes.addressof(_buffer))
    operation = _buffer.raw[0]
    if operation == _INFO_ENTRY and size >= _ENTRY.size:
        words = _ENTRY.unpack_from(_buffer)
        return Entry(words[4], words[5:])
    if operation == _INFO_EXIT:
        return int(_EXIT.unpack_from(_buffer)[4])
    return None


def skip(thread: int, error: int) -> None:
    """Have the call that a thread is about to make not be made; ``answer`` gives its result once it stops again.

    The error is set here as well, and is the right one even if this program ends before that, where no seccomp filter
    has its own answer to a call of the number -1. A container's has, ENOSYS.
    """
    if platform.machine() == "x86_64":
        _set(thread, _X86_WORDS, {_X86_RESULT: -error, _X86_NUMBER: -1})
    else:
        number = ctypes.c_int(-1)
        vector = _Vector(ctypes.addressof(number), ctypes.sizeof(number))
        _ptrace(_SETREGSET, thread, _NT_ARM_SYSTEM_CALL, ctypes.addressof(vector))
        answer(thread, error)


def answer(thread: int, error: int) -> None:
    """Have the call that a thread has made, or not, end with an error."""
    if platform.machine() == "x86_64":
        _set(thread, _X86_WORDS, {_X86_RESULT: -error})
    else:
        _set(thread, _ARM_WORDS, {_ARM_RESULT: -error})


def _set(thread: int, size: int, changes: t.Mapping[int, int]) -> None:
    """Set words of a thread's registers."""
    words = (ctypes.c_int64 * size)()
    vector = _Vector(ctypes.addressof(words), ctypes.sizeof(words))
    _ptrace(_GETREGSET, thread, _NT_PRSTATUS, ctypes.addressof(vector))
    for index, value in changes.items():
        words[index] = value
    _ptrace(_SETREGSET, thread, _NT_PRSTATUS, ctypes.addressof(vector))
