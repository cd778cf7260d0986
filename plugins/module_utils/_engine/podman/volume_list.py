# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of volumes, which podman does not give at once. Private to file_simulator.nas. Pure, but for what it is given."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import LABEL_INSTANCE

_WORDS = ("volume", "ls", "--format", "json", "--filter", f"label={LABEL_INSTANCE}")
_TRIES = 5
_GONE = "no such volume"


def listed_volumes(call: t.Callable[[t.Sequence[str], str], str]) -> list[dict[str, t.Any]]:
    """Return what podman says of each volume of every instance; ``call`` is that of Podman. Raises SimulatorError.

    Podman reads the names first and then each volume: one that another run removes in between fails the whole list.
    """
    for _attempt in range(_TRIES - 1):
        try:
            return _read(call(_WORDS, "list volumes"))
        except SimulatorError as error:
            if _GONE not in error.message:
                raise
    return _read(call(_WORDS, "list volumes"))


def _read(shown: str) -> list[dict[str, t.Any]]:
    return list(json.loads(shown or "[]"))
