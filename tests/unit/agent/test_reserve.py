# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The agent has its ledger open with all of SQLite's locks, whatever it keeps room for beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nas_sync_agent.sync.reserve import Reserve

# os_unix.c of SQLite, UNIX_SHM_DMS: each process that has a ledger open holds this byte of its journal's index, shared;
# who can have it alone takes itself for the first, and cuts the index off.
_FIRST = """
import fcntl, sys
with open(sys.argv[1], "r+b") as index:
    try:
        fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)
        print("first")
    except OSError:
        print("second")
"""


@pytest.mark.parametrize("ledger_before", [False, True])
def test_another_process_never_takes_itself_for_the_first(tmp_path: Path, ledger_before: bool) -> None:
    reserve = Reserve(str(tmp_path))
    if ledger_before:
        reserve.close_ledger(reserve.open_ledger())
    ledger = reserve.open_ledger()
    ledger.set_setting("a", "b")
    ledger.commit()
    index = tmp_path / "ledger.sqlite-shm"
    assert index.stat().st_blocks * 512 >= index.stat().st_size > 0
    said = subprocess.run([sys.executable, "-c", _FIRST, index], capture_output=True, text=True, check=True).stdout
    assert said == "second\n"
    reserve.top_up(ledger, always=True)
    said = subprocess.run([sys.executable, "-c", _FIRST, index], capture_output=True, text=True, check=True).stdout
    assert said == "second\n"
    reserve.close_ledger(ledger)
