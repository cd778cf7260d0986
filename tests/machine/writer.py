# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client that writes small files one after the other through the kernel's mount, until it is ended."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from ..harness.machine.vm import VirtualMachine

# Prints the number of each file once close has returned: only then has the client been told that the server has it.
_WRITE = """
import pathlib, sys, time
for number in range(1, 100_000):
    pathlib.Path(sys.argv[1], f"evening-{number:05}").write_text(f"line {number}\\n")
    print(number, flush=True)
    time.sleep(0.05)
"""


class Writer:
    """Writes ``evening-00001`` and so on with ``line 1`` and so on into a directory of the machine; ``log`` is of this one."""

    def __init__(self, machine: VirtualMachine, directory: str, log: Path) -> None:
        self._machine = machine
        self._directory = directory
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Writer:
        with open(self._log, "wb") as log:
            self._process = self._machine.begin(f"sudo python3 -c '{_WRITE}' {self._directory}", log)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def closed(self) -> list[int]:
        """Return the numbers of the files that it has closed without an error."""
        return [int(line) for line in self._log.read_text().split("\n")[:-1] if line.isdigit()]

    def until(self, number: int, seconds: float = 300) -> None:
        """Wait until it has closed so many files."""
        deadline = time.monotonic() + seconds
        while len(self.closed()) < number:
            assert time.monotonic() < deadline, self._log.read_text()[-500:]
            time.sleep(0.2)


def lines_in(machine: VirtualMachine, directory: str) -> dict[int, str]:
    """Return what the writer's files in a directory of the machine say, by their numbers."""
    said = machine.run(f"cd {directory} && grep --with-filename '' evening-* || true")
    found = (line.removeprefix("evening-").partition(":") for line in said.splitlines())
    return {int(name): text for name, _colon, text in found}
