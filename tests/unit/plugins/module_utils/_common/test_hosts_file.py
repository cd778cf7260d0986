# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a hosts file: the block of an instance in it, and names that lead elsewhere already."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.hosts_file import Entry, clashes, with_block

OTHERS = "127.0.0.1 localhost\n# mine\n192.0.2.9\tother Other.corp.example # a note\n"
ENTRIES = [Entry("10.0.0.7", ["nas01.corp.example", "nas01"]), Entry("10.0.0.8", ["nas02.corp.example"])]
BEGIN = "# BEGIN NAS servers of the file simulator, instance orders\n"
END = "# END NAS servers of the file simulator, instance orders\n"
BLOCK = BEGIN + "10.0.0.7 nas01.corp.example\n10.0.0.7 nas01\n10.0.0.8 nas02.corp.example\n" + END


@pytest.mark.parametrize("text", ["", OTHERS, "127.0.0.1 localhost"])
def test_a_block_is_added_changed_and_removed(text: str) -> None:
    whole = text + ("\n" if text and not text.endswith("\n") else "")
    added = with_block(text, "orders", ENTRIES)
    assert added == whole + BLOCK
    assert with_block(added, "orders", ENTRIES) == added
    moved = with_block(added + "192.0.2.1 later\n", "orders", [Entry("10.0.0.9", ["nas01"])])
    assert moved == whole + BEGIN + "10.0.0.9 nas01\n" + END + "192.0.2.1 later\n"
    assert with_block(moved, "orders", []) == whole + "192.0.2.1 later\n"
    assert with_block(text, "orders", []) == whole


def test_a_block_in_front_stays_in_front() -> None:
    assert with_block(BLOCK + OTHERS, "orders", ENTRIES[1:]) == (BEGIN + "10.0.0.8 nas02.corp.example\n" + END + OTHERS)


def test_the_block_of_another_instance_stays() -> None:
    both = with_block(with_block(OTHERS, "orders", ENTRIES), "orders-2", ENTRIES[1:])
    assert with_block(both, "orders-2", []) == OTHERS + BLOCK
    assert with_block(both, "orders", []).startswith(
        OTHERS + "# BEGIN NAS servers of the file simulator, instance orders-2\n"
    )


def test_two_blocks_of_one_instance_become_one() -> None:
    assert with_block(BLOCK + OTHERS + BLOCK, "orders", ENTRIES) == OTHERS + BLOCK


def test_names_that_lead_elsewhere() -> None:
    text = (
        OTHERS
        + "192.0.2.1 x NAS01.Corp.Example. # nas02.corp.example\n"
        + with_block("", "test", [Entry("10.0.0.1", ["nas01"])])
    )
    assert clashes(text, "orders", ENTRIES) == [
        "nas01.corp.example is to lead to 10.0.0.7, and leads to 192.0.2.1 already (in line 4)",
        "nas01 is to lead to 10.0.0.7, and leads to 10.0.0.1 already (in line 6, of instance test)",
    ]


def test_what_is_no_clash() -> None:
    same = "10.0.0.7 nas01\n#192.0.2.1 nas02.corp.example\n192.0.2.1\n\n"
    assert clashes(same, "orders", ENTRIES) == []
    assert clashes(with_block(OTHERS, "orders", [Entry("10.0.0.1", ["nas01"])]), "orders", ENTRIES) == [], (
        "its own block"
    )
    assert clashes("10.0.0.1 a.nas nas01\n", "orders", ENTRIES, own=["a.nas"]) == [], "its own line, unmarked"
    assert clashes(BLOCK, "orders", []) == []
