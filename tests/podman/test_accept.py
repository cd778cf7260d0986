# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All of a Windows directory is gone while no agent looked: the NAS follows when somebody says that it is meant."""

from __future__ import annotations

import re
import shutil

from ..validation.servers import podman
from .simulator import INSTANCE, SERVER, Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip

AGENT = f"{INSTANCE}.{SERVER}.sync-agent"
FIELDS = {"role": "input", "sync": {"max_deletions": 3}}


def clear(simulator: Simulator) -> None:
    """A tester deletes all that the directory shows."""
    for entry in simulator.windows.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != ".file-simulator.json":
            entry.unlink()


def halted(simulator: Simulator) -> str:
    sync = simulator.report()["sync"]
    return str((sync or {}).get("halted_reason") or "")


def test_one_command_is_the_way_out(simulator: Simulator) -> None:
    simulator.forget_clients()
    simulator.apply(**FIELDS)
    try:
        orders = simulator.windows / "orders"
        orders.mkdir()
        for number in range(5):
            (orders / f"{number}.csv").write_text("x")
        assert wait_until((simulator.export / "orders" / "4.csv").exists, 60)
        assert wait_until(lambda: len(list((simulator.export / "orders").iterdir())) == 5, 60)
        # A running agent would see the files go one by one, and believe it: the directory is watched.
        podman("stop", AGENT)
        clear(simulator)
        podman("start", AGENT)
        assert wait_until(lambda: f"make accept SERVER={SERVER}" in halted(simulator), 60), simulator.report()
        assert len(list((simulator.export / "orders").iterdir())) == 5
        (said,) = simulator.accept()
        # Other tests may have left files of their own in the Windows directory.
        withheld = re.search(r"(\d+) files in .* would be deleted on the nas side", said["withheld"])
        assert said["accepted"] and withheld and int(withheld[1]) >= 5
        assert wait_until(lambda: not (simulator.export / "orders").exists() and not halted(simulator), 60)
        assert simulator.accept() == [{"server": SERVER, "accepted": False, "withheld": ""}]
    finally:
        simulator.forget_clients()
        simulator.apply()
