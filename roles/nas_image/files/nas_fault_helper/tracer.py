# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stops the server's threads at their system calls, and lets faults decide. Talks to the kernel.

A thread that is held, because it is slow or hangs, is one that is not resumed. When this program ends, however it
does, the kernel resumes them all and each makes the call that it was about to make.
"""

from __future__ import annotations

import contextlib
import errno
import heapq
import os
import platform
import signal
import time
from dataclasses import dataclass

from . import calls, ptrace
from .faults import DISCONNECT, HANG, STALE, Fault
from .handles import Handles
from .server import Server

_SYSCALL_STOP = signal.SIGTRAP | 0x80
_EVENT_STOP = 128
_STOP_SIGNALS = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LONGEST_PAUSE = 1.0
# An earlier tracer is about to end.
_PATIENCE, _SHORT_PATIENCE = 20.0, 1.0
_RETRY_SECONDS = 0.002


@dataclass
class _Thread:
    """One of the server's threads.

    ``local`` while it works for who is no client. Of the call that it is in, ``handle`` is where one will be, ``error`` how
    it is to end.
    """

    local: bool = False
    looks_up: bool = False
    handle: int = 0
    error: int = 0


class Tracer:
    """Traces a server until its faults are over."""

    def __init__(self, server: Server, faults: list[Fault], exports: list[bytes]) -> None:
        self._server = server
        self._faults = faults
        self._exports = exports
        self._names = calls.names(platform.machine())
        self._threads: dict[int, _Thread] = {}
        self._delayed: list[tuple[float, int, int]] = []
        self._hanging: list[int] = []
        self._handles = Handles((), ())
        self._began = time.monotonic()
        self._reset: dict[str, int] = {}

    def attach(self) -> None:
        """Become the tracer of all threads. Raises OSError, where another one stays or the kernel forbids it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, *ENDING})
        refused = 0.0
        while missing := set(self._server.threads()) - set(self._threads):
            for number in missing:
                try:
                    ptrace.seize(number)
                    self._threads[number] = _Thread()
                except ProcessLookupError:
                    continue
                except PermissionError:
                    # So it is also with a thread that is about to end.
                    refused += _RETRY_SECONDS
                    if refused > (_PATIENCE if self._server.is_traced(number) else _SHORT_PATIENCE):
                        raise
                    time.sleep(_RETRY_SECONDS)
                    break
        if any(fault.fault == STALE for fault in self._faults):
            self._handles = Handles(self._exports, self._server.open_files())
        self._began = time.monotonic()
        for number in list(self._threads):
            with contextlib.suppress(ProcessLookupError):
                ptrace.interrupt(number)

    def run(self) -> str:
        """Trace until no fault is left, the server ends, or a signal comes; return which of these it was."""
        while self._threads:
            self._look()
            now = time.time()
            if any(fault.over(now) for fault in self._faults):
                self._faults = [fault for fault in self._faults if not fault.over(now)]
                if not self._faults:
                    return "the time is over"
                self._let_go()
            self._resume_due()
            ending = signal.sigtimedwait({signal.SIGCHLD, *ENDING}, self._pause())
            if ending and ending.si_signo in ENDING:
                return "ended"
        return "the server has ended"

    def _pause(self) -> float:
        """Return how many seconds nothing has to be done unless a thread stops."""
        soon = [fault.until - time.time() for fault in self._faults if fault.until]
        soon += [self._delayed[0][0] - time.monotonic()] if self._delayed else []
        return max(0.0, min([_LONGEST_PAUSE, *soon]))

    def _look(self) -> None:
        """Handle all threads that have stopped."""
        while True:
            try:
                number, status = os.waitpid(-1, os.WNOHANG | ptrace.WALL)
            except ChildProcessError:
                self._threads.clear()
                return
            if not number:
                return
            # A thread that was killed as it stood still is gone when it is to be resumed.
            with contextlib.suppress(ProcessLookupError):
                self._stopped(number, status)

    def _stopped(self, number: int, status: int) -> None:
        if not os.WIFSTOPPED(status):
            self._threads.pop(number, None)
            return
        thread = self._threads.setdefault(number, _Thread())
        word, event = os.WSTOPSIG(status), status >> 16
        if word == _SYSCALL_STOP:
            self._at_call(number, thread)
        elif event == _EVENT_STOP and word in _STOP_SIGNALS:
            ptrace.listen(number)
        else:
            ptrace.resume(number, 0 if event else word)

    def _at_call(self, number: int, thread: _Thread) -> None:
        call = ptrace.syscall(number)
        if not isinstance(call, ptrace.Entry):
            self._after_call(number, thread, call)
            return
        name = self._names.get(call.number & 0xFFFFFFFF)
        if name is None:
            ptrace.resume(number)
        elif name == calls.RECEIVE:
            self._at_receiving(number, thread, call.arguments[0])
        else:
            self._at_file(number, thread, name, call.arguments)

    def _after_call(self, number: int, thread: _Thread, result: int | None) -> None:
        if thread.error:
            ptrace.answer(number, thread.error)
            thread.error = 0
        elif thread.handle and result == 0:
            with contextlib.suppress(OSError):
                self._handles.looked_up(self._server.handle_at(thread.handle))
        thread.handle = 0
        ptrace.resume(number)

    def _fail(self, number: int, error: int) -> None:
        ptrace.skip(number, error)
        self._threads[number].error = error

    def _at_receiving(self, number: int, thread: _Thread, descriptor: int) -> None:
        """A request comes: whose it is, and whether it is to be read."""
        connection = self._server.connection(descriptor)
        thread.local = bool(connection) and self._server.is_local(connection)
        if connection and not thread.local:
            for fault in self._faults:
                if fault.fault == HANG:
                    self._hanging.append(number)
                    return
                if fault.fault == DISCONNECT and self._is_due(connection, fault):
                    self._fail(number, errno.ECONNRESET)
        ptrace.resume(number)

    def _is_due(self, connection: str, fault: Fault) -> bool:
        """Tell whether a connection, seen the first time or since its turn before, is to end."""
        turn = int((time.monotonic() - self._began) / max(fault.every, 1))
        return turn > self._reset.setdefault(connection, turn) and not self._reset.update({connection: turn})

    def _at_file(self, number: int, thread: _Thread, name: str, arguments: tuple[int, ...]) -> None:
        if name == calls.OPEN:
            thread.looks_up = calls.opens_by_path(arguments[2])
        if name == calls.HANDLE:
            thread.handle = arguments[2]
        if thread.local and name != calls.CLOSE:
            ptrace.resume(number)
            return
        operation = calls.operation(name, arguments, thread.looks_up)
        error = 0
        seconds = 0.0
        for fault in self._faults:
            if fault.fault == STALE:
                stale = self._handles.is_stale(name, arguments, self._server.handle_at)
                error = error or (errno.ESTALE if stale else 0)
            elif operation:
                error = error or fault.error(name, operation)
                seconds += fault.seconds(operation)
        if seconds:
            heapq.heappush(self._delayed, (time.monotonic() + seconds, number, error))
            return
        if error:
            self._fail(number, error)
        ptrace.resume(number)

    def _resume_due(self) -> None:
        while self._delayed and self._delayed[0][0] <= time.monotonic():
            _due, number, error = heapq.heappop(self._delayed)
            with contextlib.suppress(ProcessLookupError):
                if error:
                    self._fail(number, error)
                ptrace.resume(number)

    def _let_go(self) -> None:
        """Resume what a fault held that is over; what is still to wait by another one has waited long enough."""
        self._delayed = [(0.0, number, error) for _due, number, error in self._delayed]
        if not any(fault.fault == HANG for fault in self._faults):
            for number in self._hanging:
                with contextlib.suppress(ProcessLookupError):
                    ptrace.resume(number)
            self._hanging = []
