# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes and claims in a real cluster: bound one to one, stolen by nobody, and removed from under no pod."""

from __future__ import annotations

import copy
import json
import os
import re
import time
import typing as t
import uuid
from pathlib import Path

import kubernetes
import pytest
import yaml

from ..module_runner import CHECKOUT, ModuleFailed, run_module
from .kube import Kube
from .nfs import eventually
from .test_nas_over_nfs import SEVEN

from ansible_collections.file_simulator.nas.plugins.modules import nas_client_config  # isort: skip

BOUND, GONE, SCHEDULED = 30.0, 30.0, 60.0
# The kubelet tries its mounts at once; what it says of them may take its time.
FIRST_MOUNTS = 150.0
Arguments = dict[str, t.Any]


class Clients(Kube):
    """The applications' side of the cluster."""

    def claims(self, namespace: str) -> dict[str, t.Any]:
        found = self.core.list_namespaced_persistent_volume_claim(namespace).items
        return {claim.metadata.name: claim for claim in found}

    def volumes(self, namespace: str) -> dict[str, t.Any]:
        """Return the volumes that wait for a claim of the namespace or have one, by the claim's name."""
        found = [volume for volume in self.core.list_persistent_volume().items if volume.spec.nfs]
        return {volume.spec.claim_ref.name: volume for volume in found if volume.spec.claim_ref.namespace == namespace}

    def bound(self, namespace: str) -> int:
        """Return how many claims have their volume, as a kubelet sees it."""
        return sum(claim.status.phase == "Bound" for claim in self.claims(namespace).values())

    def seen(self, namespace: str) -> dict[str, str]:
        """Return the versions of what there is for clients."""
        items = [*self.claims(namespace).values(), *self.volumes(namespace).values()]
        # Kubernetes puts its own into each namespace, some time after the namespace is there.
        maps = self.core.list_namespaced_config_map(namespace).items
        items += [item for item in maps if item.metadata.name != "kube-root-ca.crt"]
        return {item.metadata.uid: item.metadata.resource_version for item in items}

    def mounting_pod(self, namespace: str, claim: str, name: str = "web") -> None:
        """Start a pod of somebody else's that mounts a claim."""
        image = Path(os.environ["NAS_ARGUMENTS"]).with_name("image").read_text()
        self.core.create_namespaced_pod(
            namespace,
            {
                "metadata": {"name": name},
                "spec": {
                    "terminationGracePeriodSeconds": 0,
                    "containers": [{
                        "name": "web", "image": image, "command": ["sleep", "600"],
                        "volumeMounts": [{"name": "nas", "mountPath": "/nas"}],
                    }],
                    "volumes": [{"name": "nas", "persistentVolumeClaim": {"claimName": claim}}],
                },
            },
        )  # fmt: skip

    def gone(self, namespace: str, pod: str) -> bool:
        return pod not in {item.metadata.name for item in self.core.list_namespaced_pod(namespace).items}


@pytest.fixture(scope="module")
def kube() -> Clients:
    return Clients()


@pytest.fixture
def namespace(kube: Clients) -> t.Iterator[str]:
    """A namespace in which an application runs, with the strictest rules for its pods."""
    name = f"app-{uuid.uuid4().hex[:8]}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    kube.core.create_namespace({"metadata": {"name": name, "labels": labels}})
    yield name
    kube.core.delete_namespace(name)


@pytest.fixture
def arguments(namespace: str) -> t.Iterator[Arguments]:
    """Arguments for that application's clients, which are removed afterwards."""
    given = json.loads(Path(os.environ["NAS_ARGUMENTS"]).read_text())
    names = ("topology", "drive_root", "engine", "kubeconfig", "context", "node_address")
    arguments = {**{name: given[name] for name in names}, "namespaces": [namespace], "prefix": f"{namespace}-"}
    yield arguments
    run_module(nas_client_config, state="absent", **arguments)


@pytest.fixture
def example() -> Arguments:
    image = Path(os.environ["NAS_ARGUMENTS"]).with_name("image").read_text()
    return {"image": image, "program": (CHECKOUT / "roles/nas_clients/files/nas_example.py").read_text()}


def verbs(result: dict[str, t.Any]) -> set[tuple[str, str]]:
    return {(action["verb"], action["kind"]) for action in result["actions"]}


