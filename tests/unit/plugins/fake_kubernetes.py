# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands for a Kubernetes API server in unit tests: keeps objects in memory, and runs no pod.

It speaks HTTP, so that the real client package is under test too. A Deployment has a ready pod as
soon as it is applied, unless ``trouble`` says what its pod's status is instead.
"""

from __future__ import annotations

import copy
import itertools
import threading
import typing as t
from http.server import ThreadingHTTPServer

from .fake_kubernetes_api import Refused, handler
from .fake_pods import deployment_status, pods

Object = dict[str, t.Any]
KINDS = {
    "configmaps": "ConfigMap",
    "deployments": "Deployment",
    "events": "Event",
    "leases": "Lease",
    "namespaces": "Namespace",
    "networkpolicies": "NetworkPolicy",
    "nodes": "Node",
    "persistentvolumes": "PersistentVolume",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "pods": "Pod",
    "services": "Service",
    "storageclasses": "StorageClass",
}
VERSIONS = {
    "Deployment": "apps/v1",
    "Lease": "coordination.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "StorageClass": "storage.k8s.io/v1",
}


class FakeKubernetes:
    """One cluster. ``refusals`` maps "METHOD plural" to the status and message with which that is refused.

    ``trouble`` maps a server to its pod's status, ``conditions`` to its Deployment's conditions, ``statuses``
    to what its sync agent says of itself, ``logs`` to its NFS server's log, ``left`` to what its agent says of its
    volume beside what a healthy one says; the agents of ``silent`` say nothing. ``strangers`` are pods of others.
    Claims are bound to their volumes at once, as long as ``binds`` is set.
    """

    def __init__(self, version: tuple[str, str] = ("1", "33")) -> None:
        self.version = version
        self.objects: dict[tuple[str, str, str], Object] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.refusals: dict[str, tuple[int, str]] = {}
        self.trouble: dict[str, Object] = {}
        self.conditions: dict[str, list[Object]] = {}
        self.statuses: dict[str, Object] = {}
        self.logs: dict[str, str] = {}
        self.left: dict[str, Object] = {}
        self.silent: set[str] = set()
        self.accepted: dict[str, Object] = {}
        self.events: list[Object] = []
        self.pods: dict[str, str] = {}
        # Ephemeral containers by pod, the names of those that have ended, and what each logs.
        self.ephemeral: dict[str, list[Object]] = {}
        self.ended: set[str] = set()
        self.fault_log = "on\n"
        self.strangers: list[Object] = []
        self.binds = True
        # By server, the lines in which an agent tells what it rescues.
        self.rescued: dict[str, list[Object]] = {}
        self._patches: dict[str, Object] = {}
        self._numbers = itertools.count(1)
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The requests that were to change something, but for the lease that goes again with the run."""
        return [
            (method, path)
            for method, path, query in self.requests
            if method != "GET" and query.get("dryRun") != "All" and "/leases" not in path
        ]

    def kind(self, kind: str) -> dict[str, Object]:
        """The objects of a kind by name."""
        return {name: item for (each, _place, name), item in self.objects.items() if each == kind}

    def add(self, kind: str, item: Object) -> None:
        metadata = item["metadata"]
        metadata.setdefault("uid", f"uid-{next(self._numbers)}")
        item.update(kind=kind, apiVersion=VERSIONS.get(kind, "v1"))
        self.objects[kind, metadata.get("namespace", ""), metadata["name"]] = item

    # The API

    def answer(self, method: str, path: str, query: dict[str, str], body: Object | None) -> t.Any:
        self.requests.append((method, path, query))
        if path == "/version":
            return {"major": self.version[0], "minor": self.version[1]}
        words = path.strip("/").split("/")
        words = words[2:] if words[0] == "api" else words[3:]
        namespace = ""
        if words[0] == "namespaces" and len(words) > 2:
            namespace, words = words[1], words[2:]
        plural, name, rest = words[0], words[1] if len(words) > 1 else "", words[2:]
        if f"{method} {plural}" in self.refusals and not (method == "GET" and namespace):
            raise Refused(*self.refusals[f"{method} {plural}"])
        kind = KINDS[plural]
        if rest == ["ephemeralcontainers"]:
            assert method == "PATCH" and body is not None
            self.ephemeral.setdefault(name, []).extend(body["spec"]["ephemeralContainers"])
            return {"kind": "Pod"}
        if rest:
            return self._of_pod(name, rest, query)
        if method == "GET":
            return self._get(kind, namespace, name) if name else self._list(kind, namespace, query)
        if method == "DELETE":
            self._get(kind, namespace, name)
            del self.objects[kind, namespace, name]
            return {"kind": "Status", "status": "Success"}
        assert body is not None
        if method == "POST":
            return self._create(kind, namespace, body)
        assert method == "PATCH"
        return self._patch(kind, namespace, name, query, body)

    def _get(self, kind: str, namespace: str, name: str) -> Object:
        try:
            return self.objects[kind, namespace, name]
        except KeyError:
            raise Refused(404, f'{kind} "{name}" not found') from None

    def _create(self, kind: str, namespace: str, body: Object) -> Object:
        name = body["metadata"]["name"]
        if (kind, namespace, name) in self.objects:
            raise Refused(409, f'{kind} "{name}" already exists')
        body["metadata"]["resourceVersion"] = str(next(self._numbers))
        if kind == "Pod":
            containers = [{"name": each["name"], "state": {"running": {}}} for each in body["spec"]["containers"]]
            body["status"] = {"phase": "Running", "containerStatuses": containers}
        self.add(kind, body)
        return body

    def _list(self, kind: str, namespace: str, query: dict[str, str]) -> Object:
        if kind == "Pod":
            items = pods(self)
        elif kind == "Event":
            items = self.events
        else:
            items = [item for (each, _place, _name), item in self.objects.items() if each == kind]
        selector = [pair.split("=") for pair in query.get("labelSelector", "").split(",") if pair]
        chosen = [
            {key: value for key, value in item.items() if key not in ("kind", "apiVersion")}
            for item in items
            if namespace in ("", item["metadata"].get("namespace", ""))
            and all(item["metadata"].get("labels", {}).get(key) == value for key, value in selector)
        ]
        return {"kind": f"{kind}List", "apiVersion": VERSIONS.get(kind, "v1"), "items": chosen}

    def _patch(self, kind: str, namespace: str, name: str, query: dict[str, str], body: Object) -> Object:
        found = self.objects.get((kind, namespace, name))
        if namespace and ("Namespace", "", namespace) not in self.objects:
            raise Refused(404, f'namespaces "{namespace}" not found')
        if query.get("fieldManager") != "file-simulator":
            raise Refused(400, "fieldManager is required for apply patch")
        version = body["metadata"].get("resourceVersion") if "metadata" in body else None
        if version and found and version != found["metadata"]["resourceVersion"]:
            raise Refused(409, "the object has been modified")
        if "force" not in query:
            new = _merged(copy.deepcopy(self._get(kind, namespace, name)), body)
            self._patches[name] = _merged(self._patches.get(name, {}), copy.deepcopy(body))
        else:
            # What was patched in, and is not in what is applied, stays.
            new = _merged(
                copy.deepcopy(self._patches.get(name, {}) if kind == "Deployment" else {}), copy.deepcopy(body)
            )
            kept = found["metadata"] if found else {"uid": f"uid-{next(self._numbers)}", "generation": 1}
            new["metadata"] = {
                **{key: kept[key] for key in ("uid", "generation", "resourceVersion") if key in kept},
                **new["metadata"],
            }
            new["metadata"]["managedFields"] = [{"manager": "file-simulator"}]
            if kind.startswith("PersistentVolume"):
                self._check_fixed(kind, found, new)
            given = found["spec"].get("storageClassName") if found and kind == "PersistentVolumeClaim" else None
            if given is not None and new["spec"].get("storageClassName") != given:
                raise Refused(422, "spec is immutable after creation except resources.requests")
            if kind == "Service":
                self._check_port(new)
                new["spec"]["clusterIP"] = found["spec"]["clusterIP"] if found else "10.0.0.7"
        if query.get("dryRun") == "All":
            return new
        if found is None or {**new, "status": 0} != {**found, "status": 0}:
            new["metadata"]["resourceVersion"] = str(next(self._numbers))
            new["metadata"]["generation"] = new["metadata"].get("generation", 1) + 1
        if kind == "Deployment":
            if found is None or found["spec"]["template"] != new["spec"]["template"]:
                self.pods[name] = f"{name}-{next(self._numbers)}"
            new["status"] = deployment_status(self, name, new)
        self.objects[kind, namespace, name] = new
        if kind == "PersistentVolumeClaim":
            self._bind(new)
        return new

    def _check_fixed(self, kind: str, found: Object | None, new: Object) -> None:
        """What a volume names, and all that a claim says, is so for good; what the binder added stays."""
        if found is None:
            return
        if kind == "PersistentVolume":
            new["spec"]["claimRef"] = {**found["spec"].get("claimRef", {}), **new["spec"]["claimRef"]}
        part = "nfs" if kind == "PersistentVolume" else "accessModes"
        if found["spec"].get(part) != new["spec"][part]:
            raise Refused(422, f'{kind} "{new["metadata"]["name"]}" is invalid: spec is immutable after creation')

    def _bind(self, claim: Object) -> None:
        volume = self.kind("PersistentVolume").get(claim["spec"].get("volumeName", ""))
        reference = volume["spec"]["claimRef"] if volume else {}
        uid = claim["metadata"]["uid"]
        bound = self.binds and reference.get("name") == claim["metadata"]["name"] and reference.get("uid", uid) == uid
        claim["status"] = {"phase": "Bound" if bound else "Pending"}
        if bound:
            reference["uid"] = uid

    def _check_port(self, service: Object) -> None:
        if service["spec"]["type"] == "ClusterIP":
            return
        others = [
            each.get("nodePort")
            for other in self.kind("Service").values()
            if other["metadata"]["uid"] != service["metadata"]["uid"]
            for each in other["spec"]["ports"]
        ]
        for each in service["spec"]["ports"]:
            if each.setdefault("nodePort", 30100 + next(self._numbers)) in others:
                raise Refused(422, "provided port is already allocated")

    def _of_pod(self, name: str, rest: list[str], query: t.Mapping[str, str]) -> t.Any:
        server = name.partition(":")[0].rpartition("-")[0]
        if rest == ["log"] and query.get("container", "").startswith("fault-"):
            return self.fault_log
        if rest == ["log"]:
            return self.logs.get(server, "")
        raise Refused(404, "there is no such thing of a pod")


def _merged(item: Object, change: t.Mapping[str, t.Any]) -> Object:
    for key, value in change.items():
        if value is None:
            item.pop(key, None)
            continue
        item[key] = _merged(item.get(key, {}), value) if isinstance(value, dict) else value
    return item
