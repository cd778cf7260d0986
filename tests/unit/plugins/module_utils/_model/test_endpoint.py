# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses, ports, versions of NFS and names of servers: what is read, what is refused, what collides."""

from __future__ import annotations

import ipaddress
import re
import typing as t

import pytest
from hypothesis import given

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import (
    MOUNT_PORT,
    NFS_PORT,
    NO_PORT,
    chosen_address,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server, at_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ...strategies import QUICK, server_names

Mapping = dict[str, t.Any]


def only(**fields: t.Any) -> Server:
    (server,) = read_topology({"servers": [{"name": "nas-input-1", **fields}]}).servers
    return server


def problems(user: t.Any) -> list[str]:
    with pytest.raises(SimulatorError) as refusal:
        read_topology(user)
    return list(refusal.value.details["problems"])


def refused(**fields: t.Any) -> str:
    (problem,) = problems({"servers": [{"name": "nas-input-1", **fields}]})
    return problem


def pair(first: Mapping, second: Mapping) -> Mapping:
    return {"servers": [{"name": "nas-input-1", **first}, {"name": "nas-output-1", **second}]}


def test_server_without_address_and_versions_is_as_before() -> None:
    for server in read_topology(None).servers:
        assert (server.address, server.nfs_versions, server.nfs_version, server.mount_port) == ("", (4,), 4, NO_PORT)
        assert server.aliases == ()


def test_unfs3_answers_mount_at_its_port() -> None:
    server = only(nfs_server="unfs3", port=32150)
    assert (server.nfs_versions, server.nfs_version, server.mount_port) == ((3,), 3, 32150)
    (chosen,) = at_ports([only(nfs_server="unfs3", port="auto")], {"nas-input-1": 30001})
    assert (chosen.port, chosen.mount_port) == (30001, 30001)


@pytest.mark.parametrize(
    ("fields", "ports"),
    [
        ({"address": "127.7.7.1"}, (NFS_PORT, NO_PORT)),
        ({"address": "127.7.7.1", "nfs_versions": [3, 4]}, (NFS_PORT, MOUNT_PORT)),
        ({}, (NFS_PORT, NO_PORT)),
        ({"nfs_versions": [3]}, (NFS_PORT, MOUNT_PORT)),
        ({"port": 32150, "nfs_versions": [3]}, (32150, NO_PORT)),
        ({"port": 32150, "mount_port": 32160, "nfs_versions": [3]}, (32150, 32160)),
        ({"port": 32150, "mount_port": "auto", "nfs_versions": [3, 4]}, (32150, NO_PORT)),
    ],
)
def test_ports_follow_from_address_and_versions(fields: Mapping, ports: tuple[int, int]) -> None:
    server = only(**fields)
    assert (server.port, server.mount_port) == ports


def test_chosen_mount_port_is_taken_over_where_there_is_one() -> None:
    servers = read_topology(pair({"port": 32150, "nfs_versions": [3, 4]}, {"port": "auto"})).servers
    placed = at_ports(servers, {"nas-output-1": 30001}, {"nas-input-1": 30002, "nas-output-1": 30003})
    assert [(each.port, each.mount_port) for each in placed] == [(32150, 30002), (30001, NO_PORT)]


@pytest.mark.parametrize(
    ("versions", "expected"), [([4], (4,)), ([3, 4], (3, 4)), ([4, 3, 3], (3, 4)), (["3", "4"], (3, 4)), ([3], (3,))]
)
def test_versions_are_sorted_and_each_is_there_once(versions: list[t.Any], expected: tuple[int, ...]) -> None:
    server = only(port=32150, nfs_versions=versions)
    assert server.nfs_versions == expected
    assert server.nfs_version == max(expected)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"address": "10.0.0.1"}, "address: '10.0.0.1' cannot be a server's own; use one of 127.0.0.0/8 but 127.0.0.1"),
        ({"address": "127.0.0.1"}, "address: '127.0.0.1' cannot be a server's own"),
        ({"address": "127.0.0.0"}, "address: '127.0.0.0' cannot be"),
        ({"address": "127.255.255.255"}, "address: '127.255.255.255' cannot be"),
        ({"address": "::1"}, "address: '::1' cannot be"),
        ({"address": "nas01"}, "address: 'nas01' is no IP address"),
        ({"address": None}, "address: None is no IP address"),
        ({"address": ["127.7.7.1"]}, "address: .* is no IP address"),
        ({"address": "127.7.7.1", "port": 32150}, "port: a server with an address of its own is at port 2049 there"),
        ({"address": "auto", "port": "auto"}, "port: a server with an address of its own"),
        ({"port": 2049}, r"port: 2049 is outside 30000\.\.32767"),
        ({"nfs_versions": 4}, r"nfs_versions: expected a list of versions: \[4\], \[3, 4\] or \[3\]"),
        ({"nfs_versions": []}, "nfs_versions: expected a list of versions"),
        ({"nfs_versions": "3"}, "nfs_versions: expected a list of versions"),
        ({"nfs_versions": [4, 2]}, r"nfs_versions\[2\]: 2 is outside 3\.\.4"),
        ({"nfs_versions": [4.1]}, r"nfs_versions\[1\]: expected a whole number, got 4.1"),
        ({"nfs_server": "unfs3", "nfs_versions": [3, 4]}, "nfs_versions: unfs3 serves NFSv3 alone"),
        ({"port": 32150, "mount_port": 32151}, "mount_port: NFSv4 has no MOUNT"),
        (
            {"address": "auto", "nfs_versions": [3], "mount_port": 32151},
            "mount_port: at the standard ports it is 20048",
        ),
        (
            {"port": 32150, "nfs_server": "unfs3", "mount_port": 32151},
            "mount_port: unfs3 answers MOUNT at the server's",
        ),
        ({"port": 32150, "nfs_versions": [3], "mount_port": 80}, r"mount_port: 80 is outside 30000\.\.32767"),
        ({"aliases": "nas01"}, "aliases: expected a list of names such as nas01.corp.example"),
        ({"aliases": [5]}, r"aliases\[1\]: 5 is no DNS name"),
        ({"aliases": ["ok", "nas_01"]}, r"aliases\[2\]: 'nas_01' is no DNS name"),
        ({"aliases": ["nas01."]}, r"aliases\[1\]: 'nas01\.' is no DNS name"),
        ({"aliases": [""]}, r"aliases\[1\]: '' is no DNS name"),
        ({"aliases": ["a b"]}, r"aliases\[1\]: 'a b' is no DNS name"),
        ({"aliases": ["a\n"]}, r"aliases\[1\]: .* is no DNS name"),
        ({"aliases": ["a" * 64]}, r"aliases\[1\]: .* is no DNS name"),
        ({"aliases": [".".join(["abcdefg"] * 32)]}, r"aliases\[1\]: .* is no DNS name"),
        ({"aliases": ["10.0.0.1"]}, r"aliases\[1\]: '10.0.0.1' is a number or an address, no name"),
        ({"aliases": ["LocalHost"]}, r"aliases\[1\]: 'localhost' is this machine's own name"),
        ({"aliases": ["nas-input-1"]}, "aliases: nas-input-1 is a server's name already"),
    ],
)
def test_field_is_refused(fields: Mapping, message: str) -> None:
    problem = refused(**fields)
    assert re.search(f"^server nas-input-1: {message}", problem, re.DOTALL), problem


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (
            {"address": "127.7.7.1"},
            {"address": "127.7.7.1"},
            "server nas-output-1: address: 127.7.7.1 is also that of nas-input-1; each server needs its own",
        ),
        (
            {"aliases": ["nas01.corp.example"]},
            {"aliases": ["nas02", "NAS01.corp.example"]},
            "server nas-output-1: aliases: nas01.corp.example is also that of nas-input-1; a name leads to one server",
        ),
        (
            {"aliases": ["nas-output-1"]},
            {},
            "server nas-input-1: aliases: nas-output-1 is a server's name already; leave it out",
        ),
        (
            {"port": 32150, "mount_port": 32151, "nfs_versions": [3]},
            {"port": 32151},
            "server nas-output-1: port: 32151 is also that of nas-input-1; each server needs its own",
        ),
        (
            {"port": 32150},
            {"port": 32151, "mount_port": 32150, "nfs_versions": [3, 4]},
            "server nas-output-1: mount_port: 32150 is also that of nas-input-1; each server needs its own",
        ),
    ],
)
def test_what_two_servers_cannot_share(first: Mapping, second: Mapping, problem: str) -> None:
    assert problems(pair(first, second)) == [problem]


