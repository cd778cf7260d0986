# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small virtual machine that has the Linux kernel's NFS client."""

from __future__ import annotations

from pathlib import Path

from ..harness.small_machine import image
from ..harness.small_machine.machine import Machine

GUEST = Path(__file__).resolve().parent / "guest"


def nfs_client() -> Machine:
    """Start one; its operations are the functions of guest/."""
    return Machine(image.prepare(), [GUEST], ("files", "locking", "mounts", "programs"))
