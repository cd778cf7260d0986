# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do with an instance's servers, decided before anything is done. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

STATES = ("present", "absent", "started", "stopped", "restarted")


@dataclass(frozen=True)
class Current:
    """A server as the engine finds it. ``running`` when all that should run does; ``stopped`` when nothing does.

    ``damage`` says why a start is not enough, such as "sync-agent is missing"; empty when it is. ``unreachable``
    when all that is wrong is that it does not answer.
    """

    server: str
    description: t.Mapping[str, t.Any]
    running: bool
    stopped: bool
    damage: str = ""
    unreachable: bool = False


@dataclass(frozen=True)
class Action:
    """One step for one server: ``create``, ``replace``, ``repair``, ``start``, ``stop``, ``restart`` or ``remove``.

    ``repair`` makes the same server again, around the volume that it has.
    """

    verb: str
    server: str

    @property
    def needs_start(self) -> bool:
        """Whether the server is to answer afterwards."""
        return self.verb in ("create", "replace", "repair", "start", "restart")


def plan(
    state: str,
    desired: t.Mapping[str, t.Mapping[str, t.Any]],
    current: t.Mapping[str, Current],
    *,
    unwanted: t.Collection[str] = (),
    purge: bool = False,
) -> list[Action]:
    """Return the steps from ``current`` to ``state``, removals first: they free ports.

    ``desired`` are the descriptions of the servers that the task is about, ``unwanted`` those that are
    disabled. With ``purge``, servers go too that neither of them names.
    """
    if state == "absent":
        targets = {*desired, *unwanted, *(current if purge else ())}
        return [Action("remove", server) for server in sorted(targets) if server in current]
    surplus = set(unwanted) | (set(current) - set(desired) if purge else set())
    removals = [Action("remove", server) for server in sorted(surplus) if server in current]
    steps = [_step(state, server, desired[server], current.get(server)) for server in desired]
    return removals + [step for step in steps if step is not None]


def _step(state: str, server: str, desired: t.Mapping[str, t.Any], found: Current | None) -> Action | None:
    if state == "stopped":
        return Action("stop", server) if found and not found.stopped else None
    if found is None:
        return Action("create", server)
    if found.description != desired:
        return Action("replace", server)
    if found.damage:
        return Action("repair", server)
    if state == "restarted":
        return Action("restart" if not found.stopped else "start", server)
    # A server that somebody stopped stays stopped when it only has to be present; a broken one is mended.
    if not found.running and (state == "started" or not found.stopped):
        return Action("start", server)
    return None


def difference(
    actions: t.Sequence[Action],
    desired: t.Mapping[str, t.Mapping[str, t.Any]],
    current: t.Mapping[str, Current],
) -> dict[str, dict[str, t.Any]]:
    """Return Ansible's diff, before and after, of the servers that ``actions`` touch."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for action in actions:
        found = current.get(action.server)
        before[action.server] = _shown(found.description, _word(found)) if found else {"state": "absent"}
        after[action.server] = _afterwards(action, desired, found)
    return {"before": before, "after": after}


def _afterwards(
    action: Action, desired: t.Mapping[str, t.Mapping[str, t.Any]], found: Current | None
) -> dict[str, t.Any]:
    if action.verb == "remove":
        return {"state": "absent"}
    if action.verb in ("create", "replace") or found is None:
        return _shown(desired[action.server], "running")
    states = {"stop": "stopped", "start": "running", "repair": "running", "restart": "running, restarted"}
    return _shown(found.description, states[action.verb])


def _shown(description: t.Mapping[str, t.Any], state: str) -> dict[str, t.Any]:
    return {"state": state, **description}


def _word(found: Current) -> str:
    if found.damage:
        return f"broken: {found.damage}"
    if found.running:
        return "running"
    return "stopped" if found.stopped else "broken"
