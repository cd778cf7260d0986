# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman is told: nothing in a path or address can be read as anything else."""

from __future__ import annotations

import csv
import dataclasses
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import render
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names, Placement
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images, Pod, pod_of

from ....strategies import FEW, QUICK, topologies

PLACEMENT = Placement(
    instance="file-simulator",
    listen_address="127.0.0.1",
    port=32150,
    windows_directory=r"C:\simulator-data\nas-output-1",
    local_directory="/mnt/c/simulator-data/nas-output-1",
    generation="0000",
    config_directory="/var/lib/file-simulator/nas-output-1",
)


def pod_with(**fields: t.Any) -> Pod:
    servers = [{"name": "nas-output-1", "port": 32150, **fields}]
    return pod_of(read_topology({"servers": servers}).servers[0], Images("localhost/nas:test"))


def values(option: str, words: list[str]) -> list[str]:
    return [words[index + 1] for index, word in enumerate(words) if word == option]


def mounts(pod: Pod, placement: Placement) -> dict[str, list[dict[str, str]]]:
    """Read the mounts of each container as podman does: each is a line of CSV."""
    found = {}
    for container in pod.containers:
        lines = values("--mount", render.container_create(pod, container, placement))
        found[container.name] = [dict(word.split("=", 1) for word in next(csv.reader([line]))) for line in lines]
    return found


@pytest.mark.parametrize(
    "name", ["a,b", 'a"b', '"', "a b", "a:b", "a=b", "ro=true,x", "Prüfung", "a'b", "$HOME", "--x"]
)
def test_path_reaches_podman_as_it_is(name: str) -> None:
    directory = f"/drives/c/{name}"
    pod = pod_with()
    found = mounts(pod, dataclasses.replace(PLACEMENT, local_directory=directory))
    assert found["sync-agent"][0] == {"type": "bind", "source": directory, "destination": "/windows"}
    assert found["sync-windows-data"][0] == {
        "type": "bind",
        "source": directory,
        "destination": "/windows",
        "ro": "true",
    }


@QUICK
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1))
def test_any_path_reaches_podman_as_it_is(name: str) -> None:
    found = mounts(pod_with(), dataclasses.replace(PLACEMENT, local_directory=f"/{name}"))
    assert found["sync-agent"][0]["source"] == f"/{name}"


def test_export_is_a_volume_of_this_server_alone() -> None:
    found = mounts(pod_with(), PLACEMENT)
    volumes = {mount["source"] for each in found.values() for mount in each if mount["type"] == "volume"}
    assert volumes == {"file-simulator.nas-output-1.export"}
    assert found["nfs-server"][1] == {
        "type": "bind",
        "source": PLACEMENT.config_directory,
        "destination": "/etc/nas",
        "ro": "true",
    }


@pytest.mark.parametrize(
    ("address", "published"),
    [
        ("127.0.0.1", "127.0.0.1:32150:2049/tcp"),
        ("0.0.0.0", "0.0.0.0:32150:2049/tcp"),
        ("::1", "[::1]:32150:2049/tcp"),
        ("::", "[::]:32150:2049/tcp"),
    ],
)
def test_port_is_published_at_the_listen_address_alone(address: str, published: str) -> None:
    words = render.pod_create(pod_with(), dataclasses.replace(PLACEMENT, listen_address=address), {})
    assert values("--publish", words) == [published]


def test_pod_is_found_again_by_its_labels() -> None:
    pod = pod_with()
    description = render.describe(pod, PLACEMENT)
    words = render.pod_create(pod, PLACEMENT, description)
    labels = dict(label.split("=", 1) for label in values("--label", words))
    assert labels[render.LABEL_INSTANCE] == "file-simulator"
    assert labels[render.LABEL_SERVER] == "nas-output-1"
    assert json.loads(labels[render.LABEL_DESCRIPTION]) == description
    assert values("--name", words) == [Names("file-simulator", "nas-output-1").pod]
    assert values("--network", words) == ["file-simulator.network"]


@FEW
@given(topologies())
def test_description_is_plain_data_and_the_same_for_the_same_topology(user: dict[str, t.Any]) -> None:
    def described() -> list[dict[str, t.Any]]:
        return [
            render.describe(pod_of(server, Images("localhost/nas:test"), server.clients), PLACEMENT)
            for server in read_topology(user).servers
        ]

    first = described()
    assert json.loads(json.dumps(first)) == first == described()
    assert len({json.dumps(each, sort_keys=True) for each in first}) == len(first)


