# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What production's NAS and paths are called in a topology. Private to file_simulator.nas. Pure.

Names are functions of the whole set of hosts, or of one NAS's paths: the order of files and documents plays no part.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
import zlib

from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import MARKER_NAME
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import read_aliases
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import is_ignored
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold, name_problem

_LONGEST_LABEL = 63
_LONGEST_DIRECTORY = 80
_NO_LABEL = re.compile(r"[^a-z0-9-]+")
_NO_DIRECTORY = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_PREFIX = "nas-"


def is_address(host: str) -> bool:
    """Return whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def can_be_alias(host: str) -> bool:
    """Return whether a server of the simulator can have this name, too."""
    try:
        read_aliases([host])
    except FieldError:
        return False
    return True


def server_names(hosts: t.Iterable[str]) -> dict[str, str]:
    """Return the name of a server for each host: the first label, the whole name where several have that."""
    known = sorted(set(hosts))
    short = {host: _label(f"{_PREFIX}{host}" if is_address(host) else host.partition(".")[0]) for host in known}
    long = {host: short[host] if is_address(host) else _label(host) for host in known}
    return _distinct(known, short, long, _LONGEST_LABEL, str)


def subdirectories(paths: t.Iterable[str]) -> dict[str, str]:
    """Return the directory for each path: its last name, all of its names where several have that one.

    That of the path ``/`` is empty: it is the whole tree.
    """
    known = sorted(set(paths) - {"/"})
    short = {path: _directory(path.rpartition("/")[2]) for path in known}
    long = {path: _directory(path.strip("/").replace("/", "-")) for path in known}
    whole = {"/": ""} if "/" in set(paths) else {}
    return {**whole, **_distinct(known, short, long, _LONGEST_DIRECTORY, fold)}


def _distinct(
    known: t.Sequence[str],
    short: t.Mapping[str, str],
    long: t.Mapping[str, str],
    longest: int,
    same: t.Callable[[str], str],
) -> dict[str, str]:
    """Return the short name where nothing else has it, else the long one, else that with a number made of the key."""
    shared = _counts(same(short[key]) for key in known)
    chosen = {key: short[key] if shared[same(short[key])] == 1 else long[key] for key in known}
    shared = _counts(same(name) for name in chosen.values())
    return {
        key: name if shared[same(name)] == 1 and len(name) <= longest else _numbered(name, key, longest)
        for key, name in chosen.items()
    }


def _counts(names: t.Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _numbered(name: str, key: str, longest: int) -> str:
    number = f"-{zlib.crc32(key.encode('utf-8', 'surrogatepass')):08x}"
    return name[: longest - len(number)] + number


def _label(host: str) -> str:
    """Return the DNS label that is nearest to a host; Kubernetes wants a letter in front, Windows no device."""
    label = _NO_LABEL.sub("-", host.lower()).strip("-")
    fits = label[:1].isalpha() and name_problem(label) is None
    return label if fits else f"{_PREFIX}{label}".rstrip("-")


def _directory(name: str) -> str:
    """Return the name nearest to one of the NAS that Windows can have."""
    safe = _NO_DIRECTORY.sub("-", name).rstrip(". ")
    ours = is_ignored(safe) or fold(safe) == fold(MARKER_NAME)
    return safe if safe and not ours and name_problem(safe) is None else f"{_PREFIX}{safe}".rstrip("-. ")
