# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A topology, the manifests of a production that is like it, and what is read of these: the same topology."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from .production import of_text, problems_of

LABELS = st.from_regex(r"[a-z]([-a-z0-9]{0,6}[a-z0-9])?", fullmatch=True).filter(
    lambda text: text not in ("con", "nul")
)
NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda text: text.lower() not in ("con", "nul")
)
# What users of one role do: the access modes of its volumes, and whether pods mount them read-only.
USES = {"input": ("ReadWriteMany", True), "output": ("ReadWriteMany", False), "backup": ("ReadOnlyMany", False)}
OPTIONS = {(4,): ["vers=4.1"], (3,): ["nfsvers=3"], (3, 4): ["v4.1", "hard,vers=3".partition(",")[2]]}
Topology = dict[str, t.Any]


def alias(name: str) -> str:
    """Production's name of a server; servers come out in the order of these."""
    return f"{name}.halden.example"


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Topologies of which nothing has to be told: names, paths and roles that production can say."""
    hosts = draw(st.lists(LABELS, min_size=1, max_size=4, unique=True))
    servers = []
    for name in sorted(hosts, key=alias):
        paths = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=str.lower))
        versions = draw(st.sampled_from([(4,), (3,)] + ([(3, 4)] if len(paths) > 1 else [])))
        above = draw(st.sampled_from(["", "/vol", "/srv/nfs"]))
        servers.append({
            "name": name, "role": draw(st.sampled_from(sorted(USES))), "address": "auto",
            "nfs_versions": list(versions), "aliases": [alias(name)],
            "exports": [{"path": f"{above}/{each}", "subdirectory": each} for each in sorted(paths)],
        })  # fmt: skip
    return {"servers": servers}


def manifests(topology: Topology) -> list[dict[str, t.Any]]:
    """The volumes, claims and pods of a production like it."""
    found: list[dict[str, t.Any]] = []
    for server in topology["servers"]:
        mode, reads = USES[server["role"]]
        for number, export in enumerate(server["exports"]):
            name = f"{server['name']}.{number}"
            options = OPTIONS[tuple(server["nfs_versions"])]
            found += [
                {"kind": "PersistentVolume", "metadata": {"name": name}, "spec": {
                    "nfs": {"server": server["aliases"][0], "path": export["path"]}, "accessModes": [mode],
                    "mountOptions": [options[number % len(options)]]}},
                {"kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": "n"}, "spec": {
                    "accessModes": [mode], "volumeName": name}},
                {"kind": "Pod", "metadata": {"name": name, "namespace": "n"}, "spec": {
                    "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": name}}],
                    "containers": [{"volumeMounts": [{"name": "v", "readOnly": reads}]}]}},
            ]  # fmt: skip
    return found


def as_yaml(objects: list[dict[str, t.Any]]) -> str:
    return yaml.safe_dump_all(objects)


def as_list(objects: list[dict[str, t.Any]]) -> str:
    return yaml.safe_dump({"kind": "List", "items": objects})


def as_json(objects: list[dict[str, t.Any]]) -> str:
    return json.dumps({"kind": "List", "items": objects})


@pytest.mark.parametrize("written", [as_yaml, as_list, as_json])
@settings(max_examples=25)
@given(topology=topologies())
def test_topology_to_manifests_and_back(topology: Topology, written: t.Callable[[t.Any], str]) -> None:
    read_topology(topology)
    objects = manifests(topology)
    production = of_text(written(objects))
    assert production.topology == topology
    assert production.notes == []
    # The volumes are what production has, and they make the same topology again.
    volumes = [item for item in objects if item["kind"] != "Pod"]
    assert sorted((each["object"] for each in production.volumes), key=str) == sorted(volumes, key=str)
    roles = {server["aliases"][0]: server["role"] for server in topology["servers"]}
    assert of_text(written([each["object"] for each in production.volumes]), roles=roles).topology == topology


@settings(max_examples=40)
@given(topology=topologies(), seed=st.randoms())
def test_the_order_of_documents_plays_no_part(topology: Topology, seed: t.Any) -> None:
    objects = manifests(topology)
    seed.shuffle(objects)
    assert of_text(*(as_yaml([each]) for each in objects)).topology == topology


KEYS = st.sampled_from([
    "spec", "nfs", "server", "path", "mountOptions", "accessModes", "csi", "volumeAttributes", "claimRef", "metadata",
    "name", "namespace", "template", "volumes", "containers", "volumeMounts", "items", "objects", "parameters", "kind",
    "volumeClaimTemplates", "replicas", "selector", "matchLabels", "persistentVolumeClaim", "claimName",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("a${}: -/.*&!", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
KINDS = st.sampled_from([
    "PersistentVolume", "PersistentVolumeClaim", "Pod", "Deployment", "StatefulSet", "CronJob", "Template", "List", "Secret",
])  # fmt: skip


@settings(max_examples=40)
@given(st.lists(st.tuples(KINDS, st.dictionaries(KEYS, VALUES, max_size=4)), max_size=4))
def test_whatever_objects_are_they_are_read_or_refused(objects: list[tuple[str, dict[str, t.Any]]]) -> None:
    text = as_yaml([{**values, "kind": kind} for kind, values in objects])
    assert all("\n" not in line for line in problems_of(text))
