# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the unit does that starts the servers with the machine, without systemd: its commands, one after the other."""

from __future__ import annotations

import re
import shlex
import subprocess
import time

import jinja2

from ..module_runner import CHECKOUT
from ..validation.servers import podman
from .simulator import INSTANCE, SERVER, Simulator

TEMPLATE = CHECKOUT / "roles" / "nas_servers" / "templates" / "file-simulator.service.j2"


def commands(*settings: str) -> list[str]:
    unit = jinja2.Template(TEMPLATE.read_text()).render(
        ansible_managed="Ansible managed",
        __nas_servers_instance=INSTANCE,
        __nas_servers_containers_conf={"stat": {"exists": True}},
    )
    environment = " ".join(re.findall(r"^Environment=(.+)$", unit, re.MULTILINE))
    pattern = rf"^(?:{'|'.join(settings)})=-?(.+)$"
    return [f"env {environment} {command}" for command in re.findall(pattern, unit, re.MULTILINE)]


def test_servers_start_behind_their_rules(simulator: Simulator) -> None:
    simulator.apply()
    for command in commands("ExecStop"):
        subprocess.run(shlex.split(command), check=True, capture_output=True, timeout=120)
    assert simulator.report()["state"] == "stopped"
    table = ["nft", "list", "table", "inet", f"file_simulator_{INSTANCE}"]
    before = subprocess.run(table, check=True, capture_output=True, text=True).stdout
    subprocess.run(["nft", "delete", "table", "inet", f"file_simulator_{INSTANCE}"], check=True)
    for command in commands("ExecStartPre", "ExecStart"):
        subprocess.run(shlex.split(command), check=True, capture_output=True, timeout=120)
    assert subprocess.run(table, check=True, capture_output=True, text=True).stdout == before
    deadline = time.monotonic() + 20
    while simulator.report()["state"] != "ready":
        assert time.monotonic() < deadline, podman("pod", "ps", "--filter", f"name={INSTANCE}.{SERVER}")
        time.sleep(0.2)


def test_nothing_but_the_unit_starts_them(simulator: Simulator) -> None:
    """podman-restart.service does this with the machine, without the initial copy; it is enabled on Debian 12."""
    simulator.apply()
    for command in commands("ExecStop"):
        subprocess.run(shlex.split(command), check=True, capture_output=True, timeout=120)
    podman(
        "start", "--all", "--filter", "restart-policy=always", "--filter", f"label=file-simulator.instance={INSTANCE}"
    )
    assert simulator.report()["state"] == "stopped"
    simulator.apply()
