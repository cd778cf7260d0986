# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pod of ours, as podman shows it. Private to file_simulator.nas. Looks at the processes of its containers."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.processes import is_dead
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import (
    LABEL_DESCRIPTION,
    LABEL_INSTANCE,
    LABEL_SERVER,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import INIT_CONTAINER

DEAD = "dead"
_RUNNING, _PAUSED = "running", "paused"
# As long as one of these is there, the pod has its port.
_PRESENT = (_RUNNING, _PAUSED)


@dataclass(frozen=True)
class Found:
    """A pod of ours; ``containers`` maps their short names to podman's state words.

    That of a container which podman calls running, and whose process is gone, is ``dead``. ``infra`` is the
    full id of podman's own container of the pod, which has its addresses and ports.
    """

    instance: str
    current: Current
    containers: t.Mapping[str, str]
    has_dead: bool = False
    has_paused: bool = False
    infra: str = ""


def found_pod(pod: t.Mapping[str, t.Any]) -> Found:
    """Read one entry of "podman pod ps"."""
    labels = pod.get("Labels") or {}
    instance, server = labels[LABEL_INSTANCE], labels[LABEL_SERVER]
    infra = str(pod.get("InfraId", ""))
    prefix = f"{instance}.{server}."
    shown = pod.get("Containers") or []
    entries = [(_name(entry, prefix, infra), _state(entry), entry.get("Id") == infra) for entry in shown]
    ours = {str(entry["Names"])[len(prefix) :] for entry in shown if str(entry["Names"]).startswith(prefix)}
    containers = {name: state for name, state, is_infra in entries if name in ours and not is_infra}
    description = _description(labels.get(LABEL_DESCRIPTION, ""))
    desired = set(description.get("containers", {}))
    steady = [containers.get(name) == _RUNNING for name in desired if name != INIT_CONTAINER]
    states = [state for _name, state, _is_infra in entries]
    return Found(
        instance=instance,
        current=Current(
            server=server,
            description=description,
            running=bool(steady) and all(steady) and desired <= set(containers),
            stopped=not any(state in _PRESENT for state in states),
            damage=", ".join(_damage(entries, desired)),
        ),
        containers=containers,
        has_dead=DEAD in states,
        has_paused=_PAUSED in states,
        infra=infra,
    )


def _damage(entries: t.Sequence[tuple[str, str, bool]], desired: t.Collection[str]) -> list[str]:
    """Return why a start is not enough for a pod of these containers (name, state, whether it is podman's own)."""
    names = {name for name, _state, _is_infra in entries}
    damage = [f"{name} is missing" for name in sorted(set(desired) - names)]
    damage += [f"podman did not see {name} end" for name, state, _is_infra in sorted(entries) if state == DEAD]
    damage += [f"{name} is paused" for name, state, _is_infra in sorted(entries) if state == _PAUSED]
    # Started without it, the others would stay in a network that nobody reaches.
    if any(state == _RUNNING for _name, state, is_infra in entries if not is_infra):
        ended = [name for name, state, is_infra in entries if is_infra and state not in (_RUNNING, _PAUSED, DEAD)]
        damage += [f"{name} has ended before the others" for name in ended]
    return damage


def _name(entry: t.Mapping[str, t.Any], prefix: str, infra: str) -> str:
    if infra and entry.get("Id") == infra:
        return "podman's own container of the pod"
    name = str(entry["Names"])
    return name[len(prefix) :] if name.startswith(prefix) else name


def _state(entry: t.Mapping[str, t.Any]) -> str:
    state = str(entry["Status"])
    return DEAD if state == _RUNNING and is_dead(str(entry.get("Id", ""))) else state


def _description(label: str) -> dict[str, t.Any]:
    """Read a pod's own description; one that cannot be read matches nothing, so that the pod is replaced."""
    try:
        description = json.loads(label)
    except ValueError:
        return {}
    return description if isinstance(description, dict) else {}
