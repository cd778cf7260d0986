# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check can fail, and passes where nothing is broken; and no check leaves anything behind."""

from __future__ import annotations

import time

from . import test_breaks, test_breaks_files
from .breaking import BROKEN, failed
from .servers import INPUT, OUTPUT, PORTS, Servers

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import CATALOGUE  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import MARKER_NAME  # isort: skip


# Broken in tests/integration/test_kubernetes_checks.py, for they mean something in a cluster alone.
IN_A_CLUSTER = {"dns", "client_volumes"}


def test_every_check_is_broken_by_a_test() -> None:
    assert test_breaks and test_breaks_files, "these fill the list"
    assert {check.name for check in CATALOGUE} == BROKEN | IN_A_CLUSTER


def test_whole_servers_pass_everything(servers: Servers) -> None:
    results = servers.check(*[check.name for check in CATALOGUE], limits={"to_nas": 30, "to_windows": 60})
    assert failed(results) == {}
    passed = {each["check"] for each in results if each["outcome"] == "passed"}
    assert passed == {check.name for check in CATALOGUE} - IN_A_CLUSTER
    # An agent whose export was cleared away too early after a restart halts a moment later.
    time.sleep(3)
    assert failed(servers.check("ready", "sync_state")) == {}


def test_testers_files_are_left_alone(servers: Servers) -> None:
    """Names, contents and times, on both sides, through everything that is checked."""
    for server in PORTS:
        (servers.windows(server) / "report.csv").write_text(f"of {server}")
    servers.check("windows_to_nas", limits={"to_nas": 30})

    def snapshot() -> dict[str, tuple[str, int]]:
        places = [place for server in PORTS for place in (servers.windows(server), servers.export(server))]
        files = [path for place in places for path in place.rglob("*") if path.is_file()]
        return {str(path): (path.read_text(), path.stat().st_mtime_ns) for path in files}

    while not (servers.export(INPUT) / "report.csv").exists():
        time.sleep(0.1)
    before = snapshot()
    assert len(before) == 2 * len(PORTS) + 1, list(before)
    servers.check(*[check.name for check in CATALOGUE if check.name != "persistence"], limits={"to_nas": 30})
    assert snapshot() == before


def test_killed_run_is_tidied_up_by_the_next(servers: Servers) -> None:
    """A marker that was hidden is worth more than anything else: without it there is no sync."""
    marker = servers.windows(INPUT) / MARKER_NAME
    marker.rename(marker.with_name(f"{MARKER_NAME}.file-simulator-check-00000000"))
    (servers.windows(OUTPUT) / "file-simulator-check-00000000-kept").write_text("x")
    results = servers.check("ready", "ownership")
    assert failed(results) == {}
    assert marker.exists()


def test_check_mode_writes_nothing(servers: Servers) -> None:
    results = servers.check(check=True)
    writing = {check.name for check in CATALOGUE if check.writes}
    done = {each["check"] for each in results if each["outcome"] == "passed"}
    assert not done & writing and {"ready", "listing", "security"} <= done
