# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laying out directories on a Windows node, decided here and done there. Private to file_simulator.nas.

The node is reached through a function that runs one of two scripts for ansible.windows.win_powershell with a request
and returns its result, so that this file knows nothing of connections, and a node is called once to look and once to do,
instead of two dozen times. In the scripts only .NET methods touch the disk, which know neither wildcards nor PowerShell's
providers. A directory is removed in a way that fails when it is not empty, which no module of ansible.windows offers, and
junctions are never followed.
"""

from __future__ import annotations

import json
import re
import typing as t
import uuid
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import chosen
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import (
    Claim,
    Observed,
    Place,
    Step,
    layout_result,
    places_of,
    refuse_other_than_directory,
    remembered,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_warnings import layout_warnings
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.subdirectories import (
    Subdirectory,
    plan_layout,
    subdirectories_of,
)

LOOK = Path(__file__).with_name("look.ps1").read_text(encoding="utf-8")
CARRY_OUT = Path(__file__).with_name("carry_out.ps1").read_text(encoding="utf-8")
RunScript = t.Callable[[str, dict[str, t.Any]], t.Any]
REGISTRY = r"%LOCALAPPDATA%\file-simulator\directories.json"
# How many directories in a place are named; more than that were not all made here.
_ENOUGH = 1000


def lay_out(given: t.Mapping[str, t.Any], run_script: RunScript, *, check_mode: bool) -> dict[str, t.Any]:
    """Do what the module windows_directory does with these parameters, on a Windows node.

    Returns the module's result and, beside it, ``warnings``. Raises SimulatorError.
    """
    topology = read_topology(given["topology"])
    servers = chosen(topology, given["servers"])
    places = places_of(topology, servers, str)
    inside = subdirectories_of(servers, str)
    drives = sorted({place.path[0] for place in places})
    request = {
        "paths": [place.path for place in places],
        "drives": drives,
        "subdirectories": [place.path for place in inside],
        "marker": MARKER_NAME,
        "registry": _registry(given["registry"]),
        "enough": _ENOUGH,
    }
    seen = _understood(run_script(LOOK, request))
    for place in places:
        if seen["drives"][place.path[0]] is None:
            raise SimulatorError(f"{place.shown}: drive {place.path[0]}: is not there; check the letter")
    known = _known(seen["registry"], seen["known"])
    observed = [_observed(place, found, known) for place, found in zip(places, seen["places"])]
    claim = Claim(topology.instance, [str(uuid.uuid4()) for _place in places], given["take_over"])
    subdirectories = [_subdirectory(place, found) for place, found in zip(inside, seen["subdirectories"])]
    steps = plan_layout(
        given["state"], observed, subdirectories, claim, force=given["force"], whole=given["servers"] is None
    )
    if steps and not check_mode:
        run_script(
            CARRY_OUT,
            {
                "steps": [_order(step) for step in steps],
                "marker": MARKER_NAME,
                "registry": seen["registry"],
                "known": json.dumps(remembered(known, steps), indent=2, sort_keys=True) + "\n",
            },
        )
    free = seen["drives"][topology.data_root.drive]
    there = observed[0].exists or (bool(steps) and not check_mode and given["state"] == "present")
    result = layout_result("windows", observed, free if there else None, steps)
    if given["state"] == "present":
        result["warnings"] = layout_warnings(topology, servers, free, long_paths=seen["long_paths"])
    return result


def _understood(answer: t.Any) -> dict[str, t.Any]:
    try:
        seen = json.loads(answer)
        if {"places", "subdirectories", "drives", "long_paths", "registry", "known"} <= set(seen):
            return t.cast("dict[str, t.Any]", seen)
    except (TypeError, ValueError):
        pass
    raise SimulatorError("Windows node: its answer is not understood; does ansible.windows.win_powershell work there?")


def _registry(given: str | None) -> str:
    """Return the registry's path on the node: one of another system, such as the default, stands for the usual one."""
    return given if given and re.match(r"%|[A-Za-z]:", given) else REGISTRY


def _known(path: str, text: str | None) -> dict[str, str]:
    try:
        data = json.loads(text or "{}")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise SimulatorError(f"{path}: cannot be read (no JSON object); remove it if it is damaged")
    return {str(place): str(generation) for place, generation in data.items()}


def _observed(place: Place, found: t.Mapping[str, t.Any], known: t.Mapping[str, str]) -> Observed:
    if found["other"]:
        refuse_other_than_directory(place)
    try:
        marker = None if found["marker"] is None else Marker.parse(found["marker"])
    except ValueError:
        raise SimulatorError(
            f"{place.path}\\{MARKER_NAME}: is damaged; remove it, and {remedies.LAY_OUT} writes it anew"
        ) from None
    return Observed(
        place,
        exists=found["directory"],
        empty=not found["directories"] and not found["has_files"],
        marker=marker,
        known=known.get(place.path, ""),
        directories=frozenset(found["directories"]),
        has_files=found["has_files"],
    )


def _subdirectory(place: Place, found: t.Mapping[str, t.Any]) -> Subdirectory:
    if found["other"]:
        refuse_other_than_directory(place)
    return Subdirectory(place, found["directory"], frozenset(found["names"]))


def _order(step: Step) -> dict[str, t.Any]:
    return {
        "verb": step.verb,
        "path": step.place.path,
        "text": step.marker.text if step.marker else "",
        # Those in the data root have owners of their own.
        "keep_directories": not step.place.server,
    }
