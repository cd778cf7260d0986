# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients need, brought to where they find it: a cluster, a directory, or both. Private to file_simulator.nas.

Ties the parts together: endpoints, manifests and documents are pure, _client_cluster and _client_files
talk to the outside. All of it is checked before anything is touched.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import documents, state
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.cluster import ClientCluster, Request
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.example import Example, example_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.files import ClientFiles
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming, client_objects
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object


@dataclass(frozen=True)
class Wish:
    """What one task asks for, for all places alike."""

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
class Places:
    """Where it goes; None for a place where nothing is to be changed."""

    cluster: ClientCluster | None
    files: ClientFiles | None


def provide(
    endpoints: t.Sequence[Endpoint],
    example: Example | None,
    naming: Naming,
    places: Places,
    wish: Wish,
    goes: t.Callable[[Object], bool],
) -> Result:
    """Bring objects and files to their places. ``goes`` tells which objects of ours must not stay beside them."""
    objects = client_objects(endpoints, wish.namespaces, naming)
    more = example_objects(example, endpoints, wish.namespaces[0], naming) if example else []
    subject = documents.Subject(endpoints, naming, objects, more, wish.mount_root)
    files = documents.documents(wish.formats, subject)
    applied = [*objects, *more] if example and example.apply else objects
    result = _carry_out(applied, files, documents.surplus(files), naming, places, wish, goes)
    return replace(result, warnings=_warnings(endpoints)) if places.cluster else result


def withdraw(naming: Naming, places: Places, wish: Wish, goes: t.Callable[[Object], bool], *, files: bool) -> Result:
    """Take objects away, and with ``files`` the files; those of another instance are none of ours."""
    if places.files and places.files.foreign:
        places = replace(places, files=None)
    gone = documents.surplus({}) if files else []
    return _carry_out([], {}, gone, naming, places, wish, goes)


def _carry_out(
    objects: t.Sequence[Object],
    files: t.Mapping[str, str],
    gone: t.Sequence[str],
    naming: Naming,
    places: Places,
    wish: Wish,
    goes: t.Callable[[Object], bool],
) -> Result:
    found = places.files.read([*files, *gone]) if places.files else {}
    actions: list[dict[str, str]] = []
    diffs: list[t.Mapping[str, t.Any]] = []
    if places.cluster:
        request = Request(
            wanted=objects,
            namespaces=wish.namespaces,
            goes=goes,
            recreate=wish.recreate,
            timeout=wish.timeout,
            check_mode=wish.check_mode,
            expected_namespace=naming.home,
        )
        outcome = places.cluster.apply(request)
        actions += [{"verb": step.verb, **step.key._asdict()} for step in outcome.steps]
        diffs.append(outcome.diff)
    if places.files:
        written = {path: text for path, text in files.items() if found.get(path) != text}
        removed = [path for path in gone if path in found]
        if not wish.check_mode:
            places.files.write(written)
            places.files.remove(removed, last=not files)
        actions += [{"verb": "write", "kind": "file", "namespace": "", "name": path} for path in written]
        actions += [{"verb": "remove", "kind": "file", "namespace": "", "name": path} for path in removed]
        diffs += [
            {"before": found.get(path, ""), "after": files.get(path, ""), "before_header": path, "after_header": path}
            for path in [*written, *removed]
        ]
    return Result(bool(actions), actions, files, objects, diffs)


def leaves(
    going: t.Collection[str] | None,
    staying: t.Collection[str] | None = None,
    named: t.Callable[[Object], bool] = lambda item: True,
) -> t.Callable[[Object], bool]:
    """Return what tells of an object of ours whether it has to go.

    ``going`` are the servers whose objects go, None for all objects. Where ``staying`` is given, those
    of any other server go as well. ``named`` tells which objects the task is about.
    """

    def goes(item: Object) -> bool:
        server = state.nas_of(item)
        if going is None or server in going:
            return named(item)
        return bool(server) and staying is not None and server not in staying

    return goes


def _warnings(endpoints: t.Sequence[Endpoint]) -> list[str]:
    """Tell of addresses that nodes will not reach."""
    return [
        f"server {endpoint.server}: its volume names {endpoint.node.host}, which a node takes for itself; mount it only "
        "where the servers run on the node, or give listen_address or node_address another value"
        for endpoint in endpoints
        if _is_loopback(endpoint.node.host)
    ][:1]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
