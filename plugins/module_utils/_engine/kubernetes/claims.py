# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server's claim on persistent storage can become. Private to file_simulator.nas. Pure.

A claim's class never changes, and its size only grows, where the class allows it. What cannot be is refused
before anything is touched, for the volume may hold the only copy of a client's file.
"""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import plan as _plan
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Request
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import state
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    ANNOTATION_CLAIM_GENERATION,
    Object,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import memory_bytes
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

# What becomes of a server's storage, in the words of the diff.
REMOVED, KEPT = "removed", "kept"
WITH_THE_POD = "removed with the pod"
ANEW = "another one, filled from the Windows directory: owners and modes that clients set are not copied"


def _way_out(server: str) -> str:
    return (
        f"nothing was changed. Leave it as it is, or copy what only the volume has with {remedies.rescue(server)}, "
        f"delete it with {remedies.DELETE_STORAGE}, and bring the server up again"
    )


def settled_claim(server: str, desired: Object, found: Object, expandable: t.Mapping[str, bool] | None) -> Object:
    """Return the claim to apply where ``found`` is there; raise SimulatorError where that cannot become ``desired``.

    ``expandable`` tells of each storage class whether its volumes can grow, None where nobody may look.
    """
    claim = copy.deepcopy(desired)
    name, spec = found["metadata"]["name"], found["spec"]
    has = spec.get("storageClassName")
    asked = claim["spec"].setdefault("storageClassName", has)
    if asked is None:
        del claim["spec"]["storageClassName"]
    if asked != has:
        raise SimulatorError(
            f"server {server}: storage_class: its volume {name} is of class '{has or ''}', and a claim never gets another, "
            f"such as '{asked}'; {_way_out(server)}"
        )
    sizes = [each["spec"]["resources"]["requests"]["storage"] for each in (found, claim)]
    before, after = map(_bytes, sizes)
    if before is None or after is None or before == after:
        return claim
    cannot = ""
    if after < before:
        cannot = "cannot shrink"
    elif found.get("status", {}).get("phase") == "Pending":
        cannot = "is not bound to a volume yet, and cannot grow before it is"
    elif expandable is not None and not expandable.get(has or "", False):
        cannot = f"cannot grow, for its class '{has or ''}' does not allow that (allowVolumeExpansion)"
    if cannot:
        raise SimulatorError(
            f"server {server}: storage.size_limit: its volume {name} has {sizes[0]} and {cannot}: {sizes[1]} is not to be "
            f"had; {_way_out(server)}"
        )
    return claim


def check_generation(server: str, directory: str, generation: str, items: t.Sequence[Object]) -> None:
    """Refuse persistent storage for another Windows directory than the one that it was made for."""
    claim = next((item for item in items if item["kind"] == CLAIM), None)
    if claim is None:
        return
    recorded = (claim["metadata"].get("annotations") or {}).get(ANNOTATION_CLAIM_GENERATION)
    if recorded and recorded != generation:
        raise SimulatorError(
            f"server {server}: its persistent volume {claim['metadata']['name']} belongs to another directory than "
            f"{directory} is now; nothing was changed. Move the old directory with its marker there and the volume "
            f"stays, or delete the volume: {remedies.DELETE_STORAGE}"
        )


def storage_fate(action: _plan.Action, before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], gone: bool) -> str:
    """Return what becomes of a server's storage, empty where nothing does.

    ``before`` and ``after`` are descriptions of the server; ``gone`` tells that persistent storage is given up.
    """
    if action.verb in ("stop", "restart"):
        return "" if state.claim_of(before) else WITH_THE_POD if action.verb == "stop" else ANEW
    if action.verb == "remove":
        return REMOVED if gone else KEPT if state.claim_of(before) else WITH_THE_POD
    if action.verb != "replace" or not state.replaces_pod(before, after):
        return ""
    if state.claim_of(before) and state.claim_of(after):
        return KEPT
    return ANEW + (f"; {state.claim_of(before)} is kept, unused" if state.claim_of(before) else "")


def kept_claims(
    found: t.Mapping[str, t.Sequence[Object]],
    servers: t.Sequence[Server],
    actions: t.Sequence[_plan.Action],
    desired: t.Mapping[str, t.Mapping[str, t.Any]],
    request: Request,
) -> dict[str, str]:
    """Return the claims that stay without a server: of those that go, and of those that get another storage."""
    absent = request.state == "absent"
    leaving = {server.name for server in servers if absent or not server.enabled}
    leaving |= {action.server for action in actions if action.verb == "remove"}
    leaving |= set(found) if absent and request.purge else set()
    leaving |= {each.server for each in actions if each.verb == "replace" and CLAIM not in desired[each.server]}
    mine = {server: [item for item in found.get(server, ()) if item["kind"] == CLAIM] for server in leaving}
    return {server: str(items[0]["metadata"]["name"]) for server, items in mine.items() if items}


def _bytes(amount: str) -> int | None:
    """Return an amount in bytes; None for one that only a cluster can read."""
    try:
        return memory_bytes(str(amount))
    except ValueError:
        return None
