# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production's own volumes, on the simulator's servers. Private to file_simulator.nas. Pure.

Everything stays as it is in production but the address of the server, and ports in mount options where clients would
not find them; an address stays as well where the nodes know it as a name of the server. What a cluster has written of
an object by itself goes, since no other cluster takes it.
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM, VOLUME
from ansible_collections.file_simulator.nas.plugins.module_utils._model.minor_versions import served_option
from ansible_collections.file_simulator.nas.plugins.module_utils._model.mount_words import (
    option_name,
    split_options,
    version,
)

CSI_DRIVER = "nfs.csi.k8s.io"
_OPTIONS_ANNOTATION = "volume.beta.kubernetes.io/mount-options"
# With these a claim counts as bound, and is lost in a cluster in which it is not.
_OF_ANOTHER_CLUSTER = (
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "kubectl.kubernetes.io/last-applied-configuration",
)
_BOOKKEEPING = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")


@dataclass(frozen=True)
class Rewritten:
    """``objects`` are the volumes and claims for the cluster, ``differences`` a line for each of production's volumes."""

    objects: t.Sequence[Object]
    differences: t.Sequence[str]


def rewritten(
    volumes: t.Sequence[t.Mapping[str, t.Any]], endpoints: t.Sequence[Endpoint], *, keep_names: bool = False
) -> Rewritten:
    """Return production's ``volumes``, as module nas_topology_info returns them, with the servers of ``endpoints``.

    ``keep_names`` tells that the nodes know production's names, as the servers' ``aliases`` say them. Volumes stand
    before claims. Raises SimulatorError for what no server of the simulator can be for a volume, with all ``problems``.
    """
    objects: dict[tuple[str, str, str], Object] = {}
    differences: list[str] = []
    problems: list[str] = []
    for record in volumes:
        try:
            where, place = _where(record)
            endpoint = _endpoint(record, endpoints, where)
            changed = _Volume(record, endpoint, keep_names).changed(where)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SimulatorError(
                f"volumes: one of them is none of nas_topology_info: {type(error).__name__} {error}"
            ) from None
        except SimulatorError as error:
            problems.append(error.message)
            continue
        differences.append(f"{where}: {changed.difference}")
        if changed.object is not None:
            objects[place] = changed.object
    if problems:
        raise combined(problems, "volumes: ")
    ordered = sorted(objects.items(), key=lambda item: item[0][0] != VOLUME)
    return Rewritten([item for _place, item in ordered], differences)


@dataclass(frozen=True)
class _Changed:
    """``object`` is None where the record is no object of its own for the cluster: a pod's volume, a line of fstab."""

    object: Object | None
    difference: str


def _where(record: t.Mapping[str, t.Any]) -> tuple[str, tuple[str, str, str]]:
    place = (str(record["kind"]), str(record["namespace"]), str(record["name"]))
    inside = f" in namespace {place[1]}" if place[1] else ""
    return visible(f"{place[0]} {place[2]}{inside} ({record['file']})"), place


def _endpoint(record: t.Mapping[str, t.Any], endpoints: t.Sequence[Endpoint], where: str) -> Endpoint:
    """Return the export that has a volume's path."""
    name, path = str(record["server"]), str(record["path"])
    own = [endpoint for endpoint in endpoints if endpoint.server == name]
    if not own:
        raise SimulatorError(
            f"{where}: there is no server {visible(name)} that is enabled; make the topology of it anew"
        )
    for endpoint in own:
        if f"{path.rstrip('/')}/".startswith(f"{endpoint.path.rstrip('/')}/"):
            return endpoint
    raise SimulatorError(f"{where}: server {name} does not export {visible(path)}; add it to its exports")