def test_role_has_bound_each_claim_to_its_own_volume(kube: Clients) -> None:
    """What converge left in the servers' own namespace."""
    claims, volumes = kube.claims(kube.namespace), kube.volumes(kube.namespace)
    assert set(SEVEN) == set(volumes) <= set(claims)
    services = {item.metadata.name: item for item in kube.core.list_namespaced_service(kube.namespace).items}
    for name in SEVEN:
        claim, volume = claims[name], volumes[name]
        assert (claim.status.phase, volume.status.phase) == ("Bound", "Bound")
        assert (claim.spec.volume_name, volume.spec.claim_ref.uid) == (volume.metadata.name, claim.metadata.uid)
        assert claim.spec.storage_class_name == ""
        modes = ["ReadOnlyMany" if name == "nas-backup" else "ReadWriteMany"]
        assert claim.spec.access_modes == volume.spec.access_modes == modes
        assert volume.spec.persistent_volume_reclaim_policy == "Retain"
        assert volume.spec.nfs.server == services[name].spec.cluster_ip
    config = kube.core.read_namespaced_config_map("file-simulator-nas-endpoints", kube.namespace).data
    assert config["NAS_COUNT"] == "7"


def test_second_run_touches_nothing(kube: Clients, arguments: Arguments, namespace: str) -> None:
    assert run_module(nas_client_config, **arguments)["changed"]
    before = kube.seen(namespace)
    for check in (True, False):
        assert run_module(nas_client_config, check=check, **arguments)["actions"] == []
        assert kube.seen(namespace) == before


def test_check_mode_touches_nothing(kube: Clients, arguments: Arguments, namespace: str, example: Arguments) -> None:
    before = kube.seen(namespace)
    foreseen = run_module(nas_client_config, check=True, example=example, **arguments)
    assert kube.seen(namespace) == before
    assert foreseen["actions"] == run_module(nas_client_config, example=example, **arguments)["actions"]


def test_volume_cannot_be_stolen(kube: Clients, arguments: Arguments, namespace: str) -> None:
    """By a claim that names it, by one that would take any, and while its own claim is not there."""
    run_module(nas_client_config, **arguments)
    own = f"{namespace}-nas-input-1"
    volume = kube.claims(namespace)[own].spec.volume_name
    rivals = {"names-it": volume, "takes-any": None}
    kube.core.delete_namespaced_persistent_volume_claim(own, namespace)
    eventually(lambda: own not in kube.claims(namespace), GONE)
    for name, wanted in rivals.items():
        kube.core.create_namespaced_persistent_volume_claim(
            namespace,
            {
                "metadata": {"name": name},
                "spec": {
                    "accessModes": ["ReadWriteMany"], "storageClassName": "", "volumeName": wanted,
                    "resources": {"requests": {"storage": "1Mi"}},
                },
            },
        )  # fmt: skip
    result = run_module(nas_client_config, **arguments)
    assert verbs(result) == {("release", "PersistentVolume"), ("create", "PersistentVolumeClaim")}
    # The binder looks at waiting claims every 15 s; what it did not do in twice that time it does not do.
    deadline = time.monotonic() + 32
    while time.monotonic() < deadline:
        claims = kube.claims(namespace)
        assert claims[own].status.phase == "Bound"
        assert {claims[name].status.phase for name in rivals} == {"Pending"}
        time.sleep(1)


def test_address_cannot_be_changed_unless_asked(kube: Clients, arguments: Arguments, namespace: str) -> None:
    run_module(nas_client_config, **arguments)
    before = kube.seen(namespace)
    changed = {**arguments, "server_address": "node"}
    with pytest.raises(
        ModuleFailed, match=r"cannot be changed: spec.nfs.server is [0-9.]+, not 127.0.0.1.* 12 more .*recreate"
    ):
        run_module(nas_client_config, **changed)
    assert kube.seen(namespace) == before
    result = run_module(nas_client_config, recreate=True, **changed)
    assert {("recreate", "PersistentVolume"), ("recreate", "PersistentVolumeClaim")} <= verbs(result)
    assert {volume.spec.nfs.server for volume in kube.volumes(namespace).values()} == {"127.0.0.1"}
    assert {claim.status.phase for claim in kube.claims(namespace).values()} == {"Bound"}


def test_size_cannot_be_changed_unless_asked(kube: Clients, arguments: Arguments) -> None:
    """A claim that was not provisioned by a class cannot grow: the API server says so with another status."""
    run_module(nas_client_config, **arguments)
    larger = copy.deepcopy(arguments)
    larger["topology"].setdefault("defaults", {})["storage"] = {"size_limit": "600Mi"}
    with pytest.raises(ModuleFailed, match=r"spec.resources.requests.storage is 500Mi, not 600Mi"):
        run_module(nas_client_config, **larger)


