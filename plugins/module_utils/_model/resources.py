# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CPU and memory of a pod's containers. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError

_KINDS = ("requests", "limits")
# Thousandths of a core: the kernel's least quota is 1 ms, and its period is 100 ms.
_SMALLEST_CPU = 10
_AMOUNTS = {"cpu": fields.cpu, "memory": fields.memory}


@dataclass(frozen=True)
class Resources:
    """One container's requests and limits, in the notation of Kubernetes."""

    cpu_request: str
    cpu_limit: str
    memory_request: str
    memory_limit: str


def read_resources(
    own: t.Any, common: t.Any, default: t.Mapping[str, t.Mapping[str, t.Mapping[str, str]]]
) -> dict[str, Resources]:
    """Return the resources of each container in ``default``, overridden by ``common``, then by ``own``."""
    layers = [
        fields.mapping(common, "defaults.resources", default),
        fields.mapping(own, "resources", default),
    ]
    return {container: _container(container, amounts, layers) for container, amounts in default.items()}


def with_room(resources: Resources, size_limit: str) -> Resources:
    """Return ``resources`` with a memory limit that leaves as much as before beside files of ``size_limit`` in memory.

    The kernel counts such a file among the memory of the container that writes it, and ends the one that has too much.
    """
    limit = fields.memory_bytes(resources.memory_limit) + fields.memory_bytes(size_limit)
    return replace(resources, memory_limit=fields.memory(limit, "memory"))


def _container(name: str, amounts: t.Mapping[str, t.Mapping[str, str]], layers: list[fields.Mapping]) -> Resources:
    merged = {kind: dict(amounts[kind]) for kind in _KINDS}
    for layer in layers:
        given = fields.mapping(layer.get(name), f"resources.{name}", _KINDS)
        for kind in _KINDS:
            field = f"resources.{name}.{kind}"
            for key, value in fields.mapping(given.get(kind), field, _AMOUNTS).items():
                merged[kind][key] = _AMOUNTS[key](value, f"{field}.{key}")
    requests, limits = merged["requests"], merged["limits"]
    if fields.cpu_millicores(limits["cpu"]) < _SMALLEST_CPU:
        raise FieldError(
            f"resources.{name}.limits.cpu",
            f"{limits['cpu']} is less than {_SMALLEST_CPU}m, the least that podman can set",
        )
    for key, size in (("cpu", fields.cpu_millicores), ("memory", fields.memory_bytes)):
        if size(requests[key]) > size(limits[key]):
            raise FieldError(
                f"resources.{name}", f"requests {requests[key]} of {key}, more than its limit {limits[key]}"
            )
    return Resources(
        cpu_request=requests["cpu"],
        cpu_limit=limits["cpu"],
        memory_request=requests["memory"],
        memory_limit=limits["memory"],
    )
