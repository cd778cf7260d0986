# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small virtual machine, and the line over which it takes orders.

It is emulated (TCG): that works wherever the tests run, without /dev/kvm. Its network is the emulator's own, from
which this machine's loopback is 10.0.2.2. It is gone when this process is, and after its time limit in any case.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t
import uuid
from pathlib import Path

from . import packages
from .image import Image, with_guest

_AGENT = Path(__file__).resolve().parent / "guest"
HOST = "10.0.2.2"
BOOT_LIMIT = 60.0


class Failed(AssertionError):
    """What the virtual machine was asked to do went wrong there; ``errno`` names the system's error, if it was one."""

    def __init__(self, message: str, errno: str | None = None) -> None:
        super().__init__(message)
        self.errno = errno


class NoAnswer(Failed):
    """It took too long: with a hard mount, what touches a dead server waits forever."""


class Machine:
    """A running machine; use it in a ``with`` statement.

    ``guests`` are directories of Python modules, ``modules`` those whose functions are the machine's operations; each
    has a process of its own. ``disks`` are files, /dev/vda and so on, with the emulator's options for them.
    ``ports``: by a port of this machine's loopback, the machine's own that it leads to.
    """

    def __init__(
        self,
        image: Image,
        guests: t.Sequence[Path],
        modules: t.Sequence[str],
        *,
        disks: t.Mapping[Path, str] | None = None,
        ports: t.Mapping[int, int] | None = None,
        time_limit: int = 300,
    ) -> None:
        packages.install_qemu()
        self._directory = Path(tempfile.mkdtemp(prefix="small-machine-"))
        self._replies: dict[int, dict[str, t.Any]] = {}
        self._pending = b""
        self._last = 0
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with_guest(image, [_AGENT, *guests], self._directory / "initramfs")
            self._start(self._command(image, modules, disks or {}, ports or {}, time_limit))
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def console(self) -> str:
        """What the machine's kernel has said."""
        path = self._directory / "console"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """Stop the machine and remove what it had on this one."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def send(self, operation: str, **arguments: object) -> int:
        """Ask for an operation; return the number of the request."""
        assert self._line is not None
        self._last += 1
        request = {"id": self._last, "operation": operation, "arguments": arguments}
        self._line.sendall(json.dumps(request).encode() + b"\n")
        return self._last

    def wait(self, number: int, within: float = 30.0) -> t.Any:
        """Return the result of a request; raise Failed as it has failed."""
        deadline = time.monotonic() + within
        while number not in self._replies:
            self._receive(deadline, within)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise Failed(reply["error"], reply.get("errno"))
        return reply["result"]

    def run(self, operation: str, *, within: float = 30.0, **arguments: object) -> t.Any:
        """Ask for an operation and wait for its result."""
        return self.wait(self.send(operation, **arguments), within)

    def _command(
        self,
        image: Image,
        modules: t.Sequence[str],
        disks: t.Mapping[Path, str],
        ports: t.Mapping[int, int],
        time_limit: int,
    ) -> list[str]:
        name = f"small-machine-{uuid.uuid4().hex[:12]}"
        words = f"machine.name={name} machine.limit={time_limit} machine.modules={','.join(modules)}"
        forwards = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in ports.items())
        drives = [f"file={path},format=raw,if=virtio{options}" for path, options in disks.items()]
        return [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "512",
            "-kernel", str(image.kernel), "-initrd", str(self._directory / "initramfs"),
            "-append", f"console=ttyS0 quiet panic=-1 {words}",
            "-serial", f"file:{self._directory / 'console'}",
            *(word for drive in drives for word in ("-drive", drive)),
            "-netdev", f"user,id=net{forwards}", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=port,path={self._directory / 'port'},server=on,wait=on",
            "-device", "virtserialport,chardev=port,name=host",
        ]  # fmt: skip

    def _start(self, command: list[str]) -> None:
        with open(self._directory / "stderr", "wb") as stderr:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
            )
        self._line = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + BOOT_LIMIT
        while True:
            try:
                self._line.connect(str(self._directory / "port"))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                self._check_alive()
                if time.monotonic() > deadline:
                    raise NoAnswer("the emulator does not start") from None
                time.sleep(0.02)
        self.run("ready", within=BOOT_LIMIT)

    def _receive(self, deadline: float, within: float) -> None:
        """Take in replies, some of them perhaps to requests that nobody waits for any more."""
        assert self._line is not None
        self._line.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            data = self._line.recv(65536)
        except TimeoutError:
            raise NoAnswer(f"no answer within {within:g} s") from None
        except ConnectionResetError:
            data = b""
        if not data:
            said = self.console[-2000:] + (self._directory / "stderr").read_text(errors="replace")
            raise Failed(f"the virtual machine is gone; its last words:\n{said}")
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            reply = json.loads(line)
            self._replies[reply["id"]] = reply

    def _check_alive(self) -> None:
        assert self._process is not None
        if self._process.poll() is not None:
            said = (self._directory / "stderr").read_text(errors="replace")
            raise Failed(f"qemu-system-x86_64 ended with status {self._process.returncode}: {said}")
