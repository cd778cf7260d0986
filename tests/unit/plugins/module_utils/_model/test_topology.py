# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology: the default one, what changes it, and every refusal with the server and field named."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NO_PORT, PORTS
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import ROLES, Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology, read_topology

from ...strategies import DEVICES, FEW, QUICK, topologies

Mapping = dict[str, t.Any]


def one(**fields: t.Any) -> Mapping:
    return {"servers": [{"name": "nas-input-1", "port": 32150, **fields}]}


def two(first: Mapping, second: Mapping) -> Mapping:
    return {
        "servers": [{"name": "nas-input-1", "port": 32150, **first}, {"name": "nas-output-1", "port": 32151, **second}]
    }


def only(user: Mapping) -> Server:
    (server,) = read_topology(user).servers
    return server


def problems(user: t.Any) -> list[str]:
    with pytest.raises(SimulatorError) as refusal:
        read_topology(user)
    assert refusal.value.message.startswith(f"topology: {refusal.value.details['problems'][0]}")
    return list(refusal.value.details["problems"])


@pytest.mark.parametrize("user", [None, {}, {"changes": None, "defaults": None}])
def test_default_topology_is_that_of_production(user: t.Any) -> None:
    topology = read_topology(user)
    assert str(topology.data_root) == r"C:\simulator-data"
    assert (topology.namespace, topology.instance) == ("file-simulator", "file-simulator")
    assert topology.listen_address == "127.0.0.1"
    shown = [
        (each.name, each.role, each.port, each.export_id, each.export.read_only, each.export.squash, each.sync.mode)
        for each in topology.servers
    ]
    assert shown == [
        ("nas-input-1", "input", 32150, 1, False, "none", "windows_to_nas"),
        ("nas-input-2", "input", 32151, 2, False, "none", "windows_to_nas"),
        ("nas-input-3", "input", 32152, 3, False, "none", "windows_to_nas"),
        ("nas-backup", "backup", 32153, 4, True, "none", "none"),
        ("nas-output-1", "output", 32154, 5, False, "none", "nas_to_windows"),
        ("nas-output-2", "output", 32155, 6, False, "none", "nas_to_windows"),
        ("nas-output-3", "output", 32156, 7, False, "none", "nas_to_windows"),
    ]
    for server in topology.servers:
        assert str(server.directory) == rf"C:\simulator-data\{server.name}"
        assert server.enabled and server.clients == () and server.nfs_server == "ganesha"
        assert (server.storage.type, server.storage.size_limit) == ("empty_dir", "500Mi")
        assert (server.sync.interval, server.sync.quiet_period, server.sync.max_deletions) == (30, 2, "1000")
    assert topology.enabled == topology.servers


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"port": 80}, "server nas-input-1: port: 80 is outside 30000..32767"),
        ({"port": 29999}, "server nas-input-1: port: 29999 is outside"),
        ({"port": 32768}, "server nas-input-1: port: 32768 is outside"),
        ({"port": None}, "server nas-input-1: port: expected a whole number, got None"),
        ({"port": [32150]}, "server nas-input-1: port: expected a whole number"),
        ({"role": "spare"}, "server nas-input-1: role: 'spare' is unknown; choose one of input, backup, output"),
        ({"role": ["input"]}, "server nas-input-1: role: .* is unknown"),
        ({"name": "NAS_1"}, "server NAS_1: name: 'NAS_1' is no DNS label"),
        ({"name": ""}, "name: '' is no DNS label"),
        ({"name": "a" * 64}, "name: .* is no DNS label"),
        ({"name": 7}, r"servers\[1\]: name: YAML reads it as the number 7"),
        ({"name": "nas.input"}, "is no DNS label"),
        ({"name": "spare"}, "server spare: role: is missing, and the name tells none"),
        ({"name": "nas-inputs"}, "role: is missing"),
        ({"export_id": 0}, "server nas-input-1: export_id: 0 is outside 1..65535"),
        ({"export_id": 65536}, "export_id: 65536 is outside"),
        ({"export_options": "rw,fsid=x"}, "server nas-input-1: export_options: option 'fsid=x' cannot be honoured"),
        ({"export_options": "rw,ro"}, "export_options: 'rw' and 'ro' contradict"),
        ({"export_options": 5}, "export_options: expected words"),
        ({"clients": "192.0.2.0/24"}, "server nas-input-1: clients: expected a list of networks"),
        ({"clients": ["192.0.2.0/24", "192.0.2.1/24"]}, r"server nas-input-1: clients\[2\]: '192.0.2.1/24' is no net"),
        ({"enabled": "perhaps"}, "server nas-input-1: enabled: expected true or false"),
        ({"directory": ""}, "server nas-input-1: directory: expected a directory's name below"),
        ({"directory": 5}, 'directory: YAML reads it as the number 5, without leading zeros; quote it: directory: "5"'),
        ({"directory": []}, "directory: expected a directory's name"),
        ({"directory": None}, "directory: expected a directory's name"),
        ({"directory": "nul"}, "directory: 'nul': 'nul' is a device name"),
        ({"directory": r"..\elsewhere"}, r"directory: .*'\.\.' is no name"),
        ({"directory": r"a\b*"}, r"directory: .* has the character '\*'"),
        ({"directory": r"\\server\share"}, "directory: .*UNC"),
        ({"directory": "/mnt/c/x"}, "directory: .* has no drive"),
        ({"directory": "C:x"}, "directory: .* relative to the drive's current directory"),
        ({"directory": "D:\\"}, "directory: .* is a whole drive"),
        ({"directory": r"C:\simulator-data"}, "directory: .* holds the data root"),
        ({"directory": r"c:\SIMULATOR-DATA"}, "directory: .* holds the data root"),
        ({"sync": {"modus": "none"}}, "server nas-input-1: sync.modus: unknown key; known are"),
        ({"sync": {"mode": "both"}}, "server nas-input-1: sync.mode: 'both' is unknown"),
        ({"sync": {"interval": 0}}, "sync.interval: 0 is outside 1..3600"),
        ({"sync": {"interval": 3601}}, "sync.interval: 3601 is outside"),
        ({"sync": {"quiet_period": -1}}, "sync.quiet_period: -1 is outside 0..600"),
        ({"sync": {"quiet_period": 601}}, "sync.quiet_period: 601 is outside"),
        ({"sync": {"max_deletions": "101%"}}, "sync.max_deletions: '101%' is no limit"),
        ({"sync": {"max_deletions": "05%"}}, "sync.max_deletions: '05%' is no limit"),
        ({"sync": {"max_deletions": -1}}, "sync.max_deletions: '-1' is no limit"),
        ({"sync": {"max_deletions": None}}, "sync.max_deletions: 'None' is no limit"),
        ({"sync": {"max_deletions": "5\n"}}, "(?s)sync.max_deletions: .* is no limit"),
        ({"sync": "none"}, "sync: expected a mapping"),
        ({"storage": {"kind": "persistent"}}, "server nas-input-1: storage.kind: unknown key"),
        ({"storage": {"type": "tape"}}, "storage.type: 'tape' is unknown; choose one of empty_dir, persistent, memory"),
        (
            {"storage": {"type": "memory", "size_limit": "3Mi"}},
            "storage.size_limit: 3Mi cannot be had in memory; write 4Mi",
        ),
        ({"storage": {"type": "memory", "size_limit": "100M"}}, "storage.size_limit: 100M cannot be had in memory"),
        ({"storage": {"size_limit": "big"}}, "storage.size_limit: 'big' is no amount of memory"),
        ({"resources": {"server": {"limits": {"gpu": 1}}}}, "nas-input-1: resources.server.limits.gpu: unknown key"),
        ({"nfs_server": "samba"}, "server nas-input-1: nfs_server: 'samba' is unknown; choose one of ganesha"),
        ({"colour": "red"}, "server nas-input-1: colour: unknown key; known are address, aliases, clients, directory"),
        *[({"name": name, "role": "input"}, f"server {name}: name: '{name}' is a device name") for name in DEVICES],
    ],
)
def test_field_is_refused(fields: Mapping, message: str) -> None:
    (problem,) = problems(one(**fields))
    assert re.search(message, problem), problem


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"spare": 1}, "spare: unknown key; known are changes, data_root, defaults"),
        ({"data_root": "/srv/data"}, "data_root: '/srv/data' has no drive"),
        ({"data_root": "C:\\"}, "data_root: .* is a whole drive; name a directory"),
        ({"data_root": r"\\nas\share"}, "data_root: .*UNC"),
        ({"data_root": None}, "data_root: None is no Windows path"),
        ({"namespace": "File_Simulator"}, "namespace: 'File_Simulator' is no DNS label"),
        ({"instance": "a.b"}, "instance: 'a.b' is no DNS label"),
        ({"listen_address": "localhost"}, "listen_address: 'localhost' is no IP address"),
        ({"listen_address": "::1"}, "listen_address: '::1' is IPv6, which the pods' network has not"),
        ({"listen_address": "::"}, "listen_address: '::' is IPv6, which the pods' network has not"),
        ({"defaults": {"port": 32150}}, "defaults.port: can only be auto; a port of its own stands with each server"),
        ({"defaults": {"directory": "x"}}, "defaults.directory: unknown key; known are address, clients, enabled"),
        ({"defaults": []}, "defaults: expected a mapping"),
        ({"defaults": {"sync": {"modus": 1}}}, "server nas-input-1: defaults.sync.modus: unknown key"),
        ({"defaults": {"storage": {"kind": 1}}}, "server nas-input-1: defaults.storage.kind: unknown key"),
        ({"defaults": {"resources": {"x": 1}}}, "server nas-input-1: defaults.resources.x: unknown key"),
        ({"servers": {}}, "servers: expected a list of servers"),
        ({"servers": "nas-input-1"}, "servers: expected a list of servers"),
        ({"servers": []}, "servers: the list is empty"),
        (
            {"servers": None},
            "servers: has no value; list the servers below it, or leave the key out for the default seven",
        ),
        ({"servers": [5]}, r"servers\[1\]: expected a mapping with a name"),
        ({"servers": [{"name": "nas-input-1", "port": 32150}, {"port": 32151}]}, r"servers\[2\]: expected a mapping"),
        ({"changes": {}}, "changes: expected a list of servers"),
        ({"changes": [{"enabled": False}]}, r"changes\[1\]: expected a mapping with a name"),
        ({"changes": [{"name": "nas-backup", "colour": 1}]}, "server nas-backup: colour: unknown key"),
        (
            {"changes": [{"name": "nas-backup"}, {"name": "nas-backup"}]},
            "server nas-backup: name: is given twice in changes",
        ),
    ],
)
def test_topology_is_refused(user: Mapping, message: str) -> None:
    assert re.search(message, problems(user)[0]), problems(user)


