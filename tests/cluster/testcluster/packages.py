# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few programs that the node takes from Debian or Ubuntu."""

from __future__ import annotations

import os
import shutil

from testcluster.console import attempt, run, say, system_environment
from testcluster.settings import ClusterError

PACKAGE_OF_COMMAND = {
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "openssl": "openssl",
}


def ensure_installed() -> None:
    """Install what is missing, when that is possible; raise ClusterError when it is not."""
    missing = sorted({package for command, package in PACKAGE_OF_COMMAND.items() if not find(command)})
    if not missing:
        return
    if os.geteuid() != 0 or not find("apt-get"):
        raise ClusterError(f"not installed: {' '.join(missing)} (as root, apt-get install them)")
    say(f"installing {' '.join(missing)}")
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", "--yes"]
    install = [*apt, "install", "--no-install-recommends", *missing]
    if attempt(install, timeout=900).returncode:
        run([*apt, "update"], timeout=900)
        run(install, timeout=900)


def find(command: str) -> str | None:
    """Return the path of a command, looked up where root would find it."""
    return shutil.which(command, path=system_environment()["PATH"])