def test_mount_options_are_changed_in_place(kube: Clients, arguments: Arguments, namespace: str) -> None:
    run_module(nas_client_config, **arguments)
    assert verbs(run_module(nas_client_config, actimeo=-1, **arguments)) == {
        ("update", "PersistentVolume"),
        ("update", "ConfigMap"),
    }
    options = {tuple(volume.spec.mount_options) for volume in kube.volumes(namespace).values()}
    assert options == {("nfsvers=4.1", "proto=tcp", "port=2049", "hard")}


def test_missing_namespace(arguments: Arguments) -> None:
    with pytest.raises(ModuleFailed, match=r"namespaces: 'nowhere' is not in the cluster of context .*; make it first"):
        run_module(nas_client_config, **{**arguments, "namespaces": ["nowhere"]})


def test_claim_in_use_is_not_removed(kube: Clients, arguments: Arguments, namespace: str) -> None:
    run_module(nas_client_config, **arguments)
    kube.core.patch_namespace(namespace, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}})
    kube.mounting_pod(namespace, f"{namespace}-nas-output-1")
    before = kube.seen(namespace)
    with pytest.raises(ModuleFailed, match=r"nas-output-1 in namespace .* is in use by pod web; delete it"):
        run_module(nas_client_config, state="absent", **arguments)
    assert kube.seen(namespace) == before
    kube.core.delete_namespaced_pod("web", namespace)
    # One that is just ending is waited for.
    run_module(nas_client_config, state="absent", **arguments)
    assert kube.volumes(namespace) == {} and kube.gone(namespace, "web")
    assert not kube.claims(namespace)


def test_example_workload_is_admitted_and_scheduled(
    kube: Clients, arguments: Arguments, namespace: str, example: Arguments
) -> None:
    """Under the level "restricted".

    Where the node has an NFS client it becomes ready; where it has none, the kubelet's own words show that it was to mount
    exactly what the volumes say.
    """
    # A kubelet tells of few failures for each pod, and would use them up on the claims that are bound first.
    run_module(nas_client_config, **arguments)
    eventually(lambda: kube.bound(namespace) == len(SEVEN), BOUND)
    run_module(nas_client_config, example=example, **arguments)
    name = f"{namespace}-nas-example"

    def pod() -> t.Any:
        found = kube.core.list_namespaced_pod(namespace, label_selector=f"app.kubernetes.io/name={name}").items
        return found[0] if found else None

    eventually(lambda: bool(pod() and pod().spec.node_name), SCHEDULED)
    assert {volume.persistent_volume_claim.claim_name for volume in pod().spec.volumes[:7]} == {
        f"{namespace}-{server}" for server in SEVEN
    }
    if "\tnfs4\n" in Path("/proc/filesystems").read_text():
        eventually(lambda: kube.apps.read_namespaced_deployment(name, namespace).status.ready_replicas == 1, 120)
    else:
        print("measured: this machine's kernel has no NFS client, so that the kubelet's mounts cannot succeed here")
        asked: dict[str, set[str]] = {}

        def all_asked() -> bool:
            for event in kube.core.list_namespaced_event(namespace, field_selector="reason=FailedMount").items:
                for options, source in re.findall(r"-t nfs -o (\S+) (\S+)", event.message):
                    asked[source] = set(options.split(","))
            return len(asked) == len(SEVEN)

        try:
            eventually(all_asked, FIRST_MOUNTS)
        except AssertionError:
            told = [f"{event.reason}: {event.message}" for event in kube.core.list_namespaced_event(namespace).items]
            raise AssertionError("\n".join([f"the kubelet tried to mount {sorted(asked)} alone", *told])) from None
        wanted = {
            f"{volume.spec.nfs.server}:{volume.spec.nfs.path}": set(volume.spec.mount_options)
            for volume in kube.volumes(namespace).values()
        }
        assert {source: options - {"ro"} for source, options in asked.items()} == wanted
    run_module(nas_client_config, state="absent", **arguments)
    assert pod() is None
    assert kube.volumes(namespace) == {}


def test_manifests_are_what_the_server_would_have(
    kube: Clients, arguments: Arguments, namespace: str, example: Arguments
) -> None:
    """Strict validation on the server's side, of each object that is written."""
    result = run_module(nas_client_config, example=example, **{**arguments, "apply": False})
    api = kubernetes.dynamic.DynamicClient(kube.core.api_client)
    for item in result["objects"] + list(yaml.safe_load_all(result["files"]["example/nas-example.yaml"])):
        resource = api.resources.get(api_version=item["apiVersion"], kind=item["kind"])
        place = item["metadata"].get("namespace")
        resource.server_side_apply(
            body=item,
            namespace=place,
            field_manager="test",
            dry_run="All",
            query_params=[("fieldValidation", "Strict")],
        )
