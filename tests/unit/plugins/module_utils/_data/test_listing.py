# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is listed of a server, what is left out, and what waiting for files comes to."""

from __future__ import annotations

import hashlib
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._data import listing
from ansible_collections.file_simulator.nas.plugins.module_utils._data.listing import Query, Wanted, look
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Entry, NasError

from ...fake_nas import FakeNas


@pytest.fixture
def nas() -> FakeNas:
    nas = FakeNas()
    nas.tree = {
        "a.csv": b"first",
        "orders": None,
        "orders/b.csv": b"second, of several parts",
        "orders/b.done": b"",
        "orders/deep": None,
        "orders/deep/c.csv": b"third",
    }
    return nas


def paths(nas: FakeNas, **query: t.Any) -> list[str]:
    return [each.path for each in look(nas, Query(**query))[0]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["a.csv", "orders/b.csv", "orders/b.done", "orders/deep/c.csv"]),
        ({"recurse": False}, ["a.csv"]),
        ({"kind": "directory"}, ["orders", "orders/deep"]),
        ({"kind": "", "recurse": False}, ["a.csv", "orders"]),
        ({"patterns": ("*.csv",)}, ["a.csv", "orders/b.csv", "orders/deep/c.csv"]),
        ({"patterns": ("orders/*.csv",)}, ["orders/b.csv", "orders/deep/c.csv"]),
        ({"top": "orders"}, ["orders/b.csv", "orders/b.done", "orders/deep/c.csv"]),
        ({"top": "orders", "patterns": ("deep/*", "*.done")}, ["orders/b.done", "orders/deep/c.csv"]),
        ({"top": "nowhere"}, []),
    ],
    ids=str,
)
def test_what_is_listed(nas: FakeNas, query: dict[str, t.Any], expected: list[str]) -> None:
    assert paths(nas, **query) == expected


def test_links_are_not_followed_and_not_read(nas: FakeNas) -> None:
    nas.links = {"a.csv"}
    assert "a.csv" not in paths(nas)
    ((path, _entry, sha256, content),) = look(nas, Query(kind="link", content=True))[0]
    assert (path, sha256, content) == ("a.csv", None, None)


def test_content_and_checksum_are_of_one_reading(nas: FakeNas) -> None:
    nas.sizes["a.csv"] = 3  # it was shorter when it was listed
    (seen,) = look(nas, Query(recurse=False, content=True))[0]
    assert (seen.entry.size, seen.content) == (5, b"first")
    assert seen.sha256 == hashlib.sha256(b"first").hexdigest()
    (unread,) = look(nas, Query(recurse=False, checksum=False))[0]
    assert (unread.entry.size, unread.content, unread.sha256) == (3, None, None)


def test_long_content_is_not_returned(nas: FakeNas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LARGEST_CONTENT", 8)
    found = {each.path: each.content for each in look(nas, Query(content=True))[0]}
    assert found["a.csv"] == b"first" and found["orders/b.csv"] is None


def test_what_is_being_written_is_left_out(nas: FakeNas) -> None:
    nas.tree[".~nas-sync-0123456789abcdef.tmp"] = b"fir"
    nas.tree[".~nas-sync-mine.tmp"] = b"a tester's"
    assert paths(nas, recurse=False) == [".~nas-sync-mine.tmp", "a.csv"]


def test_what_goes_meanwhile_is_left_out(nas: FakeNas, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = nas.entries

    def gone_after_the_listing(directory: str = "") -> list[Entry]:
        found = listed(directory)
        nas.tree = {path: content for path, content in nas.tree.items() if path == "a.csv" or content is None}
        del nas.tree["orders"]
        return found

    monkeypatch.setattr(nas, "entries", gone_after_the_listing)
    assert paths(nas) == ["a.csv"]


def test_error_names_the_file(nas: FakeNas) -> None:
    nas.refuses["read"] = 5
    with pytest.raises(NasError, match=r"^a\.csv: read refused"):
        look(nas, Query())


def test_waits_until_there_are_enough(nas: FakeNas, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, turns = nas.entries, []

    def one_more_each_time(directory: str = "") -> list[Entry]:
        turns.append(directory)
        nas.tree[f"{len(turns)}.report"] = b"x"
        return listed(directory)

    monkeypatch.setattr(nas, "entries", one_more_each_time)
    found, missing = look(nas, Query(recurse=False, wanted=Wanted("*.report", 3, 20)))
    assert missing == "" and len(turns) == 3
    assert [each.path for each in found] == ["1.report", "2.report", "3.report", "a.csv"]


def test_what_did_not_come_is_told_with_what_is_there(nas: FakeNas) -> None:
    found, missing = look(nas, Query(patterns=("*.csv",), wanted=Wanted("*.done", 2, 0.01)))
    assert missing == (
        "1 of 2 files that match '*.done' after 10 ms; it has a.csv, orders/b.csv, orders/b.done, orders/deep/c.csv"
    )
    assert [each.path for each in found] == ["a.csv", "orders/b.csv", "orders/deep/c.csv"]
    nas.tree = {}
    assert look(nas, Query(wanted=Wanted("*", 1, 0)))[1] == "0 of 1 file that match '*' after 0 s; it has no file"
