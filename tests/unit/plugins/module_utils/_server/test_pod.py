# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server's pod: which containers it has, what they may do, and what they are told."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given

from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import RESOURCES
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_PROGRAM,
    DATA_DIRECTORY,
    EXPORT_MOUNT,
    STATE_DIRECTORY,
    Container,
    Images,
    Pod,
    agent_subcommand,
    pod_of,
)

from ...strategies import FEW, topologies

IMAGES = Images("localhost/nas:test", "localhost/unfs3:test")


def server_with(role: str = "input", **fields: t.Any) -> Server:
    return read_topology(
        {"servers": [{"name": "nas-1", "role": role, **({} if "address" in fields else {"port": 32150}), **fields}]}
    ).servers[0]


def option(container: Container, name: str) -> str:
    return container.command[container.command.index(name) + 1]


def windows_mounts(pod: Pod) -> dict[str, bool]:
    return {
        container.name: mount.read_only
        for container in pod.containers
        for mount in container.mounts
        if mount.volume == "windows"
    }


@pytest.mark.parametrize(
    ("role", "containers", "deletions"),
    [
        ("input", ["sync-windows-data", "sync-agent", "nfs-server"], "propagate"),
        ("backup", ["sync-windows-data", "nfs-server"], "keep"),
        ("output", ["sync-windows-data", "sync-agent", "nfs-server"], "keep"),
    ],
)
def test_containers_of_each_role(role: str, containers: list[str], deletions: str) -> None:
    pod = pod_of(server_with(role), IMAGES)
    assert [container.name for container in pod.containers] == containers
    assert option(pod.init, "--deletions") == deletions
    assert option(pod.init, "--mode") == "windows_to_nas"
    assert "--once" in pod.init.command


@pytest.mark.parametrize(
    ("mode", "read_only"), [("windows_to_nas", True), ("nas_to_windows", False), ("two_way", False), ("none", None)]
)
@pytest.mark.parametrize("role", ["input", "backup", "output"])
def test_agent_writes_to_windows_only_where_its_mode_does(role: str, mode: str, read_only: bool | None) -> None:
    pod = pod_of(server_with(role, sync={"mode": mode}), IMAGES)
    expected = {"sync-windows-data": True}
    if read_only is not None:
        expected["sync-agent"] = read_only
        assert pod.agent is not None
        assert option(pod.agent, "--mode") == mode
    assert windows_mounts(pod) == expected


@FEW
@given(topologies())
def test_no_container_can_do_more_than_it_must(user: dict[str, t.Any]) -> None:
    needed = {"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID"}
    for_server, for_agent = {"SETUID", "SETGID"}, {"LEASE"}
    for server in read_topology(user).servers:
        pod = pod_of(server, IMAGES)
        for container in pod.containers:
            more = for_server if container is pod.nfs_server else for_agent
            assert set(container.capabilities) == needed | more
            assert {mount.read_only for mount in container.mounts if mount.volume == "config"} <= {True}
            assert "/tmp" in container.scratch
        assert "windows" not in {mount.volume for mount in pod.nfs_server.mounts}
        writers = [name for name, read_only in windows_mounts(pod).items() if not read_only]
        assert writers in ([], ["sync-agent"])
        assert bool(writers) == (server.sync.mode in ("nas_to_windows", "two_way"))


@FEW
@given(topologies())
def test_agents_are_told_what_the_topology_says(user: dict[str, t.Any]) -> None:
    for server in read_topology(user).servers:
        pod = pod_of(server, IMAGES)
        for container in (pod.init, pod.agent):
            if container is not None:
                assert option(container, "--server") == server.name
                assert option(container, "--max-deletions") == server.sync.max_deletions
                assert option(container, "--export") == DATA_DIRECTORY
                assert option(container, "--state") == STATE_DIRECTORY
                assert all(isinstance(word, str) for word in container.command)
        assert (pod.agent is None) == (server.sync.mode == "none")
        if pod.agent:
            assert option(pod.agent, "--interval") == str(server.sync.interval)
            assert option(pod.agent, "--quiet-period") == str(server.sync.quiet_period)
            assert "--once" not in pod.agent.command
        assert (pod.server, pod.storage) == (server.name, server.storage.type)
        assert {container.image for container in pod.containers} == {IMAGES.nas}
        assert pod.size_limit == server.storage.size_limit


