# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether KVM works on this machine: its device is there on many where it does not."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from pathlib import Path

# Without a disk, a kernel that runs at all stops within a second, saying this.
_END = "Unable to mount root fs"
_SECONDS = 10
_EMULATED = ("-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max")
_KVM = ("-accel", "kvm", "-cpu", "host")


@functools.cache
def accelerator(kernel: Path) -> tuple[str, ...]:
    """Return the emulator's arguments for the fastest way in which it runs a kernel here."""
    return _KVM if os.access("/dev/kvm", os.R_OK | os.W_OK) and _runs(kernel, _KVM) else _EMULATED


def _runs(kernel: Path, arguments: tuple[str, ...]) -> bool:
    with tempfile.TemporaryDirectory(prefix="accelerator-") as directory:
        console = Path(directory) / "console"
        command = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "q35", *arguments, "-m", "512", "-serial", f"file:{console}",
            "-kernel", str(kernel), "-append", "console=ttyS0 panic=-1",
        ]  # fmt: skip
        try:
            subprocess.run(command, check=False, timeout=_SECONDS, capture_output=True, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return False
        return console.exists() and _END in console.read_text(errors="replace")
