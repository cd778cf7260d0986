# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients need, brought to where they find it: a cluster, a directory, or both. Private to file_simulator.nas.

Ties the parts together: endpoints, manifests and documents are pure, cluster.py and files.py
talk to the outside. All of it is checked before anything is touched.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import documents
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.cluster import ClientCluster, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import Example, example_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.files import ClientFiles
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, client_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.state import Selection
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object

# By whether a server has a port of its own: an address of its own is always one that this machine alone reaches.
_REMEDIES = {
    True: "give listen_address or node_address another value",
    False: "give the server a port in place of its address, and listen_address another value",
}


@dataclass(frozen=True)
class PublishRequest:
    """What one task asks for, for all destinations alike."""

    formats: t.Sequence[str]
    mount_root: str
    namespaces: t.Sequence[str]
    recreate: bool
    timeout: int
    check_mode: bool


@dataclass(frozen=True)
class Result:
    """What was done, or in check mode would have been."""

    changed: bool
    actions: t.Sequence[t.Mapping[str, str]]
    files: t.Mapping[str, str]
    objects: t.Sequence[Object]
    diff: t.Sequence[t.Mapping[str, t.Any]]
    warnings: t.Sequence[str] = ()


@dataclass(frozen=True)
class Destinations:
    """Where it goes; None for a place where nothing is to be changed."""

    cluster: ClientCluster | None
    files: ClientFiles | None


def publish(
    endpoints: t.Sequence[Endpoint],
    example: Example | None,
    naming: Naming,
    destinations: Destinations,
    request: PublishRequest,
    surplus: Selection,
    production: t.Sequence[Object] = (),
) -> Result:
    """Bring objects and files to their places. ``surplus`` are the objects of ours that must not stay beside them.

    ``production`` are its own volumes and claims, which are written and not applied: they are not ours.
    """
    objects = client_objects(endpoints, request.namespaces, naming)
    more = example_objects(example, endpoints, request.namespaces[0], naming) if example else []
    subject = documents.Subject(endpoints, naming, objects, more, request.mount_root, production)
    files = documents.documents(request.formats, subject)
    applied = [*objects, *more] if example and example.apply else objects
    result = _apply(applied, files, documents.surplus(files), naming, destinations, request, surplus)
    return replace(result, warnings=_warnings(endpoints)) if destinations.cluster else result


def retract(
    naming: Naming, destinations: Destinations, request: PublishRequest, surplus: Selection, *, files: bool
) -> Result:
    """Take objects away, and with ``files`` the files; those of another instance are none of ours."""
    if destinations.files and destinations.files.foreign:
        destinations = replace(destinations, files=None)
    gone = documents.surplus({}) if files else []
    return _apply([], {}, gone, naming, destinations, request, surplus)


def _apply(
    objects: t.Sequence[Object],
    files: t.Mapping[str, str],
    gone: t.Sequence[str],
    naming: Naming,
    destinations: Destinations,
    request: PublishRequest,
    surplus: Selection,
) -> Result:
    found = destinations.files.read([*files, *gone]) if destinations.files else {}
    actions: list[dict[str, str]] = []
    diffs: list[t.Mapping[str, t.Any]] = []
    if destinations.cluster:
        asked = Request(
            desired=objects,
            namespaces=request.namespaces,
            surplus=surplus,
            recreate=request.recreate,
            timeout=request.timeout,
            check_mode=request.check_mode,
            expected_namespace=naming.home,
        )
        outcome = destinations.cluster.apply(asked)
        actions += [{"verb": step.verb, **step.key._asdict()} for step in outcome.steps]
        diffs.append(outcome.diff)
    if destinations.files:
        written = {path: text for path, text in files.items() if found.get(path) != text}
        removed = [path for path in gone if path in found]
        if not request.check_mode:
            destinations.files.write(written)
            destinations.files.remove(removed, last=not files)
        actions += [{"verb": "write", "kind": "file", "namespace": "", "name": path} for path in written]
        actions += [{"verb": "remove", "kind": "file", "namespace": "", "name": path} for path in removed]
        diffs += [
            {"before": found.get(path, ""), "after": files.get(path, ""), "before_header": path, "after_header": path}
            for path in [*written, *removed]
        ]
    return Result(bool(actions), actions, files, objects, diffs)


def _warnings(endpoints: t.Sequence[Endpoint]) -> list[str]:
    """Tell of addresses that nodes will not reach."""
    return [
        f"server {endpoint.server}: its volume names {endpoint.node.host}, which a node takes for itself; mount it only "
        f"where the servers run on the node, or {_REMEDIES[endpoint.has_port]}"
        for endpoint in endpoints
        if _is_loopback(endpoint.node.host)
    ][:1]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