@pytest.mark.parametrize("mode", ["none", "windows_to_nas", "nas_to_windows", "two_way"])
@pytest.mark.parametrize("nfs_server", ["ganesha", "unfs3"])
def test_owners_and_permissions_are_told_to_all_that_write(mode: str, nfs_server: str) -> None:
    export = {
        "root": {"owner": 1000, "group": 0, "mode": "2775"},
        "files": {"owner": "1001", "group": 2000, "file_mode": "0640", "directory_mode": "02750"},
    }
    pod = pod_of(server_with(export=export, sync={"mode": mode}, nfs_server=nfs_server), IMAGES)
    expected = {
        "--root-owner": "1000", "--root-group": "0", "--root-mode": "2775",
        "--file-owner": "1001", "--file-group": "2000", "--file-mode": "0640", "--directory-mode": "2750",
    }  # fmt: skip
    for container in (pod.init, pod.agent):
        if container is not None:
            assert {name: option(container, name) for name in expected} == expected


def test_agents_are_told_no_owners_and_permissions_that_nobody_asked_for() -> None:
    pod = pod_of(server_with(export={"files": {"group": 2000}}), IMAGES)
    said = [word for word in pod.init.command if word.startswith(("--root-", "--file-", "--directory-"))]
    assert said == ["--file-group"]


def test_state_lies_beside_the_exported_tree_and_on_its_file_system() -> None:
    assert STATE_DIRECTORY.startswith(f"{EXPORT_MOUNT}/") and DATA_DIRECTORY.startswith(f"{EXPORT_MOUNT}/")
    assert not STATE_DIRECTORY.startswith(DATA_DIRECTORY)
    pod = pod_of(server_with(), IMAGES)
    assert f"Path = {DATA_DIRECTORY};" in pod.config_files["ganesha.conf"]


def test_who_held_locks_is_remembered_where_it_survives_the_container_and_no_client_sees_it() -> None:
    pod = pod_of(server_with(), IMAGES)
    assert f"RecoveryRoot = {STATE_DIRECTORY}/" in pod.config_files["ganesha.conf"]
    assert [mount.path for mount in pod.nfs_server.mounts if mount.volume == "export"] == [EXPORT_MOUNT]


def test_resources_go_to_their_containers() -> None:
    pod = pod_of(server_with(resources={"server": {"limits": {"memory": "1Gi"}}}), IMAGES)
    assert pod.nfs_server.resources.memory_limit == "1Gi"
    assert pod.init.resources.cpu_limit == RESOURCES["init"]["limits"]["cpu"]
    assert pod.agent and pod.agent.resources.cpu_limit == RESOURCES["agent"]["limits"]["cpu"]


def test_each_container_may_fill_an_export_in_memory_beside_what_it_needs_itself() -> None:
    memory = {"type": "memory", "size_limit": "64Mi"}
    small = {"server": {"limits": {"memory": "70M"}}}
    pod = pod_of(server_with(storage=memory, resources=small), IMAGES)
    limits = {container.name: container.resources.memory_limit for container in pod.containers}
    assert limits == {"sync-windows-data": "192Mi", "sync-agent": "128Mi", "nfs-server": str(70 * 10**6 + (64 << 20))}
    requests = {container.resources.memory_request for container in pod.containers}
    assert requests == {amounts["requests"]["memory"] for amounts in RESOURCES.values()}, "room is not reserved"


@pytest.mark.parametrize(
    ("clients", "shown"), [(None, "192.0.2.0/24"), (["198.51.100.0/24"], "198.51.100.0/24"), ([], None)]
)
def test_engine_may_replace_the_clients(clients: list[str] | None, shown: str | None) -> None:
    text = pod_of(server_with(clients=["192.0.2.0/24"]), IMAGES, clients).config_files["ganesha.conf"]
    assert (f"Clients = {shown};" in text) if shown else ("CLIENT" not in text)


def test_server_reads_the_configuration_that_is_written() -> None:
    pod = pod_of(server_with(), IMAGES)
    assert list(pod.config_files) == ["ganesha.conf"]
    assert pod.nfs_server.command[-1] == "/etc/nas/ganesha.conf"
    assert pod.nfs_server.probe[-2:] == ("2049", "/data")
    assert "NFS_Port = 2049;" in pod.config_files["ganesha.conf"]


def test_no_program_is_told_to_open_a_file_in_dev() -> None:
    # Podman 4.7 and newer make /dev read-only together with the root: what creates a file there ends at once.
    for nfs_server in ("ganesha", "unfs3"):
        for container in pod_of(server_with(nfs_server=nfs_server), IMAGES).containers:
            assert not [word for word in container.command if word.startswith("/dev")]


def test_labels_name_server_and_role() -> None:
    assert pod_of(server_with("output"), IMAGES).labels == {"role": "output", "server": "nas-1"}


