# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One place in production's files that names a path on a NAS, checked. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import shortened, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import Mapping

# Underscores are no letters of DNS, and many a hosts file has them all the same.
_HOST = re.compile(r"[A-Za-z0-9_](?:[-A-Za-z0-9_.]{0,251}[A-Za-z0-9_])?\.?")
_PLACEHOLDER = re.compile(r"\$\{|\$\(|\{\{|^\$[A-Za-z_]|^<.*>$")
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")
_DEVICE = re.compile(r"(\[[^\]]*\]|[^:]*):(.*)")
_LONGEST_PATH = 1023
_SHOWN = 80


@dataclass(frozen=True)
class Source:
    """A path on a NAS. ``host`` is as production's clients call it, in lower case; an address of IPv6 has no brackets."""

    host: str
    path: str

    def __str__(self) -> str:
        return f"[{self.host}]:{self.path}" if ":" in self.host else f"{self.host}:{self.path}"


@dataclass(frozen=True)
class Volume:
    """One object of production's that names a path on a NAS.

    ``read_only`` tells that whoever mounts it cannot write. ``object`` is production's own.
    """

    place: Place
    source: Source
    object: Mapping
    options: tuple[str, ...] = ()
    read_only: bool = False


@dataclass
class Uses:
    """How pods and services use what is on a NAS: for each path, who reads it alone and who may write."""

    by_source: dict[Source, list[bool]] = field(default_factory=dict)

    def add(self, source: Source, only_reads: bool) -> None:
        """Add a mount."""
        self.by_source.setdefault(source, []).append(only_reads)

    def reads(self, source: Source) -> bool:
        """Return whether something mounts it read-only."""
        return True in self.by_source.get(source, [])

    def writes(self, source: Source) -> bool:
        """Return whether something mounts it so that it may write."""
        return False in self.by_source.get(source, [])


def read_source(host: str, path: str, place: Place, findings: Findings) -> Source | None:
    """Return a path on a NAS in the form in which equal ones are equal; None where it is none, which is a problem."""
    for word, value in (("server", host), ("path", path)):
        if not value:
            findings.problem(place, f"names no {word} for NFS")
            return None
        if _PLACEHOLDER.search(value):
            findings.problem(
                place, f"{word} {_quoted(value)} has a placeholder; fill it in, that of a Template by parameters"
            )
            return None
    checked_host = _host(host)
    if checked_host is None:
        findings.problem(place, f"server {_quoted(host)} is neither a host's name nor an address")
        return None
    wrong = _path_problem(path)
    if wrong:
        findings.problem(place, f"path {_quoted(path)} {wrong}")
        return None
    return Source(checked_host, "/" + "/".join(_names(path)))


def split_device(device: str) -> tuple[str, str]:
    """Return server and path of what mount(8) takes for a device; both are empty where it is none of NFS."""
    match = _DEVICE.fullmatch(device)
    return (match[1], match[2]) if match else ("", "")


def _host(host: str) -> str | None:
    bare = host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare.rstrip(".").lower() if _HOST.fullmatch(bare) and ".." not in bare else None


def _path_problem(path: str) -> str:
    if not path.startswith("/"):
        return "is not absolute; it begins with / on the NAS"
    if ".." in _names(path):
        return "leads outside of itself by '..'; write the path that is meant"
    if _UNFIT.search(path):
        return "has a control character"
    return "is too long" if len(path.encode("utf-8", "surrogatepass")) > _LONGEST_PATH else ""


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in ("", ".")]


def _quoted(value: str) -> str:
    return f"'{visible(shortened(value, _SHOWN))}'"
