# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's clockwork: when to scan, to step, to look at the markers, to write the status, to end."""

from __future__ import annotations

import logging
import math
import os
import select
import signal
import sqlite3
import time
from posixpath import join

from ..cli import Options
from ..errors import Emptied, SideUnavailable, reason
from ..model import Mode, Side
from ..sync import comparison, identity
from ..sync.engine import Engine
from ..sync.reserve import Reserve
from ..trees.nas import NasTree
from ..trees.syscalls import Syscalls
from ..trees.windows import WindowsTree
from .alone import Alone
from .answering import Answering
from .answers import After, Answers
from .boot import boot_id
from .http import StatusServer
from .once import carry_once, flush, keep_left, left_by_start
from .questions import Questions
from .scanning import Scanning
from .status import Status
from .status_file import write_status

_CHECK = 10.0
_CHECK_HALTED = 1.0
_HEARTBEAT = 30.0
_WRITE_AGAIN = 1.0
_LEDGER_RETRY = 5.0
_LONGEST_WAIT = 60.0
_OTHER_AGENT = 20.0

_log = logging.getLogger("nas_sync_agent")


class Service:
    """One running agent."""

    def __init__(self, options: Options, syscalls: Syscalls | None = None) -> None:
        """Make a new volume's directories and open the ledger. Raises Occupied, OSError, sqlite3.Error."""
        identity.prepare_volume(options.export, options.state, options.root, options.exported)
        options.files.check(join(options.state, "stage"))
        self._options = options
        self._status = Status(options)
        self._alone = Alone(options.state, _OTHER_AGENT)
        self._reserve = Reserve(options.state)
        self._ledger = self._reserve.open_ledger()
        windows = WindowsTree(options.windows, syscalls)
        nas = NasTree(options.export, join(options.state, "stage"), syscalls, options.files)
        self._engine = Engine(
            options, windows, nas, self._ledger, self._status, time.time_ns, self._progress, boot_id()
        )
        self._scanning = Scanning(options, self._engine, self._status, (windows, nas))
        self._stopping = False
        self._known = False
        self._emptied = False
        """Whether a scan has found a side so empty that nothing may follow from it."""
        self._checked = 0.0
        self._written = 0.0
        self._told = 0.0

    def once(self) -> None:
        """Carry across what is there now. Raises SideUnavailable when a side is unknown."""
        carry_once(self._options, self._engine, self._status)
        keep_left(self._ledger, self._status.left())
        self._reserve.close_ledger(self._ledger)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT. Raises OSError when the status address is not to be had."""
        wake, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        questions = Questions(lambda: os.write(woken, b"?"))
        if self._options.status_address:
            StatusServer(self._options.status_address, self._status, questions).start()
        self._answers = Answers(self._options, self._engine, self._status, questions, self._answer)
        if Side.WINDOWS not in self._options.mode.sources:
            self._status.left_by_start(left_by_start(self._ledger))
        _log.info("started: server %r, mode %s", self._options.server, self._options.mode.value)
        self._write_status()
        if self._options.mode is Mode.NONE:
            self._status.phase("idle")
        else:
            Answering(self._options, self._status).start()
        while not self._stopping:
            now = time.monotonic()
            if self._answers.take(now):
                self._scan_sources(now)
            if self._options.mode is not Mode.NONE:
                self._turn(now)
            self._give_answers()
            self._write_status()
            self._wait(wake)
        if self._options.mode is not Mode.NONE:
            flush(self._options, self._engine, self._status, self._scanning.hear_the_same)
            self._status.waiting(len(self._engine.pending), self._engine.pending.oldest())
        self._status.phase("stopped")
        write_status(self._options.state, self._status.snapshot())
        self._reserve.close_ledger(self._ledger)
        _log.info("stopped")

    def _scan_sources(self, now: float) -> None:
        """Make sure in this turn that the sides are the right ones, and look through those that are sources."""
        self._checked = min(self._checked, now - _CHECK)
        self._scanning.sources_now(now)

    def _give_answers(self) -> None:
        after = self._answers.give(time.monotonic(), known=self._known)
        if after is After.START:
            self._known = self._emptied = False
        elif after is After.SCAN:
            self._scanning.expect_news()
            self._scan_sources(time.monotonic())

    def _answer(self) -> dict[str, object]:
        """What a look through both sides finds now. Unknown, too, while the agent does not go on."""
        found = comparison.compare(self._options, self._ledger)
        if not self._known and self._options.mode is not Mode.NONE:
            found.unknown = found.unknown or self._status.halted_reason or "the agent has only just started"
        return {
            "server": self._options.server,
            "mode": self._options.mode.value,
            "halted_reason": comparison.visible(self._status.halted_reason),
            **found.answer(),
        }

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _wait(self, wake: int) -> None:
        """Sleep until something happens or is due."""
        now = time.monotonic()
        due = [self._answers.due(), self._written + (_WRITE_AGAIN if self._status.changed else _HEARTBEAT)]
        if self._options.mode is not Mode.NONE:
            due.append(self._checked + (_CHECK if self._known else _CHECK_HALTED))
            if self._known:
                due += self._scanning.due()
                work = self._engine.next_due()
                if work is not None:
                    due.append(work)
        poll = select.poll()  # select() takes no descriptor above 1,023, and a large tree may have as many open
        for fd in (wake, *self._scanning.fds()):
            poll.register(fd, select.POLLIN)
        if self._stopping:
            return
        # At most a minute: poll() takes no more milliseconds than an int has.
        seconds = min(max(0.0, min(due) - now), _LONGEST_WAIT)
        if any(fd == wake for fd, _event in poll.poll(math.ceil(seconds * 1000))):
            os.read(wake, 4096)

    def _progress(self) -> None:
        """Between two files: see to what has happened, and let others see how far the work is."""
        self._scanning.hear()
        now = time.monotonic()
        if min(now - self._written, now - self._told) >= _WRITE_AGAIN:  # to find the oldest of many takes a while
            self._told = now
            self._status.waiting(len(self._engine.pending), self._engine.pending.oldest())
            self._write_status()

    def _turn(self, now: float) -> None:
        """Do what is due now."""
        self._scanning.hear()
        try:
            if not self._known or now - self._checked >= _CHECK:
                self._check(now)
            self._scanning.scan(now)
            if self._answers.found(now):
                self._scanning.soon(self._options.mode.sources, now)
            self._status.unknown("")
            due = self._engine.next_due()
            if due is not None and due <= now:
                self._status.phase("running")
                if not self._scan_is_fresh(now):
                    self._engine.check_windows()
                    self._scanning.check(now)
                self._engine.step(time.monotonic())
        except SideUnavailable as unknown:
            self._known = False
            self._emptied = isinstance(unknown, Emptied)
            self._checked = now
            self._status.unknown(str(unknown))
        except sqlite3.Error as error:
            self._known = False
            self._checked = now + _LEDGER_RETRY
            self._ledger.rollback()
            self._status.unknown(f"the ledger cannot be used: {error}")
        except Exception as error:
            # What concerns one path never comes here. An agent that ended would only be started again.
            self._known = False
            self._checked = now + _LEDGER_RETRY
            self._ledger.rollback()
            self._status.unknown(f"a side cannot be used: {reason(error)}")
            _log.debug("a side cannot be used", exc_info=True)
        self._scanning.soon(self._engine.incomplete, now)
        pending = self._engine.pending
        self._status.waiting(len(pending), pending.oldest())
        if self._known:
            self._status.phase("running" if len(pending) or self._engine.incomplete else "idle")

    def _scan_is_fresh(self, now: float) -> bool:
        return self._checked >= now

    def _check(self, now: float) -> None:
        """Make sure that both sides are there and the right ones."""
        first = not self._known
        self._engine.open()
        self._checked = now
        self._reserve.top_up(self._ledger)
        if first:
            if not self._emptied:  # else both sides are what they were: only that one scan is to be repeated
                self._engine.start()
            self._scanning.begin(now, watch=not self._emptied)
            self._emptied = False
            self._known = True
        self._scanning.check(now)

    def _write_status(self) -> None:
        """Write the status file, once a second at most, and at rest as a heartbeat only."""
        age = time.monotonic() - self._written
        if age >= (_WRITE_AGAIN if self._status.changed else _HEARTBEAT):
            self._written = time.monotonic()
            self._status.changed = False
            write_status(self._options.state, self._status.snapshot())
