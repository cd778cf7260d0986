# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be on the disks after a power cut, and what may not."""

from __future__ import annotations

import typing as t

import pytest

from ...power_cut.promises import Promises


def promises(mode: str = "two_way", *, volatile: bool = False) -> Promises:
    return Promises("nas-1", mode, volatile=volatile)


def write(
    made: Promises, number: int, path: str, digest: str, *, origin: str = "nas", done: bool = True, **how: t.Any
) -> None:
    change = {"path": path, "digest": digest, "lasting": True, "torn": False, "source": "", **how}
    made.begin(number, origin, [change])
    if done:
        made.done(number)


def test_what_was_stable_must_be_there() -> None:
    made = promises()
    write(made, 1, "a", "one")
    assert made.lost({}, {"a": "one"}) == []
    assert made.lost({}, {}) == ["nas-1: nas: a: absent, not one"]
    assert made.lost({}, {"a": "two"}) == ["nas-1: nas: a: two, not one"]


def test_a_change_that_is_undone_counts_once_however_often_one_looks() -> None:
    """A server that does not run is looked at after each of the next cuts, too."""
    made = promises()
    write(made, 1, "a", "one")
    write(made, 2, "a", "two", lasting=False)
    for _ in range(3):
        assert made.lost({}, {"a": "one"}) == []
    assert made.counts["undone"] == 1


def test_what_came_later_may_be_there() -> None:
    made = promises()
    write(made, 1, "a", "one")
    write(made, 2, "a", "two", lasting=False)
    write(made, 3, "a", "three", done=False)
    for found in ("one", "two", "three"):
        assert made.lost({}, {"a": found}) == []


def test_a_write_in_flight_may_leave_a_part_where_it_is_written_alone() -> None:
    made = promises()
    write(made, 1, "a", "one", done=False, torn=True)
    assert made.lost({}, {"a": "part"}) == []
    made = promises()
    write(made, 1, "a", "one", done=False, torn=True)
    assert made.lost({"a": "part"}, {}) == ["nas-1: windows: a: part, not absent or one"]


def test_renamed_content_has_one_of_its_names() -> None:
    def renamed() -> Promises:
        made = promises()
        write(made, 1, "a", "one")
        write(made, 2, "new", "two")
        removed = {"path": "new", "digest": "", "lasting": False, "torn": False, "source": ""}
        made.begin(3, "nas", [removed, {**removed, "path": "a", "digest": "two", "source": "new"}])
        made.done(3)
        return made

    assert renamed().lost({}, {"a": "two"}) == [] == renamed().lost({}, {"a": "one", "new": "two"})
    assert renamed().lost({}, {"a": "one"}) == ["nas-1: nas: new or a: one, not two"]


@pytest.mark.parametrize("origin", ["nas", "windows"])
def test_both_sides_agree_in_the_end(origin: str) -> None:
    made = promises()
    write(made, 1, "a", "one", origin=origin)
    assert made.unfinished({"a": "one"}, {"a": "one"}) == []
    assert made.unfinished({"a": "one"}, {}) and made.unfinished({}, {"a": "one"}) and made.unfinished({}, {})


def test_second_versions_are_somebody_s() -> None:
    made = promises()
    write(made, 1, "a.txt", "one")
    assert made.lost({"a.conflict-nas.txt": "one"}, {"a.txt": "one"}) == []
    assert made.lost({"a.conflict-nas.txt": "part"}, {"a.txt": "one"})
    assert made.lost({"b": "one"}, {"a.txt": "one"}) == ["nas-1: windows: b: nobody has written that"]
    assert made.lost({".file-simulator.json": "x", ".~nas-sync-0123456789abcdef.tmp": "x"}, {"a.txt": "one"}) == []


def test_an_export_that_is_lost_leaves_what_the_agent_said_is_in_windows() -> None:
    made = promises("nas_to_windows", volatile=True)
    write(made, 1, "a", "one")
    assert made.lost({}, {}) == []
    made.carried(1)
    write(made, 2, "a", "two")
    assert made.lost({"a": "one"}, {}) == [] == made.lost({"a": "two"}, {})
    assert made.lost({"a": "a tester's own", "a.conflict-nas": "one"}, {}) == []
    assert made.lost({}, {}) == ["nas-1: windows: a: absent, not one or two"]


def test_a_removal_need_not_be_in_windows_when_nothing_waits() -> None:
    made = promises("nas_to_windows", volatile=True)
    write(made, 1, "a", "one")
    write(made, 2, "a", "", lasting=False)
    made.carried(2)
    assert made.lost({"a": "one"}, {}) == [] == made.lost({}, {})


def test_the_next_start_goes_on_from_what_is_there() -> None:
    made = promises()
    write(made, 1, "a", "one", done=False)
    assert made.lost({}, {"a": "one"}) == []
    made.settle({"a": "one"}, {"a": "one"})
    assert made.lost({}, {})
