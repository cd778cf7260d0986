# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server's changes are synced, and where its export is kept. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError

MODES = ("none", "windows_to_nas", "nas_to_windows", "two_way")
_TO_NAS_MODES = ("windows_to_nas", "two_way")
_TO_WINDOWS_MODES = ("nas_to_windows", "two_way")
MEMORY = "memory"
STORAGE_TYPES = ("empty_dir", "persistent", MEMORY)
# What memory is given out in, and the least in which an agent keeps its ledger beside a few files. Bytes.
_PAGE = 4096
_LEAST_IN_MEMORY = 4 << 20
# Seconds.
INTERVAL = (1, 3600)
QUIET_PERIOD = (0, 600)
SYNC_KEYS = ("mode", *default.SYNC)


@dataclass(frozen=True)
class Sync:
    """How the sync agent carries changes. Times are in seconds; ``max_deletions`` is N or P%."""

    mode: str
    interval: int
    quiet_period: int
    max_deletions: str

    @property
    def has_agent(self) -> bool:
        """Whether changes are carried while the server runs."""
        return self.mode != "none"

    @property
    def syncs_to_nas(self) -> bool:
        """Whether what is put into the Windows directory reaches the export without a restart."""
        return self.mode in _TO_NAS_MODES

    @property
    def syncs_to_windows(self) -> bool:
        """Whether what clients write reaches the Windows directory."""
        return self.mode in _TO_WINDOWS_MODES


@dataclass(frozen=True)
class Storage:
    """Where an export lives: ``empty_dir`` and ``memory`` go with their pod, ``persistent`` outlives it.

    In memory, clients can write no more than ``size_limit``; elsewhere it is up to the engine, see ``_server/size_limit.py``.
    """

    type: str
    size_limit: str

    @property
    def in_memory(self) -> bool:
        """Whether what is in the export takes the machine's memory."""
        return self.type == MEMORY


def read_sync(own: t.Any, common: t.Any, mode: str) -> Sync:
    """Read a server's ``sync`` with that of all servers under it; ``mode`` is its role's. Raises FieldError."""
    given = {
        **default.SYNC,
        "mode": mode,
        **fields.mapping(common, "defaults.sync", SYNC_KEYS),
        **fields.mapping(own, "sync", SYNC_KEYS),
    }
    limit = str(given["max_deletions"])
    if not re.fullmatch(r"[0-9]{1,9}|([0-9]|[1-9][0-9]|100)%", limit):
        raise FieldError("sync.max_deletions", f"'{limit}' is no limit; write a number of files or a share such as 50%")
    return Sync(
        mode=fields.choice(given["mode"], "sync.mode", MODES),
        interval=fields.integer(given["interval"], "sync.interval", *INTERVAL),
        quiet_period=fields.integer(given["quiet_period"], "sync.quiet_period", *QUIET_PERIOD),
        max_deletions=limit if limit.endswith("%") else str(int(limit)),
    )


def read_storage(own: t.Any, common: t.Any) -> Storage:
    """Read a server's ``storage`` with that of all servers under it. Raises FieldError."""
    keys = tuple(default.STORAGE)
    given = {
        **default.STORAGE,
        **fields.mapping(common, "defaults.storage", keys),
        **fields.mapping(own, "storage", keys),
    }
    storage = Storage(
        type=fields.choice(given["type"], "storage.type", STORAGE_TYPES),
        size_limit=fields.memory(given["size_limit"], "storage.size_limit"),
    )
    if storage.in_memory:
        _check_size(storage.size_limit)
    return storage


def _check_size(size_limit: str) -> None:
    size = fields.memory_bytes(size_limit)
    if size < _LEAST_IN_MEMORY or size % _PAGE:
        raise FieldError(
            "storage.size_limit",
            f"{size_limit} cannot be had in memory; write 4Mi or more, a multiple of 4Ki such as 64Mi",
        )
