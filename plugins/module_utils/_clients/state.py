# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clusters have for clients, compared with what they are to have. Private to file_simulator.nas. Pure.

What is removed goes in the order of dependence: pods that mount a volume, its claim, the volume.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import (
    LABEL_EXPORT,
    LABEL_NAME,
    LABEL_NAS,
    Naming,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import (
    CLAIM,
    CONFIG_MAP,
    DEPLOYMENT,
    VOLUME,
    Key,
    key_of,
    settled,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

# A message that goes on and on is not read.
_NAMED = 2
REMOVAL_ORDER = (DEPLOYMENT, CONFIG_MAP, CLAIM, VOLUME)


@dataclass(frozen=True)
class Step:
    """One thing to do. ``recreate`` is a removal that makes room for the same object with other content."""

    verb: str
    key: Key


@dataclass(frozen=True)
class Selection:
    """Objects of one instance: those of ``servers`` (None: of all), of these only those in ``namespaces`` that have its names.

    Where ``staying`` is given, those of any server that is not among them belong to it as well.
    """

    servers: t.Collection[str] | None
    staying: t.Collection[str] | None = None
    namespaces: t.Collection[str] | None = None

    def has(self, item: t.Mapping[str, t.Any], naming: Naming) -> bool:
        """Tell whether an object of the instance is one of these."""
        server = nas_of(item)
        if self.servers is None or server in self.servers:
            return self.namespaces is None or is_named(item, naming, self.namespaces)
        return bool(server) and self.staying is not None and server not in self.staying


def is_ours(item: t.Mapping[str, t.Any], naming: Naming) -> bool:
    """Tell whether an object is one of this instance's for its clients."""
    labels = item["metadata"].get("labels") or {}
    return all(labels.get(name) == value for name, value in naming.owner.items())


def is_example(pod: t.Mapping[str, t.Any], naming: Naming) -> bool:
    """Tell whether a pod is one of this instance's example: whose name is its own, the rest is shared."""
    labels = pod["metadata"].get("labels") or {}
    return all(labels.get(name) == value for name, value in naming.owner.items() if name != LABEL_NAME)


def nas_of(item: t.Mapping[str, t.Any]) -> str:
    """Return the server that an object is for, empty when it is for all."""
    return str((item["metadata"].get("labels") or {}).get(LABEL_NAS, ""))


def export_of(item: t.Mapping[str, t.Any]) -> str:
    """Return what the export is called that an object is for: as its server, where it says nothing else."""
    return str((item["metadata"].get("labels") or {}).get(LABEL_EXPORT) or nas_of(item))


def place_of(item: t.Mapping[str, t.Any]) -> str:
    """Return the namespace that an object is for; a volume's is that of its claim."""
    if item["kind"] == VOLUME:
        return str((item["spec"].get("claimRef") or {}).get("namespace", ""))
    return str(item["metadata"].get("namespace", ""))


def is_named(item: t.Mapping[str, t.Any], naming: Naming, namespaces: t.Collection[str]) -> bool:
    """Tell whether an object of ours has the prefix and is for one of the namespaces."""
    export, place, name = export_of(item), place_of(item), item["metadata"]["name"]
    expected = {
        VOLUME: naming.volume(place, export),
        CLAIM: naming.claim(export),
        CONFIG_MAP: naming.config_map,
        DEPLOYMENT: naming.example,
    }
    return place in namespaces and name in (expected[item["kind"]], naming.example)


def is_leaving(item: t.Mapping[str, t.Any]) -> bool:
    """Tell whether an object has been deleted and is still there because something uses it."""
    return bool(item["metadata"].get("deletionTimestamp"))


def check_owned(desired: t.Iterable[Object], found: t.Mapping[Key, Object], naming: Naming) -> None:
    """Refuse to take the place of an object that is somebody else's."""
    for item in desired:
        key = key_of(item)
        if key in found and not is_ours(found[key], naming):
            raise SimulatorError(f"{key} is there and not ours; choose a prefix, or another namespace")


def differences(desired: t.Any, found: t.Any, path: str = "spec") -> list[str]:
    """Tell in which fields an object differs from what is wanted of it; what others have added is no difference."""
    if isinstance(desired, t.Mapping):
        there = found if isinstance(found, t.Mapping) else {}
        return [text for name in desired for text in differences(desired[name], there.get(name), f"{path}.{name}")]
    # What is false or empty, the API server leaves out.
    if desired == found or (not desired and not found):
        return []
    return [f"{path} is {_shown(found)}, not {_shown(desired)}"]


def _shown(value: t.Any) -> str:
    return ",".join(str(each) for each in value) if isinstance(value, list) else str(value)


def check_recreated(
    refused: t.Collection[Key],
    keys: t.Collection[Key],
    desired: t.Mapping[Key, Object],
    found: t.Mapping[Key, Object],
) -> None:
    """Refuse to recreate ``keys``, as ``refused`` would need, and say what would have to be deleted."""
    if not refused:
        return
    doomed = [str(key) for key in sorted(keys)]
    differing = min(refused)
    reason = "; ".join(differences(desired[differing]["spec"], found[differing]["spec"]))
    more = f" and {len(doomed) - _NAMED} more (see to_be_deleted)" if len(doomed) > _NAMED else ""
    raise SimulatorError(
        f"{differing} cannot be changed: {reason}. These would have to be deleted: {', '.join(doomed[:_NAMED])}{more}; "
        f"do so with {remedies.RECREATE_CLIENTS}; what is on the NAS stays",
        to_be_deleted=doomed,
    )


def with_partners(keys: t.Iterable[Key], desired: t.Mapping[Key, Object]) -> set[Key]:
    """Return volumes and claims together with the claims and volumes to which they are bound."""
    chosen = {(place_of(desired[key]), export_of(desired[key])) for key in keys}
    return {
        key
        for key, item in desired.items()
        if key.kind in (VOLUME, CLAIM) and (place_of(item), export_of(item)) in chosen
    }


def is_released(volume: t.Mapping[str, t.Any], claim: t.Mapping[str, t.Any] | None) -> bool:
    """Tell whether a volume remembers a claim that is gone, for which it waits and will not have another."""
    uid = (volume["spec"].get("claimRef") or {}).get("uid")
    return bool(uid) and (claim is None or claim["metadata"].get("uid") != uid)


def claims_of(pod: t.Mapping[str, t.Any]) -> set[str]:
    """Return the claims whose volumes a pod has mounted, or is going to; one that has ended has none."""
    if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return set()
    volumes = pod.get("spec", {}).get("volumes") or []
    return {(each.get("persistentVolumeClaim") or {}).get("claimName", "") for each in volumes} - {""}


def check_consumers(claims: t.Collection[Key], pods: t.Sequence[Object], doomed: t.Callable[[Object], bool]) -> None:
    """Refuse to take a claim from under a pod; those that are ``doomed``, or are just ending, do not count."""
    problems = []
    for claim in sorted(claims):
        users = sorted(
            pod["metadata"]["name"]
            for pod in pods
            if pod["metadata"].get("namespace") == claim.namespace
            and claim.name in claims_of(pod)
            and not is_leaving(pod)
            and not doomed(pod)
        )
        if users:
            problems.append(
                f"{claim} is in use by pod {', '.join(users)}; delete it or scale it down first, "
                "for a pod whose NAS is gone hangs, and its node with it"
            )
    if problems:
        raise combined(problems)


def in_the_way(doomed: t.Collection[Key], found: t.Mapping[Key, Object]) -> set[Key]:
    """Return our own Deployments that use a claim which goes."""
    claims = {(key.namespace, key.name) for key in doomed if key.kind == CLAIM}
    return {
        key
        for key, item in found.items()
        if key.kind == DEPLOYMENT
        and any((key.namespace, name) in claims for name in claims_of(item["spec"]["template"]))
    }


def changes(
    desired: t.Mapping[Key, Object],
    found: t.Mapping[Key, Object],
    predicted: t.Mapping[Key, Object],
    remade: t.Collection[Key],
) -> list[Step]:
    """Return what is made or changed: what is not there, what would become another, volumes whose claim is gone."""
    steps = []
    for key, item in desired.items():
        if key in remade:
            continue
        if key not in found:
            steps.append(Step("create", key))
            continue
        if settled(predicted[key]) != settled(found[key]):
            steps.append(Step("update", key))
        if key.kind == VOLUME:
            reference = item["spec"]["claimRef"]
            claim = Key(CLAIM, reference["namespace"], reference["name"])
            if is_released(found[key], None if claim in remade else found.get(claim)):
                steps.append(Step("release", key))
    return steps


def diff(
    steps: t.Sequence[Step], found: t.Mapping[Key, Object], predicted: t.Mapping[Key, Object]
) -> dict[str, dict[str, t.Any]]:
    """Return the objects that change, before and after."""
    keys = sorted({step.key for step in steps})
    return {
        "before": {str(key): settled(found[key]) for key in keys if key in found},
        "after": {str(key): settled(predicted[key]) for key in keys if key in predicted},
    }
