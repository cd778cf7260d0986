# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes, claims and addresses in the cluster of the clients. Private to file_simulator.nas.

Talks to the outside: the cluster's API. What is to be there comes from _client_manifests and
_client_example, what differs from _client_state. Everything is checked before anything is touched.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import state
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import (
    Naming,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.state import Selection, Step
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import (
    CLAIM,
    CONFIG_MAP,
    DEPLOYMENT,
    VOLUME,
    Key,
    key_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.problems import ApiError

if t.TYPE_CHECKING:
    # The package kubernetes is imported where a cluster is opened.
    from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster

# With these the API server refuses to change what cannot be changed.
_IMMUTABLE = (403, 422)


@dataclass(frozen=True)
class Request:
    """What one task asks for.

    ``surplus`` are the objects of ours that go where they are not desired. ``expected_namespace``
    may be missing in check mode: it is made before. ``timeout`` is in seconds, and holds for each wait.
    """

    desired: t.Sequence[Object]
    namespaces: t.Sequence[str]
    surplus: Selection
    recreate: bool = False
    timeout: int = 60
    check_mode: bool = False
    expected_namespace: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was done, or in check mode would have been."""

    steps: t.Sequence[Step]
    diff: t.Mapping[str, t.Any]


class ClientCluster:
    """What one instance's clients have in one cluster."""

    def __init__(self, cluster: Cluster, naming: Naming) -> None:
        self._cluster = cluster
        self._naming = naming

    def apply(self, request: Request) -> Outcome:
        """Bring the objects into the state that is asked for."""
        missing = self._check_namespaces(request)
        desired = {key_of(item): item for item in request.desired}
        found = self._observe(desired, [each for each in request.namespaces if each not in missing])
        state.check_owned(desired.values(), found, self._naming)
        predicted, refused = self._predict(desired, found, missing)
        recreated = state.with_partners(refused, desired) & set(found)
        if not request.recreate:
            state.check_recreated(refused, recreated, desired, found)
        going = {
            key
            for key, item in found.items()
            if key not in desired and state.is_ours(item, self._naming) and request.surplus.has(item, self._naming)
        }
        leaving = {key for key in desired if key in found and state.is_leaving(found[key])}
        remade = recreated | leaving
        stopped = state.in_the_way({*going, *remade}, found) - going
        self._check_consumers({*going, *remade}, found)
        steps = [
            *[Step("remove", key) for key in _removal_order(going)],
            *[Step("recreate", key) for key in _removal_order(remade | (stopped & set(desired)))],
            *[Step("remove", key) for key in _removal_order(stopped - set(desired))],
            *state.changes(desired, found, predicted, remade | stopped),
        ]
        if not request.check_mode:
            self._remove({*going, *remade, *stopped}, request.timeout)
            self._make(desired, found, steps)
            self._until_bound([key for key in desired if key.kind == CLAIM], request.timeout)
        return Outcome(steps, state.diff(steps, found, {**{key: desired[key] for key in remade}, **predicted}))

    # Looking

    def _check_namespaces(self, request: Request) -> list[str]:
        """Refuse namespaces that are not there or are going; return those whose absence is forgiven."""
        missing = []
        for name in request.namespaces:
            found = self._cluster.get("Namespace", name)
            to_come = request.check_mode and name == request.expected_namespace
            if found is None and (to_come or not request.desired):
                missing.append(name)
            elif found is None:
                raise SimulatorError(
                    f"namespaces: '{name}' is not in the cluster of context {self._cluster.context}; make it first"
                )
            elif state.is_leaving(found) and request.desired:
                raise SimulatorError(f"namespaces: '{name}' is being deleted; wait until it is gone, or choose another")
        return missing

    def _observe(self, desired: t.Mapping[Key, Object], namespaces: t.Sequence[str]) -> dict[Key, Object]:
        """Return all that is ours, and what else has a name that is desired."""
        items = self._cluster.items(VOLUME)
        places = {state.place_of(item) for item in items if state.is_ours(item, self._naming)}
        for place in sorted({*places, *namespaces} - {""}):
            items += self._cluster.items(CLAIM, place)
            for kind in (CONFIG_MAP, DEPLOYMENT):
                items += self._cluster.items(kind, place, self._naming.selector)
        found = {key_of(item): item for item in items}
        for key in desired:
            if key not in found and key.kind in (CONFIG_MAP, DEPLOYMENT) and key.namespace in namespaces:
                strange = self._cluster.get(*_address(key))
                if strange:
                    found[key] = strange
        return {key: item for key, item in found.items() if key in desired or state.is_ours(item, self._naming)}

    def _predict(
        self, desired: t.Mapping[Key, Object], found: t.Mapping[Key, Object], missing: t.Collection[str]
    ) -> tuple[dict[Key, Object], list[Key]]:
        """Return what the objects would become, as the API server says, and those that it will not change."""

        def predict(key: Key) -> Object | None:
            if key.namespace in missing:
                return desired[key]
            try:
                return self._cluster.apply(desired[key], f"check {key}", dry_run=True)
            except ApiError as error:
                fixed = key.kind in (VOLUME, CLAIM) and key in found and error.status in _IMMUTABLE
                if fixed and state.differences(desired[key]["spec"], found[key]["spec"]):
                    return None
                raise

        answers = dict(zip(desired, for_each(list(desired), predict)))
        return (
            {key: answer for key, answer in answers.items() if answer is not None},
            [key for key, answer in answers.items() if answer is None],
        )

    def _check_consumers(self, doomed: t.Collection[Key], found: t.Mapping[Key, Object]) -> None:
        claims = [key for key in doomed if key.kind == CLAIM]
        pods = self._pods({key.namespace for key in claims})
        state.check_consumers(claims, pods, lambda pod: state.is_example(pod, self._naming))

    def _pods(self, namespaces: t.Collection[str]) -> list[Object]:
        return [pod for place in sorted(namespaces) for pod in self._cluster.items("Pod", place)]

    # Doing it

    def _remove(self, keys: t.Collection[Key], timeout: int) -> None:
        for kind in state.REMOVAL_ORDER:
            chosen = sorted(key for key in keys if key.kind == kind)
            for_each(chosen, lambda key: self._cluster.delete(*_address(key), f"delete {key}"))
            if kind == DEPLOYMENT:
                self._until_pods_gone({key.namespace for key in chosen}, keys, timeout)
            else:
                self._until_gone(chosen, timeout)

    def _make(self, desired: t.Mapping[Key, Object], found: t.Mapping[Key, Object], steps: t.Sequence[Step]) -> None:
        touched = {step.key for step in steps if step.verb in ("create", "update", "recreate")}
        released = [step.key for step in steps if step.verb == "release"]
        for key in released:
            change = {"spec": {"claimRef": {"uid": None, "resourceVersion": None}}}
            self._cluster.patch(*_address(key), change, f"release {key}")
        for key, item in desired.items():
            if key in touched:
                self._cluster.apply(item, f"apply {key}")

    def _until_pods_gone(self, namespaces: t.Collection[str], doomed: t.Collection[Key], timeout: int) -> None:
        def users() -> list[str]:
            claims = {(key.namespace, key.name) for key in doomed if key.kind == CLAIM}
            return [
                pod["metadata"]["name"]
                for pod in self._pods(namespaces)
                if any((pod["metadata"]["namespace"], name) in claims for name in state.claims_of(pod))
            ]

        if namespaces and not wait_until(lambda: not users(), timeout):
            raise SimulatorError(f"pod {', '.join(users())} does not end within {timeout} s; look at its events")

    def _until_gone(self, keys: t.Sequence[Key], timeout: int) -> None:
        def left() -> list[Key]:
            return [key for key in keys if self._cluster.get(*_address(key))]

        if keys and not wait_until(lambda: not left(), timeout):
            raise SimulatorError(f"{left()[0]} does not go within {timeout} s: something still uses it; look at it")

    def _until_bound(self, claims: t.Sequence[Key], timeout: int) -> None:
        def unbound() -> list[Key]:
            phases = {
                key_of(item): item.get("status", {}).get("phase")
                for place in {key.namespace for key in claims}
                for item in self._cluster.items(CLAIM, place)
            }
            return [key for key in claims if phases.get(key) != "Bound"]

        if claims and not wait_until(lambda: not unbound(), timeout):
            raise SimulatorError(f"{unbound()[0]} is not bound to its volume after {timeout} s; look at its events")


def _address(key: Key) -> tuple[str, str, str]:
    """Return a key as the client takes it."""
    return key.kind, key.name, key.namespace


def _removal_order(keys: t.Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: (state.REMOVAL_ORDER.index(key.kind), key))
