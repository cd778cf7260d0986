# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of servers and directories: near to production's, and such that DNS, Kubernetes and Windows can hold them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold, name_problem
from ansible_collections.file_simulator.nas.plugins.module_utils._production.naming import (
    can_be_alias,
    server_names,
    subdirectories,
)


@pytest.mark.parametrize(
    ("hosts", "names"),
    [
        (["nas01.corp.example", "nas02"], ["nas01", "nas02"]),
        (["nas.a.example", "nas.b.example"], ["nas-a-example", "nas-b-example"]),
        (["nas.a.example", "nas"], ["nas-a-example", "nas"]),
        (["my_nas", "7up", "con.example", "10.0.0.1"], ["my-nas", "nas-7up", "nas-con", "nas-10-0-0-1"]),
        (["a_b", "a-b"], ["a-b-28cb39ea", "a-b-35c2229e"]),
    ],
)
def test_servers(hosts: list[str], names: list[str]) -> None:
    found = server_names(hosts)
    assert [found[host] for host in hosts] == names


@pytest.mark.parametrize(
    ("paths", "directories"),
    [
        (["/vol/in1", "/vol/out1"], ["in1", "out1"]),
        (["/vol/a/data", "/vol/b/data", "/c"], ["vol-a-data", "vol-b-data", "c"]),
        (["/vol/In", "/srv/in"], ["vol-In", "srv-in"]),
        (["/vol/a:b", "/vol/nul", "/vol/c."], ["a-b", "nas-nul", "c"]),
        (["/x/.file-simulator.json"], ["nas-.file-simulator.json"]),
        (["/"], [""]),
    ],
)
def test_directories(paths: list[str], directories: list[str]) -> None:
    found = subdirectories(paths)
    assert [found[path] for path in paths] == directories


def test_what_can_be_an_alias() -> None:
    assert [can_be_alias(host) for host in ("nas01.corp.example", "my_nas", "10.0.0.1", "localhost", "fd00::1")] == [
        True, False, False, False, False,
    ]  # fmt: skip


# Few letters, so that they often collide.
HOSTS = st.text("aB1_-.", min_size=1, max_size=70).map(lambda text: f"a{text}a".lower())
PATHS = st.lists(st.text("aA.:-~", min_size=1, max_size=90), min_size=1, max_size=3).map(
    lambda names: "/" + "/".join(name for name in names if name.strip(".")) or "/"
)


@given(st.sets(HOSTS, max_size=8))
def test_servers_names_are_names_and_differ(hosts: set[str]) -> None:
    names = server_names(hosts)
    assert names == server_names(sorted(hosts, reverse=True))
    assert len(set(names.values())) == len(hosts)
    assert not [name for name in names.values() if name_problem(name) or name[0] not in string.ascii_lowercase]
    if hosts:
        read_topology({"servers": [{"name": name, "role": "input"} for name in names.values()]})


@given(st.sets(PATHS, max_size=8))
def test_directories_are_names_and_differ_to_windows(paths: set[str]) -> None:
    found = subdirectories(paths)
    assert found == subdirectories(sorted(paths, reverse=True))
    assert len({fold(name) for name in found.values()}) == len(paths)
    assert not [name for path, name in found.items() if path != "/" and name_problem(name)]


def test_a_name_that_is_a_label_is_kept() -> None:
    assert server_names(["a--0.halden.example"]) == {"a--0.halden.example": "a--0"}
