# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual machine that is switched on and off and cut from its power, and reached by ssh on a port of loopback.

It is emulated where KVM does not work, so compare ratios of its times and not times. Its disk is a layer above another
that nobody writes to; a snapshot of disk and memory brings it back in seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

from .accelerator import accelerator
from .image import Image
from .monitor import tell
from .provision import USER
from .surroundings import exports, packed_checkout, system_files

# A machine of two cores that has other things to do takes long to emulate one.
_BOOT_SECONDS = 600.0
_MEMORY_MIB = 3072
# The tag by which the machine mounts the directory that stands for a Windows drive.
DRIVE_TAG = "drive_c"


class Failed(AssertionError):
    """A command in the machine, or about it, has failed; the text has what it said."""


class VirtualMachine:
    """One machine. ``home`` is where its disk, its console and ``drive_c`` are, which is offered to it over 9p.

    ``base`` is the disk below its own, an image's or another machine's. With more than one processor, an emulator
    (QEMU 7.2) may run code that a kernel is just changing, and the kernel panics: it does when the first control group
    gets a CPU limit while others run.
    """

    def __init__(self, image: Image, home: Path, port: int, base: Path | None = None, processors: int = 2) -> None:
        self._image = image
        self.home = home
        self._port = port
        self._processors = processors
        self._base = base or image.disk
        self.disk = home / "disk.qcow2"
        self.drive = home / "drive_c"
        self._monitor = home / "monitor"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> VirtualMachine:
        return self

    def __exit__(self, *_error: object) -> None:
        self.cut_power()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def console(self) -> str:
        """What the machine's kernel and its first process have said."""
        return (self.home / "console").read_text(errors="replace")

    def start(self, *, snapshot: str = "", durable: bool = False) -> float:
        """Switch the machine on and return the seconds until it takes commands; ``snapshot`` is one of ``save``.

        What it has flushed outlives ``cut_power`` where it is ``durable``, which costs time.
        """
        begin = time.monotonic()
        for directory in (self.home, self.drive):
            directory.mkdir(parents=True, exist_ok=True)
        if not self.disk.exists():
            base = ["-b", str(self._base), "-F", "qcow2" if self._base.suffix == ".qcow2" else "raw"]
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *base, str(self.disk)], check=True)
        self._monitor.unlink(missing_ok=True)
        with open(self.home / "stderr", "wb") as errors:
            self._process = subprocess.Popen(
                self._command("writeback" if durable else "unsafe") + (["-loadvm", snapshot] if snapshot else []),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
        self._wait_until_up()
        if snapshot:
            self._set_clock()
        return time.monotonic() - begin

    def load(self, snapshot: str) -> float:
        """Bring disk and memory back to what was saved, of a machine that is off, too; return the seconds that took."""
        if self._process is None or self._process.poll() is not None:
            return self.start(snapshot=snapshot)
        begin = time.monotonic()
        answer = tell(self._monitor, f"loadvm {snapshot}", 300)
        assert not answer, answer
        self._wait_until_up()
        self._set_clock()
        return time.monotonic() - begin

    def _set_clock(self) -> None:
        """Its clock went on where it was saved; files would be older than what they are made from."""
        self.run(f"date --utc --set=@{time.time():.3f}", user="root")

    def _command(self, cache: str) -> list[str]:
        return [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none",
            "-machine", "q35", *accelerator(self._image.kernel), "-smp", str(self._processors), "-m", str(_MEMORY_MIB),
            "-kernel", str(self._image.kernel), "-initrd", str(self._image.initrd),
            "-append", "root=LABEL=root rw console=ttyS0 quiet systemd.show_status=false mitigations=off",
            "-drive", f"file={self.disk},if=virtio,format=qcow2,cache={cache},discard=unmap",
            "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self._port}-:22",
            "-device", "virtio-net-pci,netdev=net,romfile=",
            "-device", "virtio-rng-pci",
            "-fsdev", f"local,id=c,path={self.drive},security_model=mapped-xattr",
            "-device", f"virtio-9p-pci,fsdev=c,mount_tag={DRIVE_TAG}",
            "-serial", f"file:{self.home / 'console'}",
            "-monitor", f"unix:{self._monitor},server=on,wait=off",
        ]  # fmt: skip

    def cut_power(self) -> None:
        """End the machine at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def shut_down(self, seconds: float = 300) -> None:
        """Have the machine shut itself down, in the order that its units have."""
        assert self._process is not None
        self.try_("systemctl poweroff", user="root")
        self._process.wait(timeout=seconds)
        self._process = None

    def restart(self) -> None:
        """Have the machine shut itself down, and switch it on again."""
        self.shut_down()
        self.start()

    def save(self, snapshot: str) -> None:
        """Keep disk and memory as they are now under a name. Impossible while the drive is mounted."""
        answer = tell(self._monitor, f"savevm {snapshot}", 300)
        assert not answer, answer

    def run(self, command: str, *, user: str = USER, seconds: float = 900) -> str:
        """Run a shell command in its user's home and return what it prints; raise Failed when it fails."""
        done = self.try_(command, user=user, seconds=seconds)
        if done.returncode:
            raise Failed(f"{command}: exit status {done.returncode}\n{done.stdout[-8000:]}")
        return done.stdout

    def try_(self, command: str, *, user: str = USER, seconds: float = 900) -> subprocess.CompletedProcess[str]:
        """Run a shell command and return how it ended, with its output and its errors in ``stdout``."""
        return subprocess.run(
            [*self._ssh(user), exports() + command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=seconds, check=False,
        )  # fmt: skip

    def begin(self, command: str, output: t.IO[bytes], *, user: str = USER) -> subprocess.Popen[bytes]:
        """Begin a shell command whose output goes to a file of this machine; it ends with the machine at the latest."""
        return subprocess.Popen([*self._ssh(user), command], stdin=subprocess.DEVNULL, stdout=output)

    def forward(self, *words: str, inside: t.Sequence[str]) -> subprocess.Popen[bytes]:
        """Begin to forward ports, in the words of ssh, between the machine and a network that ``inside`` enters."""
        line = f"exec 3<>/dev/tcp/127.0.0.1/{self._port}; cat <&3 & exec cat >&3"
        out = f"ProxyCommand=nsenter --net=/proc/{os.getpid()}/ns/net bash -c '{line}'"
        ssh = [*inside, *self._ssh("root"), "-N", "-o", "ExitOnForwardFailure=yes", "-o", out, *words]
        return subprocess.Popen(ssh, stdin=subprocess.DEVNULL)

    def send(self, data: bytes, command: str, user: str = "root") -> None:
        """Run a shell command that gets ``data`` on its standard input."""
        subprocess.run([*self._ssh(user), command], input=data, check=True, timeout=300)

    def furnish(self) -> None:
        """Give the machine what it has of its surroundings, and this checkout in ``~/nas``; may be done again."""
        for path, content in system_files().items():
            self.send(content, f"mkdir -p $(dirname {path}) && cat > {path}")
        # What the image was made with is gone but for what was installed, which is of the same requirements.
        clear = "mkdir -p nas && find nas -mindepth 1 -maxdepth 1 ! -name .venv ! -name .ansible -exec rm -r {} +"
        unpack = "tar --extract --no-same-owner --directory nas && { test ! -e nas/.venv/runtime || touch nas/.venv/runtime; }"
        self.send(packed_checkout(), f"{clear} && {unpack}", USER)

    def _ssh(self, user: str) -> list[str]:
        options = {
            "StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR", "BatchMode": "yes",
            "ConnectTimeout": "10", "ServerAliveInterval": "30", "ServerAliveCountMax": "20",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["ssh", *words, "-i", str(self._image.key), "-p", str(self._port), f"{user}@127.0.0.1"]

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _BOOT_SECONDS
        while True:
            assert self._process is not None
            if self._process.poll() is not None:
                raise Failed(f"the emulator ended: {(self.home / 'stderr').read_text()}")
            try:
                if self.try_("true", user="root", seconds=60).returncode == 0:
                    return
            except subprocess.TimeoutExpired:
                pass
            if time.monotonic() > deadline:
                raise Failed(f"the machine does not take commands:\n{self.console[-3000:]}")
            time.sleep(1)
