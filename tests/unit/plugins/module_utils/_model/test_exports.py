# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exports of a server: what is read, which ids they have, and every refusal with export and field named."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import parse_export_options
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import Export
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ...strategies import QUICK, windows_names

Mapping = dict[str, t.Any]


def only(*exports: Mapping, **fields: t.Any) -> Server:
    server = {"name": "nas01-input", "port": 32150, "exports": list(exports), **fields}
    (read,) = read_topology({"servers": [server]}).servers
    return read


def refused(*exports: t.Any, **fields: t.Any) -> str:
    with pytest.raises(SimulatorError) as refusal:
        only(*exports, **fields)
    (problem,) = refusal.value.details["problems"]
    return str(problem)


def test_server_without_exports_has_its_whole_tree_at_data() -> None:
    for number, server in enumerate(read_topology(None).servers, start=1):
        assert server.exports == (Export("/data", "", server.export, number),)
        assert (server.export, server.export_id) == (server.exports[0].options, number)


def test_exports_are_in_the_users_order_with_what_the_server_says_of_all() -> None:
    server = only(
        {"path": "/vol/in1", "subdirectory": "in1"},
        {"path": "/vol/in2", "subdirectory": r"deep\in2", "export_options": "ro", "export_id": 17},
        export_options="rw,all_squash",
    )
    assert [(each.path, each.subdirectory) for each in server.exports] == [
        ("/vol/in1", "in1"),
        ("/vol/in2", "deep/in2"),
    ]
    assert [each.options for each in server.exports] == [
        parse_export_options("rw,all_squash"),
        parse_export_options("ro"),
    ]
    assert server.exports[1].export_id == 17
    assert server.export == server.exports[0].options


def test_ids_follow_from_server_and_path_and_not_from_the_order() -> None:
    first, second = {"path": "/vol/in1", "subdirectory": "in1"}, {"path": "/vol/in2", "subdirectory": "in2"}
    ids = {each.path: each.export_id for each in only(first, second).exports}
    assert len(set(ids.values())) == 2
    assert {each.path: each.export_id for each in only(second, first).exports} == ids
    assert only(first, port=32151).exports[0].export_id == ids["/vol/in1"], "another port is no other file system"


def test_export_at_data_keeps_the_servers_id_when_others_come_beside_it() -> None:
    alone = only({"path": "/data"})
    assert alone.exports == only(**{"exports": [{"path": "/data"}]}).exports
    beside = only({"path": "/data", "subdirectory": "a"}, {"path": "/vol/in1", "subdirectory": "in1"})
    assert beside.exports[0].export_id == alone.export_id == 32150
    assert only({"path": "/data"}, export_id=9).export_id == 9


@pytest.mark.parametrize(
    "path", ["/", "/a", "/vol/in1", "/ifs/data/nas-01_x.y", "/exports/a~b@c%d:e=f,g+h", "/" + "x" * 255]
)
def test_path_is_taken_as_it_is(path: str) -> None:
    assert only({"path": path}).exports[0].path == path


@pytest.mark.parametrize(
    ("export", "message"),
    [
        ({}, "path: is missing; write what clients mount, for example /vol/in1"),
        ({"path": "vol/in1"}, "path: 'vol/in1' is no absolute path; write for example /vol/in1"),
        ({"path": ""}, "path: '' is no absolute path"),
        ({"path": None}, "path: None is no absolute path"),
        ({"path": 5}, "path: 5 is no absolute path"),
        ({"path": "/vol/../etc"}, r"path: '/vol/\.\./etc' has '\.\.'; write the path that it leads to"),
        ({"path": "/.."}, r"path: '/\.\.' has '\.\.'"),
        ({"path": "/vol/in1/"}, "path: '/vol/in1/' has more than it needs; write '/vol/in1'"),
        ({"path": "//vol/in1"}, "path: '//vol/in1' has more than it needs; write '/vol/in1'"),
        ({"path": "/vol/./in1"}, "path: '/vol/./in1' has more than it needs; write '/vol/in1'"),
        ({"path": "/vol/in 1"}, "path: '/vol/in 1' has other characters than"),
        ({"path": '/vol/"in1'}, "path: .* has other characters than"),
        ({"path": "/vol/in1\n"}, "path: .* has other characters than"),
        ({"path": "/vol/über"}, "path: '/vol/über' has other characters than"),
        ({"path": "/vol/$(id)"}, "path: .* has other characters than"),
        ({"path": "/vol;x"}, "path: .* has other characters than"),
        ({"path": "/" + "x" * 256}, "path: .* is too long"),
        ({"path": "/xxx" * 257}, "path: .* is too long; 1024 characters, 255 in a name"),
        ({"path": "/a", "subdirectory": r"..\b"}, r"subdirectory: .*'\.\.' is no name"),
        ({"path": "/a", "subdirectory": "/b"}, r"subdirectory: '/b' is no path below C:\\simulator-data\\nas01-input"),
        ({"path": "/a", "subdirectory": r"C:\b"}, "subdirectory: .* is no path below"),
        ({"path": "/a", "subdirectory": None}, "subdirectory: None is no path below"),
        ({"path": "/a", "subdirectory": 5}, "subdirectory: YAML reads it as the number 5"),
        ({"path": "/a", "subdirectory": "nul"}, "subdirectory: 'nul': 'nul' is a device name"),
        ({"path": "/a", "subdirectory": "a\tb"}, "subdirectory: a backslash in double quotes begins an escape"),
        (
            {"path": "/a", "subdirectory": "x/.nfs0123456789abcdef"},
            "subdirectory: '.nfs0123456789abcdef' is a name that",
        ),
        ({"path": "/a", "subdirectory": ".File-Simulator.json"}, "subdirectory: '.File-Simulator.json' is a name that"),
        ({"path": "/a", "export_id": 0}, r"export_id: 0 is outside 1\.\.65535"),
        ({"path": "/a", "export_options": "sync"}, "export_options: 'sync' says neither rw nor ro"),
    ],
)
def test_export_is_refused(export: Mapping, message: str) -> None:
    problem = refused(export)
    assert re.search(rf"^server nas01-input: exports\[1\]\.{message}", problem, re.DOTALL), problem


