# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What README promises of its commands, word for word, on machines where nobody has installed anything."""

from __future__ import annotations

import json
import time

from .machine import Machine

_DATA = "/root/file-simulator/c/simulator-data"
_ORDER = "nfs-cat 'nfs://127.0.0.1/data/order.txt?version=4&nfsport=32150'"


def test_servers_stand_and_carry_and_go(machine: Machine) -> None:
    begin = time.monotonic()
    said = machine.run("make up")
    seconds = time.monotonic() - begin
    assert "35 check results: 34 passed, 1 skipped" in said
    print(f"{machine.suite}: from nothing to seven servers, checked: {seconds:.0f} s")

    machine.run(f"echo 'first order' > {_DATA}/nas-input-1/order.txt")
    waited = f"for i in $(seq 60); do {_ORDER} 2>/dev/null && exit; sleep 0.5; done; exit 1"
    assert machine.run(waited) == "first order\n"

    status = json.loads(machine.run("make -s status FORMAT=json"))
    assert [server["state"] for server in status] == ["ready"] * 7

    # The command itself fails when a check has failed.
    assert "125 check results: 101 passed, 24 skipped" in machine.run("make validate")

    assert "changed=0" in machine.run("make up")
    machine.run("make down")
    assert machine.run("podman 2>/dev/null ps --all --quiet; podman 2>/dev/null volume ls --quiet") == ""
    assert machine.run(f"cat {_DATA}/nas-input-1/order.txt") == "first order\n"