@pytest.mark.parametrize("user", [[], "servers", 5])
def test_topology_of_another_type_is_refused(user: t.Any) -> None:
    assert "expected a mapping" in problems(user)[0]


@pytest.mark.parametrize("name", [["nas-input-1"], {"a": 1}])
@pytest.mark.parametrize("key", ["servers", "changes"])
def test_name_of_another_type_is_refused_like_any_other(key: str, name: t.Any) -> None:
    assert "is no DNS label" in problems({key: [{"name": name, "port": 32150, "role": "input"}]})[0]


def test_duplicate_port() -> None:
    assert problems(two({"export_id": 1}, {"port": 32150})) == [
        "server nas-output-1: port: 32150 is also that of nas-input-1; each server needs its own"
    ]


def test_duplicate_port_is_refused_though_one_server_is_disabled() -> None:
    assert "port: 32150 is also that of" in problems(two({"enabled": False}, {"port": 32150}))[0]


def test_duplicate_export_id() -> None:
    assert problems(two({"export_id": 7}, {"export_id": 7})) == [
        "server nas-output-1: export_id: 7 is also that of nas-input-1; fsids follow from it and must differ"
    ]


def test_duplicate_name() -> None:
    assert problems(two({}, {"name": "nas-input-1"})) == [
        "server nas-input-1: name: is given twice in servers; names must differ"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("shared", "shared"),
        ("shared", "SHARED"),
        ("Prüfung", "PRÜFUNG"),
        ("shared", r"shared\inner"),
        (r"shared\a\b", "Shared/A"),
        ("shared", r"C:\simulator-data\shared"),
        (r"D:\x", r"d:/X/y"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_one_directory_for_two_servers(first: str, second: str, turned: bool) -> None:
    pair = (second, first) if turned else (first, second)
    (problem,) = problems(two({"directory": pair[0]}, {"directory": pair[1]}))
    assert problem.startswith("server nas-output-1: directory: ")
    assert "of nas-input-1 are the same or lie in each other" in problem


def test_names_that_differ_in_case_alone_cannot_meet_on_one_directory() -> None:
    assert "NAS-INPUT-1" in problems(two({}, {"name": "NAS-INPUT-1"}))[0]


def test_directories_beside_each_other_are_fine() -> None:
    topology = read_topology(two({"directory": r"shared\a"}, {"directory": r"shared\ab"}))
    assert [str(server.directory) for server in topology.servers] == [
        r"C:\simulator-data\shared\a",
        r"C:\simulator-data\shared\ab",
    ]


def test_directory_may_be_on_another_drive() -> None:
    assert str(only(one(directory="d:/Eingang/Öl")).directory) == r"D:\Eingang\Öl"


def test_all_servers_problems_are_reported_at_once() -> None:
    user = two({"port": 80}, {"role": "spare"})
    user["servers"] += [
        {"name": "nas-backup", "port": 32160, "export_id": 9},
        {"name": "nas-backup-2", "port": 32160, "export_id": 9, "directory": "nas-backup"},
    ]
    found = problems(user)
    assert [re.sub(r": .*", "", each) for each in found] == ["server nas-input-1", "server nas-output-1"] + [
        "server nas-backup-2"
    ] * 3
    assert [each.split(": ")[1] for each in found] == ["port", "role", "port", "export_id", "directory"]
    with pytest.raises(SimulatorError, match=r"\(4 more, see problems\)"):
        read_topology(user)


def test_unknown_key_of_one_server_hides_no_problem_of_another() -> None:
    found = " ".join(problems(two({"colour": "red"}, {"role": "spare"})))
    assert "colour" in found and "'spare' is unknown" in found


def test_wrong_name_of_the_namespace_hides_no_problem_of_a_server() -> None:
    found = " ".join(problems({**one(port=80), "namespace": "A_B"}))
    assert "namespace" in found and "80 is outside" in found


def test_duplicate_name_hides_no_problem_of_a_server() -> None:
    user = two({}, {"name": "nas-input-1"})
    user["servers"].append({"name": "nas-backup", "port": 80})
    found = " ".join(problems(user))
    assert "is given twice" in found and "80 is outside" in found


class TestPrecedence:
    def test_own_fields_win_over_defaults_and_these_over_the_role(self) -> None:
        user = two({"export_options": "rw", "sync": {"interval": 5}}, {})
        user["defaults"] = {
            "export_options": "ro,no_root_squash",
            "sync": {"interval": 60, "quiet_period": 9, "mode": "two_way"},
            "storage": {"type": "persistent"},
            "clients": ["192.0.2.0/24"],
        }
        first, second = read_topology(user).servers
        assert (first.export.read_only, first.export.squash) == (False, "root")
        assert (second.export.read_only, second.export.squash) == (True, "none")
        assert [(each.sync.interval, each.sync.quiet_period, each.sync.mode) for each in (first, second)] == [
            (5, 9, "two_way"),
            (60, 9, "two_way"),
        ]
        for server in (first, second):
            assert (server.storage.type, server.storage.size_limit) == ("persistent", "500Mi")
            assert server.clients == ("192.0.2.0/24",)

    def test_own_empty_list_of_clients_wins(self) -> None:
        assert only({**one(clients=[]), "defaults": {"clients": ["192.0.2.0/24"]}}).clients == ()

    def test_own_enabled_wins(self) -> None:
        assert only({**one(enabled=True), "defaults": {"enabled": False}}).enabled
        assert not only({**one(), "defaults": {"enabled": "no"}}).enabled

    def test_role_wins_over_the_name(self) -> None:
        assert only(one(role="output")).role == "output"

    @pytest.mark.parametrize(
        ("name", "role"),
        [("input", "input"), ("my-backup", "backup"), ("output-of-x", "output"), ("nas-input-1", "input")],
    )
    def test_role_follows_from_the_name(self, name: str, role: str) -> None:
        assert only(one(name=name)).role == role

    def test_export_id_is_the_port_unless_given(self) -> None:
        assert only(one(name="nas-input-9")).export_id == 32150
        assert only(one()).export_id == 1, "the seven keep theirs, whatever list they are in"
        assert only(one(export_id="5")).export_id == 5

    def test_numbers_may_be_strings_as_jinja_makes_them(self) -> None:
        assert only(one(port="32150")).port == 32150


class TestChanges:
    def test_alters_one_server_and_no_other(self) -> None:
        before = read_topology(None)
        after = read_topology({"changes": [{"name": "nas-backup", "port": 32400, "enabled": False}]})
        assert [server.name for server in after.servers] == [server.name for server in before.servers]
        changed = [new for old, new in zip(before.servers, after.servers) if old != new]
        assert [(each.name, each.port, each.enabled, each.export_id) for each in changed] == [
            ("nas-backup", 32400, False, 4)
        ]
        assert [server.name for server in after.enabled] == [
            server.name for server in before.servers if server.name != "nas-backup"
        ]

    def test_adds_a_server_at_the_end(self) -> None:
        after = read_topology({"changes": [{"name": "nas-input-4", "port": 32157}]})
        assert after.servers[:-1] == read_topology(None).servers
        assert (after.servers[-1].name, after.servers[-1].role) == ("nas-input-4", "input")

    def test_changes_the_users_own_list_too(self) -> None:
        assert only({**one(), "changes": [{"name": "nas-input-1", "port": 32200}]}).port == 32200

    def test_makes_servers_of_an_empty_list(self) -> None:
        assert only({"servers": [], "changes": [{"name": "nas-input-1", "port": 32200}]}).port == 32200

    def test_collides_with_a_default_server(self) -> None:
        (problem,) = problems({"changes": [{"name": "nas-input-4", "port": 32150}]})
        assert problem.startswith("server nas-input-4: port: 32150 is also that of nas-input-1")


def test_user_mapping_stays_as_it_is() -> None:
    user = {**one(), "changes": [{"name": "nas-input-1", "port": 32200}], "defaults": {"sync": {"interval": 5}}}
    shown = repr(user)
    read_topology(user)
    assert repr(user) == shown
    assert default.SERVERS[0]["port"] == 32150


@FEW
@given(topologies())
def test_any_valid_topology_is_read_and_keeps_servers_apart(user: Mapping) -> None:
    topology = read_topology(user)
    assert [server.name for server in topology.servers] == [entry["name"] for entry in user["servers"]]
    for entry, server in zip(user["servers"], topology.servers):
        assert server.role == entry["role"] and server.role in ROLES
        if entry["port"] == "auto":
            assert server.port == NO_PORT
        else:
            assert server.port == entry["port"] and PORTS[0] <= server.port <= PORTS[1]
            assert server.export_id == entry.get("export_id", entry["port"])
        assert topology.data_root.holds(server.directory) and server.directory != topology.data_root
    _assert_apart(topology)


def _assert_apart(topology: Topology) -> None:
    count = len(topology.servers)
    for field in ("name", "export_id", "directory"):
        assert len({getattr(server, field) for server in topology.servers}) == count
    ports = [server.port for server in topology.servers if server.port != NO_PORT]
    assert len(set(ports)) == len(ports)
    for server in topology.servers:
        assert not any(
            server.directory.holds(other.directory) for other in topology.servers if other.name != server.name
        )


@FEW
@given(st.data(), topologies())
def test_topology_with_one_wrong_field_names_server_and_field(data: st.DataObject, user: Mapping) -> None:
    entry = data.draw(st.sampled_from(user["servers"]))
    field, value = data.draw(
        st.sampled_from([("port", 80), ("role", "spare"), ("export_options", "fsid=1"), ("nfs_server", "x")])
    )
    entry[field] = value
    (problem,) = problems(user)
    assert problem.startswith(f"server {entry['name']}: {field}: ")


@QUICK
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["servers", "changes", "defaults", "name", "port", "role", "sync", "directory"]), inner
            ),
        ),
    )
)
def test_any_data_is_read_or_refused(user: t.Any) -> None:
    try:
        read_topology(user)
    except SimulatorError as error:
        assert error.details["problems"]


