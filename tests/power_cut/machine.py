# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine with disks that lose what was not flushed, and its end. Windows may be a directory of the host that lives on."""

from __future__ import annotations

import json
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..harness.small_machine import packages
from ..harness.small_machine.image import Image, prepare, with_guest
from .disk import VolatileDisk
from .nbd import Server

GUEST = Path(__file__).resolve().parent / "guest"
# Btrfs measures the processor for seconds as it is loaded: each machine has its own file system's driver alone.
_DRIVERS = ("virtio_pci", "virtio_blk", "virtio_console", "virtio_rng", "nfsv4")
_MAKE = {"ext4": ("mkfs.ext4", "-q", "-F"), "xfs": ("mkfs.xfs", "-q", "-f"), "btrfs": ("mkfs.btrfs", "-q", "-f")}
_SIZE = {"ext4": 256 << 20, "xfs": 320 << 20, "btrfs": 320 << 20}
_START_LIMIT = 30.0


# As WSL mounts a Windows drive, as far as the Linux kernel knows the options.
_SHARED = "trans=virtio,version=9p2000.L,msize=262144,access=client,cache=mmap,dirsync,noatime"


def image_of(file_system: str, *, shared: bool) -> Image:
    """Return the machine with the kernel modules that it needs; ``shared``: Windows is a directory of the host."""
    own = () if file_system == "ext4" else (file_system,)
    if not shared:
        return prepare((*_DRIVERS, *own))
    return prepare((*_DRIVERS, "crc32c_generic", "ext4", *own, "9p", "9pnet_virtio"), kernels=packages.KERNELS_WITH_9P)


class Failed(AssertionError):
    """The machine could not do what it should."""


@dataclass(frozen=True)
class Cut:
    """How many blocks a disk had not flushed when the power was cut, and how many of them it has lost."""

    unflushed: int
    lost: int


class Disks:
    """The disks of the Windows directories and of the exports, and the NAS image.

    ``shared``: the Windows directories are in one of this machine, which lives on, and come to the other through 9p.
    """

    def __init__(self, directory: Path, file_system: str, image: Path, *, shared: bool = False) -> None:
        self.directory = directory
        self.file_system = file_system
        self.image = image
        self.names = ("nas",) if shared else ("nas", "windows")
        self.shared = directory / "windows" if shared else None
        if self.shared:
            self.shared.mkdir()
        for name in self.names:
            self.format(name)

    def path(self, name: str) -> Path:
        return self.directory / f"{name}.disk"

    def format(self, name: str) -> None:
        path = self.path(name)
        path.unlink(missing_ok=True)
        with open(path, "wb") as stream:
            stream.truncate(_SIZE[self.file_system])
        subprocess.run([*_MAKE[self.file_system], str(path)], check=True, stdout=subprocess.DEVNULL)

    def save(self) -> None:
        """Keep the disks as they are now beside them, for who looks into what the next start does not find."""
        for name in self.names:
            path = self.path(name)
            subprocess.run(["cp", "--sparse=always", str(path), str(path.with_suffix(".before"))], check=True)


class Machine:
    """A running machine. It ends by :meth:`cut_power` alone."""

    def __init__(self, image: Image, disks: Disks, config: dict[str, t.Any], *, lies: bool = False) -> None:
        packages.install_qemu()
        self._scratch = Path(tempfile.mkdtemp(prefix="power-cut-"))
        self._pending = b""
        self._disks = {name: VolatileDisk(disks.path(name), lies=lies) for name in disks.names}
        self._servers = {name: Server(disk, self._scratch / name) for name, disk in self._disks.items()}
        mounts = [
            {"device": "/dev/vda", "at": "/disks/image", "type": "ext4", "options": "ro"},
            {"device": "/dev/vdb", "at": "/disks/nas", "type": disks.file_system, "options": "rw"},
        ]
        if disks.shared:
            mounts.append({"device": "windows", "at": "/disks/windows", "type": "9p", "options": _SHARED})
        else:
            mounts.append({"device": "/dev/vdc", "at": "/disks/windows", "type": disks.file_system, "options": "rw"})
        more = {"config.json": json.dumps({**config, "disks": mounts}).encode()}
        with_guest(image, [GUEST], self._scratch / "initramfs", more)
        with open(self._scratch / "stderr", "wb") as stderr:
            self._process = subprocess.Popen(
                self._command(image, disks), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
            )
        self._line = socket.socket(socket.AF_UNIX)
        self._connect()

    def _command(self, image: Image, disks: Disks) -> list[str]:
        drives = [f"file={disks.image},format=raw,read-only=on,if=none,id=image"]
        drives += [
            f"file.driver=nbd,file.server.type=unix,file.server.path={self._scratch / name},"
            f"format=raw,cache.direct=on,if=none,id={name}"
            for name in disks.names
        ]
        share = [
            "-fsdev", f"local,id=windows,path={disks.shared},security_model=none",
            "-device", "virtio-9p-pci,fsdev=windows,mount_tag=windows",
        ]  # fmt: skip
        return [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "640",
            "-kernel", str(image.kernel), "-initrd", str(self._scratch / "initramfs"),
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off no5lvl audit=0",
            "-serial", f"file:{self._scratch / 'console'}",
            "-device", "virtio-rng-pci",
            *(word for drive in drives for word in ("-drive", drive)),
            *(word for name in ("image", *disks.names) for word in ("-device", f"virtio-blk-pci,drive={name}")),
            *(share if disks.shared else ()),
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=port,path={self._scratch / 'port'},server=on,wait=on",
            "-device", "virtserialport,chardev=port,name=host",
        ]  # fmt: skip

    def _connect(self) -> None:
        deadline = time.monotonic() + _START_LIMIT
        while True:
            try:
                self._line.connect(str(self._scratch / "port"))
                return
            except (FileNotFoundError, ConnectionRefusedError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self._scratch / "stderr").read_text(errors="replace")
                    self.cut_power(random.Random(0))
                    raise Failed(f"the emulator does not start: {said}") from None
                time.sleep(0.02)

    @property
    def console(self) -> str:
        """What the machine's kernel has said."""
        path = self._scratch / "console"
        return path.read_text(errors="replace") if path.exists() else ""

    def events(self, until: float) -> t.Iterator[dict[str, t.Any]]:
        """What the machine tells, up to a moment of the monotonic clock, or its end."""
        while (left := until - time.monotonic()) > 0:
            self._line.settimeout(left)
            try:
                data = self._line.recv(1 << 16)
            except TimeoutError:
                return
            if not data:
                return
            yield from self._parsed(data)

    def go_on(self) -> None:
        """Let clients and testers write."""
        self._line.sendall(b"\n")

    def cut_power(self, chance: random.Random) -> tuple[list[dict[str, t.Any]], dict[str, Cut]]:
        """End the machine at once. Return what it had told and nobody has read, and what the disks have lost."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        told = []
        self._line.settimeout(5)
        try:
            while data := self._line.recv(1 << 16):
                told += list(self._parsed(data))
        except OSError:
            pass  # it was never connected
        self._line.close()
        cuts = {}
        for name, server in self._servers.items():
            server.close()
            cuts[name] = Cut(*self._disks[name].cut(chance))
            self._disks[name].close()
        shutil.rmtree(self._scratch)
        return told, cuts

    def _parsed(self, data: bytes) -> t.Iterator[dict[str, t.Any]]:
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            yield json.loads(line)