@pytest.mark.parametrize(
    ("exports", "message"),
    [
        ([], "exports: expected a list of exports; leave it out for one, /data"),
        ("/data", "exports: expected a list of exports"),
        (None, "exports: expected a list of exports"),
        ({"path": "/data"}, "exports: expected a list of exports"),
        (["/data"], r"exports\[1\]: expected a mapping, got '/data'"),
        (
            [{"path": "/a", "subdir": "a"}],
            r"exports\[1\]\.subdir: unknown key; known are export_id, export_options, path",
        ),
    ],
)
def test_list_is_refused(exports: t.Any, message: str) -> None:
    assert re.search(f"^server nas01-input: {message}", refused(exports=exports))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("/a a", "/a b", r"path: /a and /a are the same or lie in each other; choose another"),
        ("/a a", "/a/b b", r"path: /a/b and /a are the same or lie in each other"),
        ("/a/b a", "/a b", r"path: /a and /a/b are the same"),
        ("/ a", "/b b", r"path: /b and / are the same"),
        (
            "/a a",
            "/b a",
            r"subdirectory: 'a' and 'a' \(/a\) are the same or lie in each other; each export needs its own",
        ),
        ("/a a", "/b A", r"subdirectory: 'A' and 'a' \(/a\) are the same"),
        ("/a a", "/b a/c", r"subdirectory: 'a/c' and 'a' \(/a\) are the same"),
        ("/a a/c", "/b a", r"subdirectory: 'a' and 'a/c' \(/a\) are the same"),
        ("/a ", "/b b", r"subdirectory: 'b' and the whole directory \(/a\) are the same or lie in each other"),
        ("/a b", "/b ", r"subdirectory: the whole directory and 'b' \(/a\) are the same"),
    ],
)
def test_exports_that_lie_in_each_other(first: str, second: str, message: str) -> None:
    exports = [dict(zip(("path", "subdirectory"), each.split(" "))) for each in (first, second)]
    problem = refused(*exports)
    assert re.search(rf"^server nas01-input: exports\[2\]\.{message}", problem, re.DOTALL), problem


def test_exports_beside_each_other_are_fine() -> None:
    exports = ({"path": "/a", "subdirectory": "a"}, {"path": "/ab", "subdirectory": "ab"})
    assert len(only(*exports).exports) == 2


def test_same_id_of_two_exports_is_refused_in_one_server_and_between_two() -> None:
    first, second = ({"path": f"/{name}", "subdirectory": name, "export_id": 5} for name in "ab")
    assert refused(first, second) == (
        "server nas01-input: exports[2].export_id: 5 is also that of nas01-input; fsids follow from it and must differ"
    )
    servers = [{"name": f"nas-{number}", "role": "input", "exports": [first]} for number in (1, 2)]
    with pytest.raises(SimulatorError, match="server nas-2: export_id: 5 is also that of nas-1"):
        read_topology({"servers": servers})


def test_servers_id_without_the_export_that_has_it_is_refused() -> None:
    assert "export_id: is that of /data, which is not exported" in refused({"path": "/vol/in1"}, export_id=5)


class TestUnfs3:
    def test_exports_several_directories(self) -> None:
        exports = ({"path": "/vol/in1", "subdirectory": "a"}, {"path": "/vol/in2", "subdirectory": "b"})
        assert len(only(*exports, nfs_server="unfs3").exports) == 2

    @pytest.mark.parametrize("path", ["/", "/etc", "/etc/x", "/mnt/x", "/export/data"])
    def test_refuses_paths_that_its_container_has(self, path: str) -> None:
        assert "exports[1].path: unfs3 has directories of its own at" in refused({"path": path}, nfs_server="unfs3")

    def test_refuses_ids(self) -> None:
        problem = refused({"path": "/vol/in1", "export_id": 5}, nfs_server="unfs3")
        assert "exports[1].export_id: unfs3 has no file system id" in problem


@QUICK
@given(st.lists(windows_names, min_size=1, max_size=4), st.sampled_from("/\\"))
def test_subdirectory_is_what_windows_can_hold(parts: list[str], separator: str) -> None:
    text = separator.join(parts)
    try:
        (export,) = only({"path": "/a", "subdirectory": text}).exports
    except SimulatorError as error:
        # Such as a letter and a colon, or a name with which YAML mangled an escape.
        assert "exports[1].subdirectory: " in error.message
    else:
        assert export.subdirectory == "/".join(parts)


@QUICK
@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_path_is_taken_as_it_is_or_refused_in_one_line(path: str) -> None:
    try:
        assert only({"path": path}).exports[0].path == path
    except SimulatorError as error:
        assert error.message.startswith("topology: server nas01-input: exports[1].path: ")
        assert error.message.isprintable()
    else:
        assert path.startswith("/") and ".." not in path.split("/") and path.isascii() and path.isprintable()