def test_unfs3_refuses_what_it_cannot_honour_by_name() -> None:
    assert "export_id: unfs3 has no file system id" in problems(one(nfs_server="unfs3", export_id=5))[0]
    assert "fsid=5" in problems(one(nfs_server="unfs3", export_options="rw,fsid=5"))[0]


@pytest.mark.parametrize("cpu", ["1m", "9m", "0.009"])
def test_cpu_limit_that_podman_refuses(cpu: str) -> None:
    """Refused before anything is touched, not when the old pod is gone and the new one cannot be made."""
    limits = {"requests": {"cpu": "1m"}, "limits": {"cpu": cpu}}
    with pytest.raises(SimulatorError, match=r"server nas-input-1: resources.agent.limits.cpu: .* less than 10m"):
        read_topology({"changes": [{"name": "nas-input-1", "resources": {"agent": limits}}]})


@pytest.mark.parametrize(
    ("one_way", "another"),
    [
        ({"resources": {"server": {"limits": {"memory": "256Mi"}}}}, {"resources": {"server": {"limits": {"memory": "262144Ki"}}}}),
        ({"resources": {"agent": {"requests": {"cpu": "0.1"}}}}, {"resources": {"agent": {"requests": {"cpu": "100m"}}}}),
        ({"storage": {"size_limit": "1Gi"}}, {"storage": {"size_limit": 2**30}}),
        ({"clients": ["192.0.2.7", "10.0.0.0/8"]}, {"clients": ["10.0.0.0/8", "192.0.2.7/32", "10.0.0.0/8"]}),
        ({"sync": {"max_deletions": 50, "interval": 5}}, {"sync": {"max_deletions": "050", "interval": "5"}}),
        ({"directory": "C:/other/in"}, {"directory": "c:\\other\\in\\"}),
        ({"directory": "nas-input-1"}, {"directory": "C:\\simulator-data\\nas-input-1"}),
        ({"export_options": "rw,sync,no_root_squash"}, {"export_options": "no_root_squash, rw"}),
        ({"export": {"root": {"mode": "0775", "owner": 5}}}, {"export": {"root": {"mode": "775", "owner": "5"}}}),
        ({"enabled": "yes", "role": "input"}, {"enabled": True}),
    ],
)  # fmt: skip
def test_what_means_the_same_is_the_same(one_way: Mapping, another: Mapping) -> None:
    assert read_topology(one(**one_way)) == read_topology(one(**another))


@pytest.mark.parametrize("data_root", ["C:/tests/x", "c:\\tests\\x\\", "C:\\tests/x"])
def test_data_root_is_the_same_however_it_is_written(data_root: str) -> None:
    assert read_topology({"data_root": data_root}) == read_topology({"data_root": "C:\\tests\\x"})
