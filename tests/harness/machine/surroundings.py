# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How another machine reaches packages: as the machine that tests run on does. Nothing of it is written down."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
# The address by which the emulator's guests see the loopback of the machine that it runs on.
_HOST = "10.0.2.2"
_PIP = (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf")


def exports() -> str:
    """Return shell commands that set what a login there has of proxies, pip's settings and trusted authorities."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
    kept.pop("PIP_FIND_LINKS", None)  # a directory of this machine
    kept |= {name: str(AUTHORITIES) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE") if os.environ.get(name)}
    return "".join(f"export {name}={shlex.quote(seen_from_there(value))}; " for name, value in kept.items())


def seen_from_there(text: str, host: str = _HOST) -> str:
    """Return text in which this machine's loopback is called as another machine sees it."""
    return text.replace("127.0.0.1", host).replace("localhost", host)


def system_files(host: str = _HOST) -> dict[str, bytes]:
    """Return what is to be put into a machine, by path; ``host`` is where it sees this machine's loopback."""
    files = {str(AUTHORITIES): AUTHORITIES.read_bytes()} if AUTHORITIES.exists() else {}
    pip = [line for path in _PIP if path.exists() for line in path.read_text().splitlines() if "find-links" not in line]
    if pip:
        files["/etc/pip.conf"] = (seen_from_there("\n".join(pip), host) + "\n").encode()
    proxies = _apt_proxies()
    if proxies:
        files["/etc/apt/apt.conf.d/80proxy"] = seen_from_there(proxies, host).encode()
    return files


def _apt_proxies() -> str:
    if shutil.which("apt-config") is None:
        return ""
    dumped = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True).stdout
    wanted = ("Acquire::http::Proxy", "Acquire::https::Proxy")
    return "".join(f"{line}\n" for line in dumped.splitlines() if line.startswith(wanted))


def packed_checkout() -> bytes:
    """Return this checkout as a tar archive: what git has of it, and what is new and not ignored."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True).stdout
    pack = ["tar", "--create", "--null", "--files-from=-", "--ignore-failed-read"]
    return subprocess.run(pack, cwd=CHECKOUT, check=True, input=files, capture_output=True).stdout
