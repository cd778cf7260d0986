# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster has of an instance, compared with what it is to have. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Current
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    ANNOTATION_RESTORED,
    LABEL_INSTANCE,
    Object,
    server_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import CLAIM, settled
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server, at_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_CONTAINER


@dataclass(frozen=True)
class Observed:
    """A cluster before anything is done.

    ``deployments`` of ours and ``services`` are those of all namespaces that the user may see, ``others`` what else the
    instance has in its namespace.
    """

    namespace: Object | None
    deployments: t.Sequence[Object]
    services: t.Sequence[Object]
    others: t.Sequence[Object]


def objects_of(observed: Observed, namespace: str, instance: str) -> dict[str, list[Object]]:
    """Return the objects of each of the instance's servers."""
    found: dict[str, list[Object]] = {}
    for item in [*observed.deployments, *observed.services, *observed.others]:
        if server_of(item) and _owner(item) == (namespace, instance):
            found.setdefault(server_of(item), []).append(item)
    return found


def current_servers(
    found: t.Mapping[str, t.Sequence[Object]], desired: t.Mapping[str, t.Mapping[str, t.Any]], *, count_claims: bool
) -> dict[str, Current]:
    """Return how the servers are, for the plan. A claim alone makes a server only with ``count_claims``."""
    current = {}
    for server, items in found.items():
        if not count_claims and all(item["kind"] == CLAIM for item in items):
            continue
        deployment = next((item for item in items if item["kind"] == "Deployment"), None)
        stopped = deployment is None or deployment["spec"].get("replicas", 1) == 0
        # A claim that is not used any more stays: what it holds cannot be had back.
        kept = [item for item in items if item["kind"] != CLAIM or CLAIM in desired.get(server, {})]
        # What the cluster is told to run, it mends by itself: there is no broken server here.
        current[server] = Current(server, description(kept), running=not stopped, stopped=stopped)
    return current


def description(items: t.Iterable[Object]) -> dict[str, t.Any]:
    """Return objects by kind, without what says nothing of how they are to be."""
    return {item["kind"]: settled(item) for item in items}


def replaces_pod(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a server's pod has to go for another description."""
    return _template(before) != _template(after)


def claim_of(shown: t.Mapping[str, t.Any]) -> str:
    """Return the claim with which the pod of a description leaves its export behind when it goes; empty without."""
    volumes = _template(shown).get("spec", {}).get("volumes") or []
    return next(
        (str(each["persistentVolumeClaim"]["claimName"]) for each in volumes if "persistentVolumeClaim" in each), ""
    )


def syncs_to_windows(shown: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the pod of a description has an agent that brings to Windows what clients write."""
    spec = _template(shown).get("spec", {})
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        words = [*(container.get("command") or []), *(container.get("args") or [])]
        if container["name"] == AGENT_CONTAINER and "--mode" in words[:-1]:
            return words[words.index("--mode") + 1] in ("nas_to_windows", "two_way")
    return False


def restored(shown: t.Mapping[str, t.Any]) -> str:
    """Return the id of the making of the Windows directory that the pod of a description is bound to."""
    annotations = _template(shown).get("metadata", {}).get("annotations") or {}
    return str(annotations.get(ANNOTATION_RESTORED, ""))


def _template(shown: t.Mapping[str, t.Any]) -> Object:
    return dict(shown.get("Deployment", {}).get("spec", {}).get("template", {}))


def _owner(item: t.Mapping[str, t.Any]) -> tuple[str, str]:
    metadata = item["metadata"]
    return str(metadata.get("namespace", "")), str(metadata.get("labels", {}).get(LABEL_INSTANCE, ""))


def check_names(servers: t.Sequence[Server], observed: Observed, namespace: str, instance: str) -> None:
    """Refuse a server whose Deployment or Service would take the place of somebody else's, or can have none."""
    for server in servers:
        if not server.name[0].isalpha():
            raise SimulatorError(f"server {server.name}: name: that of a Service must begin with a letter")
    for item in [*observed.deployments, *observed.services]:
        name = item["metadata"]["name"]
        if item["metadata"].get("namespace") != namespace or _owner(item) == (namespace, instance):
            continue
        if any(server.name == name for server in servers):
            raise SimulatorError(
                f"server {name}: namespace {namespace} has a {item['kind']} of that name that is not ours; "
                "choose another namespace"
            )


def port_holders(servers: t.Sequence[Server], observed: Observed, namespace: str) -> dict[str, Object]:
    """Return, by server, the Service that has the server's port although it is another's."""
    services = node_ports(observed)
    holders = {}
    for server in servers:
        holder = services.get(server.port)
        if holder and (holder["metadata"].get("namespace"), holder["metadata"]["name"]) != (namespace, server.name):
            holders[server.name] = holder
    return holders


def node_ports(observed: Observed) -> dict[int, Object]:
    """Return the Service that has each NodePort."""
    return {
        port["nodePort"]: service
        for service in observed.services
        for port in service["spec"].get("ports") or []
        if "nodePort" in port
    }


def at_node_ports(
    servers: t.Sequence[Server], services: t.Iterable[Object], namespace: str, instance: str
) -> list[Server]:
    """Return ``servers``, those whose port the API server chooses, with that of the Service that they have already."""
    chosen: dict[str, dict[str, int]] = {}
    for service in services:
        if server_of(service) and _owner(service) == (namespace, instance):
            for port in service["spec"].get("ports") or []:
                chosen.setdefault(str(port.get("name")), {})[server_of(service)] = int(port.get("nodePort", 0))
    return at_ports(servers, chosen.get("nfs", {}), chosen.get("mount", {}))


def without_chosen_port(asked: Object, answered: Object) -> Object:
    """Return the API server's answer to a trial without a port that it chose in it: it will choose another one."""
    if asked["kind"] != "Service":
        return answered
    for port, named in zip(answered["spec"]["ports"], asked["spec"]["ports"]):
        if "nodePort" not in named:
            port.pop("nodePort", None)
    return answered


def check_neighbours(node_directories: t.Mapping[str, str], observed: Observed, namespace: str, instance: str) -> None:
    """Refuse a Windows directory that another instance's server has: two agents would fight over it."""
    owners: dict[str, str] = {}
    for item in observed.deployments:
        if server_of(item) and _owner(item) != (namespace, instance):
            for volume in item["spec"]["template"]["spec"].get("volumes") or []:
                path = str((volume.get("hostPath") or {}).get("path", ""))
                place, other = _owner(item)
                owners[path] = f"{server_of(item)} of instance {other} in namespace {place}"
    for server, directory in node_directories.items():
        if directory in owners:
            raise SimulatorError(
                f"server {server}: directory: {directory} on the node is that of {owners[directory]}; "
                "give each instance its own data_root"
            )


def local_addresses(nodes: t.Sequence[Object]) -> tuple[str, ...]:
    """Return the addresses from which pods see the nodes: their own, and the first of their pods' networks."""
    addresses = []
    for node in nodes:
        for address in node.get("status", {}).get("addresses") or []:
            if address["type"] == "InternalIP":
                addresses.append(str(address["address"]))
        for network in node.get("spec", {}).get("podCIDRs") or []:
            addresses.append(str(ipaddress.ip_network(network)[1]))
    return tuple(addresses)
