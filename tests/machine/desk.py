# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person does at a machine where the simulator runs, in the words of README and docs/windows.md."""

from __future__ import annotations

import json
import time
import typing as t

from ..harness.machine.vm import VirtualMachine

INPUT, OUTPUT = "nas-input-1", "nas-output-1"
PORTS = {INPUT: 32150, OUTPUT: 32154}
CLIENTS = "file-simulator/clients"
# The servers' image, for a command of the machine's shell.
IMAGE = "$(sudo podman images --quiet localhost/file-simulator/nas | head -1)"


class Desk:
    """A machine, and what its user does there. ``data`` is where the user sees the data root."""

    def __init__(self, machine: VirtualMachine) -> None:
        self.machine = machine
        self.data = "/home/tester/file-simulator/c/simulator-data"

    def make(self, target: str, seconds: float = 1800) -> str:
        """Run a make target in the checkout, print how long it took, and return what it said."""
        begin = time.monotonic()
        said = self.machine.run(f"cd nas && make {target}", seconds=seconds)
        print(f"{time.monotonic() - begin:6.0f} s  make {target}", flush=True)
        return said

    def status(self) -> dict[str, dict[str, t.Any]]:
        """Return how the servers are, by name."""
        servers: list[dict[str, t.Any]] = json.loads(self.make("-s status FORMAT=json 2>/dev/null"))
        return {server["name"]: server for server in servers}

    def servers(self) -> list[str]:
        """Return the names of the servers, as their Windows directories have them."""
        return self.machine.run(f"ls {self.data}").split()

    def states(self) -> dict[str, str]:
        return {name: server["state"] for name, server in self.status().items()}

    def put(self, server: str, name: str, content: str) -> None:
        """Put a file into a server's Windows directory, as a tester does."""
        self.machine.run(f"echo '{content}' > {self.data}/{server}/{name}")

    def mount(self, server: str) -> None:
        """Mount a server at /mnt with the kernel's client, with the line of README."""
        self.machine.run(f"sudo mount -t nfs4 -o nfsvers=4.1,port={PORTS[server]} 127.0.0.1:/data /mnt")

    def take_fstab(self) -> None:
        """Take the lines that ``make up`` has written over into /etc/fstab, and mount them, as docs/clients.md has it."""
        self.machine.run(
            f"awk '!/^#/ && NF {{ print $2 }}' {CLIENTS}/fstab | xargs sudo mkdir -p && "
            f"cat {CLIENTS}/fstab | sudo tee -a /etc/fstab >/dev/null && sudo systemctl daemon-reload && sudo mount -a"
        )

    def nas_has(self, name: str, content: str, server: str = INPUT, seconds: int = 120) -> None:
        """Wait until an NFS client reads a file's content, and print how long that took."""
        url = f"nfs://127.0.0.1/data/{name}?version=4&nfsport={PORTS[server]}"
        self._until(f"nfs-cat '{url}'", content, seconds, f"{name} is on {server}")

    def windows_has(self, name: str, content: str, server: str = OUTPUT, seconds: int = 120) -> None:
        """Wait until a server's Windows directory has a file's content, and print how long that took."""
        self._until(f"cat {self.data}/{server}/{name}", content, seconds, f"{name} is in {server}'s Windows directory")

    def _until(self, command: str, content: str, seconds: int, what: str) -> None:
        begin = time.monotonic()
        same = f"[ \"$({command} 2>/dev/null)\" = '{content}' ]"
        self.machine.run(f"for i in $(seq {seconds * 2}); do {same} && exit; sleep 0.5; done; {command}; exit 1")
        print(f"{time.monotonic() - begin:6.1f} s  {what}", flush=True)
