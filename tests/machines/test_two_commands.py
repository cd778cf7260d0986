# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What README promises of its commands, word for word, on machines where nobody has installed anything."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time

from .machine import Machine

_DATA = '"$HOME"/file-simulator/c/simulator-data'
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

    if machine.user.name != "root":
        asked_once(machine)

    # What is there already needs no network.
    machine.unplug()
    assert "changed=0" in machine.run("make up")
    machine.run("make down")
    assert machine.as_root("podman 2>/dev/null ps --all --quiet; podman 2>/dev/null volume ls --quiet") == ""
    assert machine.run(f"cat {_DATA}/nas-input-1/order.txt") == "first order\n"


def asked_once(machine: Machine) -> None:
    """Look at the servers as a user of whom sudo wants a password, at a terminal where it has just been given."""
    machine.may_become_root(with_password=True)
    machine.as_root("echo 'tester:secret' | chpasswd")
    keyboard, terminal = os.openpty()
    asked: list[str] = []
    answers = threading.Thread(target=answer, args=(keyboard, asked))
    answers.start()
    try:
        said = machine.run("sudo --validate && make status", terminal=terminal)
    finally:
        os.close(terminal)
        answers.join()
        os.close(keyboard)
        machine.may_become_root(with_password=False)
    assert said.count(" ready ") == 7
    # The first one is sudo's own.
    assert ["BECOME" in prompt for prompt in asked] == [False, True]


def answer(keyboard: int, asked: list[str]) -> None:
    """Give the password whenever the terminal asks for one, until nobody has the terminal any more."""
    with contextlib.suppress(OSError):
        while shown := os.read(keyboard, 4096).decode():
            if "password" in shown:
                asked.append(shown)
                os.write(keyboard, b"secret\n")