def test_one_port_for_nfs_and_mount_is_refused() -> None:
    assert "mount_port: 32150 is the port of NFS" in refused(port=32150, mount_port=32150, nfs_versions=[3])


def test_servers_at_the_standard_ports_share_these() -> None:
    servers = read_topology(pair({"address": "127.7.7.1", "nfs_versions": [3]}, {"address": "127.7.7.2"})).servers
    assert [server.port for server in servers] == [NFS_PORT, NFS_PORT]
    assert [server.node_ports for server in servers] == [(), ()]
    assert servers[0].export_id != servers[1].export_id


class TestPrecedence:
    def test_address_of_all_takes_the_place_of_the_default_ports(self) -> None:
        topology = read_topology({"defaults": {"address": "auto"}})
        assert {server.port for server in topology.servers} == {NFS_PORT}
        assert len({server.address for server in topology.servers}) == len(topology.servers)
        assert [server.export_id for server in topology.servers] == [1, 2, 3, 4, 5, 6, 7]

    def test_own_port_wins_over_the_address_of_all_and_the_other_way_round(self) -> None:
        (server,) = read_topology(
            {"servers": [{"name": "nas-input-1", "port": 32150}], "defaults": {"address": "auto"}}
        ).servers
        assert (server.address, server.port) == ("", 32150)
        (server,) = read_topology(
            {"servers": [{"name": "nas-input-1", "address": "127.7.7.1"}], "defaults": {"port": "auto"}}
        ).servers
        assert (server.address, server.port) == ("127.7.7.1", NFS_PORT)

    def test_change_of_a_default_server_gives_it_an_address(self) -> None:
        first = read_topology({"changes": [{"name": "nas-input-1", "address": "127.7.7.1"}]}).servers[0]
        assert (first.address, first.port, first.export_id) == ("127.7.7.1", NFS_PORT, 1)

    def test_defaults_with_both_are_refused(self) -> None:
        (problem,) = problems({"servers": [], "changes": [], "defaults": {"port": "auto", "address": "auto"}})[:1]
        assert problem.startswith("defaults.address: stands beside defaults.port")

    def test_address_of_all_can_only_be_chosen(self) -> None:
        assert "defaults.address: can only be auto" in problems({"defaults": {"address": "127.7.7.1"}})[0]

    def test_versions_of_all(self) -> None:
        assert {server.nfs_versions for server in read_topology({"defaults": {"nfs_versions": [3, 4]}}).servers} == {
            (3, 4)
        }


def test_aliases_are_lower_case_and_there_once() -> None:
    assert only(aliases=["NAS01.Corp.Example", "nas01", "nas01.corp.example"]).aliases == (
        "nas01.corp.example",
        "nas01",
    )


def test_chosen_address_is_the_same_wherever_it_is_chosen() -> None:
    assert chosen_address("file-simulator", "nas-input-1") == "127.72.67.38"
    assert only(address="auto").address == "127.72.67.38"


@QUICK
@given(server_names, server_names)
def test_chosen_address_is_one_that_could_be_named(instance: str, server: str) -> None:
    address = chosen_address(instance, server)
    assert ipaddress.ip_address(address) in ipaddress.ip_network("127.64.0.0/10")
    assert address.split(".")[-1] not in ("0", "255")
    assert only(address=address).address == address
