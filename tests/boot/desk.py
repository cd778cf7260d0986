# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two servers that start with a machine, whose Windows drive is a mount of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from ..harness.systemd_machine import SystemdMachine

INSTANCE, IMAGE = "desk", "localhost/file-simulator/nas:boot"
PORTS = {"nas-input-1": 32150, "nas-output-1": 32154}
INPUT, OUTPUT = PORTS
_FSTAB = "/disk /drive none bind,nofail 0 0\n"
_PLAY = [
    {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "/opt/ansible/bin/python", "file_simulator_engine": "podman"},
        "roles": ["file_simulator.nas.windows_layout", "file_simulator.nas.nas_servers"],
    }
]
_VARIABLES = {
    "file_simulator_drive_root": "/drive",
    "nas_servers_image": IMAGE,
    "nas_servers_start_at_boot": True,
    "file_simulator_topology": {
        "instance": INSTANCE,
        "servers": [{"name": name, "port": port} for name, port in PORTS.items()],
    },
}


class Desk:
    """The machine, and what a person does there."""

    def __init__(self, machine: SystemdMachine) -> None:
        self.machine = machine

    def furnish(self, image: Path) -> None:
        """Put in the servers' image, the playbook and the drive; the machine is on."""
        root = self.machine.files
        (root / "root/play.json").write_text(json.dumps(_PLAY))
        (root / "root/variables.json").write_text(json.dumps(_VARIABLES))
        self.machine.run("mkdir -p /disk /drive /root/collections/ansible_collections/file_simulator")
        self.machine.run("ln -s /checkout /root/collections/ansible_collections/file_simulator/nas")
        self.plug_in()
        self.machine.run("systemctl daemon-reload && systemctl start drive.mount")
        with open(image, "rb") as packed, open(root / "root/image.tar", "wb") as unpacked:
            while piece := packed.read(1 << 20):
                unpacked.write(piece)
        self.machine.run("podman load --quiet --input /root/image.tar && rm /root/image.tar")

    def plug_in(self) -> None:
        """Have the drive mounted with the machine."""
        (self.machine.files / "etc/fstab").write_text(_FSTAB)

    def unplug(self) -> None:
        """Have the drive not mounted with the machine."""
        (self.machine.files / "etc/fstab").write_text("")

    def play(self, *options: str, service: str = "") -> str:
        """Lay out the directories and run the servers, as ``make up`` does; AssertionError with the words when it fails.

        As a part of a ``service`` of that name, where one is given, which has ended when this returns.
        """
        words = " ".join(f"'{option}'" for option in ("-e", "@/root/variables.json", *options))
        within = f"systemd-run --quiet --wait --collect --pipe --unit={service}" if service else "env"
        environment = "ANSIBLE_COLLECTIONS_PATH=/root/collections ANSIBLE_NOCOLOR=1 PATH=$PATH HOME=/root"
        command = f"env {environment} /opt/ansible/bin/ansible-playbook {words} /root/play.json"
        return self.machine.run(f"{within} {command} 2>&1")

    def units(self) -> dict[str, str]:
        """Return the state of each server's unit that systemd has loaded and that is not inactive."""
        shown = self.machine.run("systemctl list-units --plain --no-legend 'file-simulator-*'").splitlines()
        return {words[0].partition("@")[2].removesuffix(".service"): words[2] for words in map(str.split, shown)}

    def until_active(self, seconds: float = 60) -> None:
        """Wait until all units are active; nothing but waiting."""
        deadline = time.monotonic() + seconds
        while self.units() != dict.fromkeys(PORTS, "active"):
            assert time.monotonic() < deadline, self.machine.run("journalctl --no-pager --lines=40")
            time.sleep(0.5)

    def windows(self, server: str) -> Path:
        """Return a server's Windows directory on the drive, as the test sees it."""
        return self.machine.files / "disk/c/simulator-data" / server

    def nas_has(self, server: str, name: str, content: str) -> None:
        """Wait until an NFS client reads a file's content."""
        deadline = time.monotonic() + 60
        while (said := self._client("read", PORTS[server], name)) != content:
            assert time.monotonic() < deadline, said
            time.sleep(0.5)

    def _client(self, *words: object) -> str:
        done = subprocess.run(
            self.client(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60
        )
        return done.stdout

    def client(self, *words: object) -> list[str]:
        """Return the command of an NFS client in the machine's network (client.py)."""
        return self.machine.command(sys.executable, str(Path(__file__).with_name("client.py")), *map(str, words))

    def ends(self) -> list[str]:
        """Return the output server's containers in the order in which they ended in the machine's life before this one."""
        said = self.machine.run("journalctl --boot=-1 --output=cat --no-pager --identifier=podman")
        ended = [
            line for line in said.splitlines() if "container died" in line and f"name={INSTANCE}.{OUTPUT}." in line
        ]
        return [line.partition(f"name={INSTANCE}.{OUTPUT}.")[2].partition(",")[0] for line in ended]

    def ended_by_systemd(self) -> list[str]:
        """Return the scopes of containers that systemd ended in that life before the servers' units had stopped."""
        said = self.machine.run("journalctl --boot=-1 --output=cat --no-pager --identifier=systemd").splitlines()
        last = max(number for number, line in enumerate(said) if line.startswith(f"Stopped file-simulator-{INSTANCE}@"))
        return [line for line in said[:last] if line.startswith("Stopping libpod-")]


class Writer:
    """A client that writes small files one after the other, until its server ends."""

    def __init__(self, desk: Desk, log: Path) -> None:
        self._desk = desk
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Writer:
        with open(self._log, "wb") as log:
            command = self._desk.client("write", PORTS[OUTPUT], "evening")
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def closed(self) -> list[str]:
        """Return the names of the files that it has closed without an error, in their order."""
        return self._log.read_text().splitlines()

    def until(self, number: int) -> None:
        """Wait until it has closed so many files."""
        deadline = time.monotonic() + 60
        while len(self.closed()) < number:
            assert time.monotonic() < deadline, self.closed()
            time.sleep(0.1)
