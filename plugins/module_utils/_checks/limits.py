# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold for a check to pass, as options of a module and as values. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import Storage

_LONGEST_SECONDS = 3600


@dataclass(frozen=True)
class Limits:
    """What must hold (``limit``) and what is hoped for (``target``). Seconds, bytes and thousandths of a core."""

    to_nas: float = 30.0
    to_nas_target: float = 5.0
    to_windows: float = 60.0
    to_windows_target: float = 2.0
    lag: float = 60.0
    restart: float = 120.0
    rest: float = 6.0
    free_bytes: int = 16 * 2**20
    cpu: int = 4000
    memory: int = 8 * 2**30

    def free_of(self, storage: Storage) -> int:
        """Return how many bytes of an export must be free: of one in memory, which may be small, a tenth is enough."""
        if not storage.in_memory:
            return self.free_bytes
        return min(self.free_bytes, fields.memory_bytes(storage.size_limit) // 10)


LIMITS_SPEC: dict[str, t.Any] = {
    **{
        name: {"type": "float", "default": getattr(Limits, name)}
        for name in ("to_nas", "to_windows", "lag", "restart", "rest")
    },
    "free": {"type": "str", "default": "16Mi"},
    "cpu": {"type": "str", "default": "4"},
    "memory": {"type": "str", "default": "8Gi"},
}


def read_limits(given: t.Mapping[str, t.Any]) -> Limits:
    """Return the limits of the options in LIMITS_SPEC. Raises SimulatorError that names the option."""
    try:
        return Limits(
            to_nas=_seconds(given, "to_nas"),
            to_windows=_seconds(given, "to_windows"),
            lag=_seconds(given, "lag"),
            restart=_seconds(given, "restart"),
            rest=_seconds(given, "rest"),
            free_bytes=fields.memory_bytes(fields.memory(given["free"], "limits.free")),
            cpu=fields.cpu_millicores(fields.cpu(given["cpu"], "limits.cpu")),
            memory=fields.memory_bytes(fields.memory(given["memory"], "limits.memory")),
        )
    except fields.FieldError as error:
        raise SimulatorError(str(error)) from None


def _seconds(given: t.Mapping[str, t.Any], field: str) -> float:
    value = float(given[field])
    if not 0 < value <= _LONGEST_SECONDS:
        raise fields.FieldError(
            f"limits.{field}", f"{value:g} is outside 0..{_LONGEST_SECONDS}; write a number of seconds"
        )
    return value