class TestUnfs3:
    """NFSv3: another image, no file handles to open, and no CLOSE to wait for."""

    pod = pod_of(server_with("output", nfs_server="unfs3", clients=["192.0.2.0/24", "198.51.100.7"]), IMAGES)

    def test_serves_the_same_path_from_its_own_image(self) -> None:
        assert self.pod.nfs_server.image == IMAGES.unfs3
        script = self.pod.nfs_server.command[-1]
        assert script.startswith("ln -sfn /export/data /data && exec unfsd ")
        assert "-p -t -n 2049 -m 2049 -e /etc/nas/exports" in script

    def test_exports_to_each_client_and_to_nobody_else(self) -> None:
        options = "rw,no_root_squash,insecure,anonuid=65534,anongid=65534"
        assert self.pod.config_files == {
            "exports": f"/data 192.0.2.0/24({options})\n/data 198.51.100.7/32({options})\n"
        }

    def test_agent_waits_for_quiet_instead_of_close(self) -> None:
        assert self.pod.agent
        assert option(self.pod.agent, "--close-events") == "off"
        ganesha = pod_of(server_with("output"), IMAGES).agent
        assert ganesha and option(ganesha, "--close-events") == "on"

    def test_needs_no_file_handles(self) -> None:
        assert "DAC_READ_SEARCH" not in self.pod.nfs_server.capabilities
        assert {"FSETID", "SETUID", "SETGID"} <= set(self.pod.nfs_server.capabilities)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"export_options": "ro"}, "ro,root_squash,insecure"),
            (
                {"export_options": "rw,all_squash,secure,anonuid=7,anongid=8"},
                "rw,all_squash,secure,anonuid=7,anongid=8",
            ),
        ],
    )
    def test_options(self, fields: dict[str, t.Any], words: str) -> None:
        exports = pod_of(server_with(nfs_server="unfs3", **fields), IMAGES).config_files["exports"]
        assert exports.startswith(f"/data 0.0.0.0/0({words}")


def test_a_subcommand_stands_between_the_agent_and_its_options() -> None:
    command = [*AGENT_PROGRAM, "--server", "a", "--mode", "two_way"]
    assert agent_subcommand(command, "rescue", "--to", "-") == [*AGENT_PROGRAM, "rescue", "--to", "-", *command[3:]]
    with pytest.raises(ValueError, match="no command of an agent"):
        agent_subcommand(["ganesha.nfsd"], "rescue")


def test_nfsv3_from_ganesha_comes_with_rpcbind() -> None:
    pod = pod_of(server_with(address="127.7.7.1", nfs_versions=[3, 4]), IMAGES)
    assert [(port.name, port.number, port.protocol) for port in pod.ports] == [
        ("nfs", 2049, "tcp"),
        ("mount", 20048, "tcp"),
        ("rpcbind", 111, "tcp"),
        ("rpcbind", 111, "udp"),
    ]
    server = pod.nfs_server
    assert server.command[:4] == ("sh", "-c", 'rpcbind && exec "$@"', "nfs-server")
    assert server.command[4] == "ganesha.nfsd"
    assert "NET_BIND_SERVICE" in server.capabilities
    assert server.probe[-3:] == ("2049", "/data", "111")
    assert pod.agent is not None and option(pod.agent, "--close-events") == "off"


def test_without_nfsv3_there_is_no_rpcbind() -> None:
    for fields in ({}, {"nfs_server": "unfs3"}):
        pod = pod_of(server_with(**fields), IMAGES)
        assert [port.number for port in pod.ports] == [2049]
        assert "NET_BIND_SERVICE" not in pod.nfs_server.capabilities


def test_agent_and_initial_copy_know_what_is_exported() -> None:
    exports = [{"path": "/vol/in1", "subdirectory": "in1"}, {"path": "/vol/in2", "subdirectory": r"deep\in2"}]
    pod = pod_of(server_with(exports=exports), IMAGES)
    assert pod.agent is not None
    for container in (pod.init, pod.agent):
        words = container.command
        assert [words[at + 1] for at, word in enumerate(words) if word == "--exported"] == ["in1", "deep/in2"]
    assert pod.paths == ("/vol/in1", "/vol/in2")
    assert "--exported" not in pod_of(server_with(), IMAGES).init.command


def test_unfs3_links_each_export() -> None:
    exports = [{"path": "/vol/in1", "subdirectory": "in 1"}, {"path": "/in2", "subdirectory": "in2"}]
    pod = pod_of(server_with(exports=exports, nfs_server="unfs3"), IMAGES)
    assert pod.nfs_server.command[2] == (
        "mkdir -p /vol && ln -sfn '/export/data/in 1' /vol/in1 && ln -sfn /export/data/in2 /in2 && "
        "exec unfsd -d -p -t -n 2049 -m 2049 -e /etc/nas/exports"
    )
    assert [line.split()[0] for line in pod.config_files["exports"].splitlines()] == ["/vol/in1", "/in2"]
