# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is to do with servers on podman, decided before anything is done. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.volume_fate import (
    LOSING,
    volume_fate,
)


@dataclass(frozen=True)
class Decision:
    """The actions, what they change as Ansible's diff, and the servers that lose their volumes by them."""

    actions: t.Sequence[_plan.Action]
    diff: t.Mapping[str, t.Mapping[str, t.Any]]
    losing: frozenset[str]


def decide(
    desired: t.Mapping[str, t.Mapping[str, t.Any]],
    current: t.Mapping[str, _plan.Current],
    disabled: t.Collection[str],
    request: Request,
) -> Decision:
    """Return what leads from the servers in ``current`` to what is asked for, described in ``desired``.

    Raises SimulatorError where a persistent volume would be discarded and nobody said so.
    """
    actions = _plan.plan(request.state, desired, current, unwanted=disabled, purge=request.purge)
    fates = {action.server: volume_fate(action, current, desired, request) for action in actions}
    diff = _plan.difference(actions, desired, current)
    for server, fate in fates.items():
        diff["after"][server].update({"volume": fate} if fate else {})
    return Decision(actions, diff, frozenset(server for server, fate in fates.items() if fate in LOSING))
