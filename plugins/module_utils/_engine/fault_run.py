# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run that makes or ends faults, on whichever engine. Private to file_simulator.nas. Has an engine do it."""

from __future__ import annotations

import contextlib
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import (
    Change,
    Faults,
    with_fault,
    without,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import fault_result
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import Fault
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server


def change_faults(
    faults: Faults, servers: t.Sequence[Server], fault: Fault | None, kind: str | None, *, check_mode: bool
) -> list[Change]:
    """Let a fault be on, or where it is None end those of a kind, all where that is None, on all servers at once.

    In check mode, only tell what would become of them. Raises SimulatorError where it cannot be; whatever can be checked
    is checked before anything is touched.
    """
    with contextlib.nullcontext() if check_mode else faults.held():
        active = faults.active()
        changes = with_fault(servers, active, fault, time.time()) if fault else without(servers, active, kind)
        todo = [change for change in changes if change.changed]
        if not check_mode:
            if fault:
                faults.check([change.server for change in todo])
            for_each(todo, lambda change: faults.bring(change.server, change.after))
    return changes


def change_result(changes: t.Sequence[Change]) -> dict[str, t.Any]:
    """Return what module nas_fault returns."""
    return {
        "changed": any(change.changed for change in changes),
        "servers": [
            {
                "server": change.server.name,
                "changed": change.changed,
                "faults": [fault_result(each) for each in change.after],
            }
            for change in changes
        ],
        "diff": {
            when: {change.server.name: [each.words for each in getattr(change, when)] for change in changes}
            for when in ("before", "after")
        },
    }
