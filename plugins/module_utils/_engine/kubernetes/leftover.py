# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a volume has that stays without its pod, noted on its claim. Private to file_simulator.nas.

Nobody can look again once the pod is gone, and who takes the instance down a second time wants to know.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import as_of
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM

_ANNOTATION = "file-simulator/not-in-windows"


def note(cluster: Cluster, claim: Object, only_there: str) -> None:
    """Note what only a claim's volume has, in words; nothing where these are empty."""
    if not only_there and not noted(claim):
        return
    meta = claim["metadata"]
    text = as_of(only_there, time.time()) if only_there else None
    change = {"metadata": {"annotations": {_ANNOTATION: text}}}
    cluster.patch(CLAIM, meta["name"], meta["namespace"], change, f"claim {meta['name']}: note what only it has")


def noted(claim: Object) -> str:
    """Return what was noted on a claim, with the time; empty when that was nothing."""
    return visible((claim["metadata"].get("annotations") or {}).get(_ANNOTATION, ""))


def told(
    cluster: Cluster,
    kept: t.Mapping[str, str],
    found: t.Mapping[str, t.Sequence[Object]],
    current: t.Mapping[str, _plan.Current],
    only_there: t.Mapping[str, str],
) -> dict[str, str]:
    """Return what is to be told of each volume of ``kept`` (claims by server), and note what was asked just now.

    ``only_there`` is what the agents of servers that run have said; those that do not run have nobody who says more
    than was noted.
    """
    words = dict(only_there)
    for server in kept:
        claim = next(item for item in found[server] if item["kind"] == CLAIM)
        if server in current and not current[server].stopped:
            note(cluster, claim, only_there.get(server, ""))
        else:
            words[server] = noted(claim)
    return words