class _Volume:
    """One of production's volumes, and the server that it is to have."""

    def __init__(self, record: t.Mapping[str, t.Any], endpoint: Endpoint, keep_names: bool) -> None:
        self._record = record
        self._endpoint = endpoint
        nas = str(record["nas"])
        known = keep_names and nas in (endpoint.server, *endpoint.aliases)
        self._nas, self._host = nas, nas if known else endpoint.node.host

    def changed(self, where: str) -> _Changed:
        """Return what the volume is with its server in the simulator. Raises SimulatorError where none can be."""
        kind = self._record["kind"]
        if kind == CLAIM:
            return _Changed(_without_bookkeeping(self._record["object"]), "as in production")
        words = [word for option in self._record["mount_options"] for word in split_options(str(option))]
        # By the names of options, what they are to be.
        wanted = {name: f"{name}={port}" for name, port in self._ports(words, where).items()}
        wanted.update({option_name(word): served_option(word) for word in words if served_option(word) != word})
        told = [f"{option} is {new}" if option else f"{new} is added" for option, new in _replaced(words, wanted)]
        if self._host != self._nas:
            told.insert(0, f"server {visible(self._nas)} is {self._host}")
        if kind != VOLUME:
            return _Changed(None, self._advice(told))
        item = _without_bookkeeping(self._record["object"])
        spec = item["spec"]
        if self._host != self._nas:
            _set_server(spec, self._host)
        _set_options(item, wanted)
        return _Changed(item, "; ".join(told) or "as in production")

    def _ports(self, words: t.Sequence[str], where: str) -> dict[str, str]:
        """Return the options for ports: those that have to be named, and those that production names otherwise."""
        endpoint, address = self._endpoint, self._endpoint.node
        asked = version(words) or endpoint.nfs_version
        if asked not in endpoint.nfs_versions:
            spoken = " and ".join(f"NFSv{each}" for each in endpoint.nfs_versions)
            raise SimulatorError(
                f"{where}: asks for NFSv{asked}, and server {endpoint.server} speaks {spoken}; change its nfs_versions"
            )
        ports = {"port": str(address.port)}
        if asked == 3:
            ports["mountport"] = str(address.mount_port or address.port)
        if not endpoint.at_standard_ports(address, asked):
            return ports
        named = {option_name(word) for word in words}
        return {name: port for name, port in ports.items() if name in named}

    def _advice(self, told: t.Sequence[str]) -> str:
        """Return what whoever keeps the file of a volume that is no object of its own has to change there."""
        if not told:
            return "as in production"
        inline = isinstance(self._record["object"], t.Mapping) and "nfs" in self._record["object"]
        ports = inline and any("port" in each for each in told)
        why = "; it has no mount options, so leave out the port of its server" if ports else ""
        return f"not written; change it there: {'; '.join(told)}{why}"


def _replaced(words: t.Sequence[str], wanted: t.Mapping[str, str]) -> t.Iterator[tuple[str, str]]:
    """Yield each option that becomes another one, as it is and as it will be; empty for one that is not there."""
    for name, new in wanted.items():
        same = [word for word in words if option_name(word) == name]
        yield from ((word, new) for word in same or [""] if word != new)


def _with(options: str, wanted: t.Mapping[str, str]) -> str:
    """Return options with the wanted ones in the places of those that are there otherwise."""
    if not any(option_name(word) in wanted for word in split_options(options)):
        return options
    return ",".join(wanted.get(option_name(word), word) for word in split_options(options))


def _set_server(spec: dict[str, t.Any], host: str) -> None:
    attributes = spec["nfs"] if "nfs" in spec else spec["csi"]["volumeAttributes"]
    # The driver takes its words in any case.
    for key in attributes:
        if key.lower() == "server":
            attributes[key] = host


def _set_options(item: Object, wanted: t.Mapping[str, str]) -> None:
    """Set options wherever the volume has them; those that it has nowhere, at the end of its own."""
    if not wanted:
        return
    spec = item["spec"]
    annotations = item["metadata"].get("annotations") or {}
    attributes = (spec.get("csi") or {}).get("volumeAttributes") or {}
    own = [str(option) for option in spec.get("mountOptions") or []]
    found = list(own)
    for mapping in (annotations, attributes):
        for key in mapping:
            if key == _OPTIONS_ANNOTATION or key.lower() == "mountoptions":
                found.append(str(mapping[key]))
                mapping[key] = _with(found[-1], wanted)
    named = {option_name(word) for option in found for word in split_options(option)}
    options = [_with(option, wanted) for option in own]
    options += [new for name, new in wanted.items() if name not in named]
    if options != own:
        spec["mountOptions"] = options


def _without_bookkeeping(item: t.Mapping[str, t.Any]) -> Object:
    """Return a copy of an object without what the cluster from which it was read has written into it."""
    kept: Object = copy.deepcopy(dict(item))
    kept.pop("status", None)
    metadata = kept["metadata"]
    for name in _BOOKKEEPING:
        metadata.pop(name, None)
    annotations = metadata.get("annotations") or {}
    of_another = [name for name in _OF_ANOTHER_CLUSTER if name in annotations]
    for name in of_another:
        del annotations[name]
    if of_another and not annotations:
        del metadata["annotations"]
    reference = (kept.get("spec") or {}).get("claimRef") or {}
    for name in ("uid", "resourceVersion"):
        reference.pop(name, None)
    return kept