@pytest.mark.parametrize(
    "change",
    [
        {"listen_address": "0.0.0.0"},
        {"port": 32151},
        {"local_directory": "/elsewhere"},
        {"windows_directory": r"D:\x"},
        {"generation": "0001"},
        {"restored": "0001"},
    ],
)
def test_description_tells_another_place(change: dict[str, t.Any]) -> None:
    pod = pod_with()
    assert render.describe(pod, PLACEMENT) != render.describe(pod, dataclasses.replace(PLACEMENT, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"export_options": "ro"},
        {"export_id": 9},
        {"clients": ["192.0.2.0/24"]},
        {"role": "backup"},
        {"sync": {"mode": "two_way"}},
        {"sync": {"interval": 7}},
        {"sync": {"max_deletions": 3}},
        {"storage": {"type": "persistent"}},
        {"storage": {"type": "memory"}},
        {"export": {"root": {"mode": "2775"}}},
        {"export": {"files": {"group": 2000}}},
        {"resources": {"server": {"limits": {"memory": "1Gi"}}}},
        {"resources": {"agent": {"limits": {"cpu": "1"}}}},
    ],
)
def test_description_tells_another_server(change: dict[str, t.Any]) -> None:
    assert render.describe(pod_with(), PLACEMENT) != render.describe(pod_with(**change), PLACEMENT)


def test_description_tells_the_size_of_a_volume_in_memory_alone() -> None:
    """The others have none: a volume on the disk is not made anew for a number that nobody enforces."""
    for kind, differs in (("memory", True), ("empty_dir", False), ("persistent", False)):
        small, large = (pod_with(storage={"type": kind, "size_limit": size}) for size in ("64Mi", "128Mi"))
        assert (render.describe(small, PLACEMENT) != render.describe(large, PLACEMENT)) == differs


def test_description_tells_another_image() -> None:
    pod = pod_with()
    other = dataclasses.replace(pod, init=dataclasses.replace(pod.init, image="localhost/nas:other"))
    assert render.describe(pod, PLACEMENT) != render.describe(other, PLACEMENT)


def test_containers_may_do_no_more_than_they_must() -> None:
    pod = pod_with()
    for container in pod.containers:
        words = render.container_create(pod, container, PLACEMENT)
        assert values("--cap-drop", words) == ["all"]
        assert values("--cap-add", words) == [",".join(container.capabilities)]
        assert values("--security-opt", words) == ["no-new-privileges", "label=disable"]
        assert "--read-only" in words and "--privileged" not in words
        assert values("--pids-limit", words) == ["256"]
        assert [each.split(":")[0] for each in values("--tmpfs", words)] == list(container.scratch)
        assert values("--stop-timeout", words) == ["30"]
        assert words[-len(container.command) - 1 :] == ["localhost/nas:test", *container.command]


def test_init_container_runs_at_each_start_and_the_others_come_back_when_they_fail() -> None:
    pod = pod_with()
    for container in pod.containers:
        words = render.container_create(pod, container, PLACEMENT)
        is_init = container.name == "sync-windows-data"
        assert values("--init-ctr", words) == (["always"] if is_init else [])
        assert values("--restart", words) == ([] if is_init else ["on-failure"])


@pytest.mark.parametrize(
    ("cpu", "memory", "cpus", "size"),
    [
        ("200m", "256Mi", "0.2", "268435456"),
        ("1", "1G", "1", "1000000000"),
        ("127999m", "1Gi", "127.999", "1073741824"),
    ],
)
def test_limits_in_podmans_units(cpu: str, memory: str, cpus: str, size: str) -> None:
    pod = pod_with(resources={"server": {"limits": {"cpu": cpu, "memory": memory}}})
    words = render.container_create(pod, pod.nfs_server, PLACEMENT)
    assert values("--cpus", words) == [cpus]
    assert values("--memory", words) == [size]


def test_names_of_different_servers_never_meet() -> None:
    pairs = [("a", "b-c"), ("a-b", "c"), ("a", "b"), ("a-b", "b-c")]
    names = [Names(*pair) for pair in pairs]
    for texts in (
        [name.pod for name in names],
        [name.volume for name in names],
        [name.container("nfs-server") for name in names],
    ):
        assert len(set(texts)) == len(pairs)


def test_volume_and_network_are_labelled_and_private() -> None:
    volume = render.volume_create("file-simulator", "nas-1")
    assert volume[:2] == ["volume", "create"] and volume[-1] == "file-simulator.nas-1.export"
    assert values("--label", volume) == ["file-simulator.instance=file-simulator", "file-simulator.server=nas-1"]
    network = render.network_create("second")
    assert network[-1] == "second.network" == render.network_name("second")
    assert "--disable-dns" in network
