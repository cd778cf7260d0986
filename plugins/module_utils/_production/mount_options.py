# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What mount options of production ask of a server. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.minor_versions import served_option
from ansible_collections.file_simulator.nas.plugins.module_utils._model.mount_words import VERSION, version

_NFS_PORT = "2049"
# What fstab and Compose call file systems of a NAS.
TYPES = ("nfs", "nfs4")
# By option, why it cannot be kept, and what to do.
_NOT_KEPT = {
    "sec": "the simulator's servers know the owners of files by their numbers alone (sec=sys); mount without it",
    "proto": "the simulator's servers speak TCP alone; mount with proto=tcp",
    "mountproto": "the simulator's servers speak TCP alone; mount with mountproto=tcp",
    "xprtsec": "the simulator's servers do not encrypt; mount without it",
    "port": "the simulator's servers have the standard port 2049; mount without it",
    "mountport": "the simulator's servers have standard ports; mount without it",
    "lock": "the simulator's servers have no locks in NFSv3; mount with nolock",
}
_KEPT = {
    "sec": ("sys",),
    "proto": ("tcp", "tcp6"),
    "mountproto": ("tcp", "tcp6"),
    "xprtsec": ("none",),
    "port": (_NFS_PORT, "0"),
}


def of_type(kind: str, options: t.Sequence[str]) -> list[str]:
    """Return the options of a file system of one of ``TYPES``, with the version that the type itself names."""
    return [*options, *(["vers=4"] if kind == "nfs4" and version(options) is None else [])]


def read_only(options: t.Iterable[str]) -> bool:
    """Return whether options make a mount read-only; of several words the last one counts."""
    words = [option for option in options if option in ("ro", "rw")]
    return bool(words) and words[-1] == "ro"


def not_kept(options: t.Iterable[str]) -> t.Iterator[str]:
    """Yield what of the options a simulated server cannot do, each with what to do about it."""
    for option in options:
        key, _equals, value = option.partition("=")
        if option in ("udp", "rdma"):
            key, value = "proto", option
        if key in _NOT_KEPT and (key == "lock" or value) and value not in _KEPT.get(key, ()):
            yield f"mount option {option}: {_NOT_KEPT[key]}"
        match = VERSION.fullmatch(option)
        if match and match[1] == "2":
            yield f"mount option {option}: the simulator's servers do not speak NFSv2; mount with vers=3"
        if served_option(option) != option:
            yield f"mount option {option}: the simulator's servers do not speak NFSv4.2; mount with {served_option(option)}"
