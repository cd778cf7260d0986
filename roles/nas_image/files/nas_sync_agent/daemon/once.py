# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there now is carried across: at a server's start, and before an agent ends."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable

from ..cli import Options
from ..errors import Emptied, SideUnavailable
from ..sync.engine import Engine
from ..sync.ledger import Ledger
from .status import Status
from .status_file import write_status

_LEFT = "left_by_start"
_MOST_KEPT = 1000


def keep_left(ledger: Ledger, left: dict[str, str]) -> None:
    """Let the running agent tell what the start could not carry across, with the reasons. Raises sqlite3.Error."""
    ledger.set_setting(_LEFT, json.dumps(dict(list(left.items())[:_MOST_KEPT])))
    ledger.commit()


def left_by_start(ledger: Ledger) -> dict[str, str]:
    """What :func:`keep_left` was given last."""
    return dict(json.loads(ledger.setting(_LEFT) or "{}"))


def carry_once(options: Options, engine: Engine, status: Status) -> None:
    """Carry across what is complete, or will be within a short time. Raises SideUnavailable when a side is unknown.

    What a side has no room for, what is withheld and what is still being written is told and left: a server starts with
    what it has.
    """
    begin, scanned = time.monotonic(), 0
    try:
        engine.open()
        engine.start()
        scanned = sum(engine.scan(side, time.monotonic()).entries for side in options.mode.sources)
        patience = 0.0
        while True:
            engine.step(time.monotonic())
            if engine.incomplete or not patience:
                patience = time.monotonic() + 3 * options.quiet_period + 2
            engine.scan_incomplete(time.monotonic())
            due = engine.pending.next_due()
            if due is None or due > patience:
                break
            time.sleep(max(0.0, due - time.monotonic()))
        for path in set(engine.pending) - set(status.left()):
            status.failed(path, engine.why_waiting(path, time.monotonic()), 1)
    except Emptied as doubt:
        status.unknown(str(doubt))
    except SideUnavailable as unknown:
        status.unknown(str(unknown))
        raise
    finally:
        status.waiting(len(engine.pending), engine.pending.oldest())
        status.cycle(time.monotonic() - begin, scanned)
        status.phase("stopped")
        write_status(options.state, status.snapshot())


def flush(options: Options, engine: Engine, status: Status, hear: Callable[[], bool]) -> None:
    """Carry across what is complete, waiting at most until what is quiet now counts as complete.

    ``hear`` hands on what has happened up to now; False when it may be of another directory than the one that is open.
    Then nothing follows from it: the next start compares everything.
    """
    last = time.monotonic() + options.quiet_period + 1
    try:
        engine.open()
        while hear():
            engine.step(time.monotonic())
            engine.scan_incomplete(time.monotonic())
            due = engine.pending.next_due()
            if due is None or due > last:
                return
            time.sleep(max(0.0, due - time.monotonic()))
    except (SideUnavailable, sqlite3.Error) as error:
        status.unknown(str(error))
