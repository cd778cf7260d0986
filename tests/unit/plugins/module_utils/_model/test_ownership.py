# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Owners and permissions of an export's root and of what comes from Windows, as a topology says them."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.ownership import (
    FileOwnership,
    Ownership,
    RootOwnership,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ...strategies import QUICK


def read(export: t.Any, common: t.Any = None) -> Ownership:
    topology = {"defaults": {"export": common}, "changes": [{"name": "nas-input-1", "export": export}]}
    return read_topology(topology).servers[0].ownership


def problem(export: t.Any) -> str:
    with pytest.raises(SimulatorError) as refusal:
        read(export)
    (only,) = refusal.value.details["problems"]
    return str(only)


def test_nothing_said() -> None:
    for server in read_topology(None).servers:
        assert server.ownership == Ownership(RootOwnership(), FileOwnership())
    assert RootOwnership() == RootOwnership(owner=None, group=None, mode=None)


def test_everything_said() -> None:
    found = read(
        {
            "root": {"owner": 1000, "group": "2000", "mode": "2775"},
            "files": {"owner": "0", "group": 2**32 - 2, "file_mode": "0664", "directory_mode": "02775"},
        }
    )
    assert found.root == RootOwnership(1000, 2000, 0o2775)
    assert found.files == FileOwnership(0, 2**32 - 2, 0o664, 0o2775)


def test_own_fields_win_over_those_for_all() -> None:
    common = {"root": {"owner": 1, "group": 2}, "files": {"group": 3}}
    found = read({"root": {"group": 5, "mode": "0770"}, "files": {"file_mode": "640"}}, common)
    assert found == Ownership(RootOwnership(1, 5, 0o770), FileOwnership(None, 3, 0o640, None))


@pytest.mark.parametrize("nothing", [None, {}, {"root": None}, {"files": {}}, {"root": {"mode": None, "owner": None}}])
def test_empty_is_as_nothing_said(nothing: t.Any) -> None:
    assert read(nothing) == Ownership(RootOwnership(), FileOwnership())


@pytest.mark.parametrize("field", ["root.mode", "files.file_mode", "files.directory_mode"])
@pytest.mark.parametrize(
    ("unquoted", "advice"),
    [
        (0o775, 'quote it: KEY: "0775"'),
        (0o2775, 'quote it: KEY: "02775" or KEY: "1533", whichever was written'),
        (0o644, 'quote it: KEY: "0644" or KEY: "420", whichever was written'),
        (2775, 'quote it: KEY: "05327" or KEY: "2775", whichever was written'),
        (7777, 'quote it: KEY: "7777"'),
        (0, "put the octal digits in quotes, such as '2775'"),
        (7.75, "put the octal digits in quotes, such as '2775'"),
        (9999, "put the octal digits in quotes, such as '2775'"),
    ],
)
def test_mode_that_yaml_has_read_as_a_number(field: str, unquoted: t.Any, advice: str) -> None:
    part, key = field.split(".")
    expected = f"server nas-input-1: export.{field}: {unquoted} is a number; {advice.replace('KEY', key)}"
    assert problem({part: {key: unquoted}}) == expected


@pytest.mark.parametrize("mode", ["9", "789", "77", "17777", "", "u=rwx,g=rws", "rwxrwxr-x", "0x1ff", " 0775", "\u0660775", True, []])  # fmt: skip
def test_what_is_no_mode(mode: t.Any) -> None:
    said = problem({"root": {"mode": mode}})
    assert said.startswith("server nas-input-1: export.root.mode: ") and "octal digits" in said


@pytest.mark.parametrize("field", ["root.owner", "root.group", "files.owner", "files.group"])
@pytest.mark.parametrize("name", ["tester", "www-data", "1000 ", "S-1-5-21", ""])
def test_name_in_place_of_an_id(field: str, name: str) -> None:
    part, key = field.split(".")
    said = problem({part: {key: name}})
    assert said == (
        f"server nas-input-1: export.{field}: '{name}' is no number; give the numeric id that the clients use, "
        "such as 1000: the server does not know their names"
    )


@pytest.mark.parametrize("identity", [-1, 2**32 - 1, 2**64, True, 1.5, [1000]])
def test_what_is_no_id(identity: t.Any) -> None:
    assert problem({"files": {"owner": identity}}).startswith("server nas-input-1: export.files.owner: ")


@pytest.mark.parametrize(
    ("export", "where"),
    [({"rot": {}}, "export.rot"), ({"root": {"file_mode": "0644"}}, "export.root.file_mode"), ({"files": {"mode": "0644"}}, "export.files.mode")],
)  # fmt: skip
def test_unknown_key(export: t.Any, where: str) -> None:
    assert problem(export).startswith(f"server nas-input-1: {where}: unknown key; known are ")


@QUICK
@given(st.integers(0, 0o7777), st.booleans())
def test_any_mode_is_read_as_the_file_module_reads_it(mode: int, zero: bool) -> None:
    text = f"{'0' if zero else ''}{mode:03o}"
    assert read({"root": {"mode": text}}).root.mode == mode == int(text, 8)
