# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laying out directories: what is decided from what the disk shows, and how it is done."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import layout
from ansible_collections.file_simulator.nas.plugins.module_utils._windows import layout_plan as plan
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import read_marker, write_marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import (
    Claim,
    Observed,
    Place,
    Step,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker

from ...strategies import QUICK

CLAIM = Claim("one", ["new-0", "new-1", "new-2"])


def seen(server: str, *, exists: bool = True, empty: bool = True, marker: bool = False, known: str = "") -> Observed:
    place = Place(server, f"C:\\data\\{server}", f"/drives/c/data/{server}")
    return Observed(place, exists, empty, Marker(server, known or "g", True, "one") if marker else None, known)


def shown(steps: t.Sequence[Step]) -> list[tuple[str, str]]:
    return [(step.verb, step.place.server) for step in steps]


class TestObserve:
    def observe(self, path: Path, known: str = "") -> Observed:
        return layout.observe(Place("nas-1", r"C:\x", str(path)), {str(path): known} if known else {})

    def test_missing(self, tmp_path: Path) -> None:
        found = self.observe(tmp_path / "none", "g")
        assert (found.exists, found.empty, found.marker, found.known) == (False, True, None, "g")

    def test_empty(self, tmp_path: Path) -> None:
        found = self.observe(tmp_path)
        assert (found.exists, found.empty, found.marker, found.known) == (True, True, None, "")

    def test_marked_and_filled(self, tmp_path: Path) -> None:
        marker = Marker("nas-1", "g", True)
        write_marker(str(tmp_path), marker)
        assert (self.observe(tmp_path).empty, self.observe(tmp_path).marker) == (True, marker)
        (tmp_path / "a").write_text("")
        assert self.observe(tmp_path).empty is False

    @pytest.mark.parametrize("kind", ["file", "dangling link", "pipe"])
    def test_something_else_stands_there(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "x"
        {
            "file": lambda: path.write_text(""),
            "dangling link": lambda: path.symlink_to("nowhere"),
            "pipe": lambda: os.mkfifo(path),
        }[kind]()
        with pytest.raises(SimulatorError, match=r"C:\\x \(.*\) is not a directory; move it away"):
            self.observe(path)

    def test_cannot_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(_path: str) -> t.NoReturn:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(layout.os, "scandir", denied)
        with pytest.raises(SimulatorError, match="cannot be read: Permission denied"):
            self.observe(tmp_path)

    @pytest.mark.parametrize(
        ("names", "empty"), [([], True), ([MARKER_NAME], True), (["a"], False), ([MARKER_NAME, "a"], False)]
    )
    def test_is_empty_but_for_the_marker(self, tmp_path: Path, names: list[str], empty: bool) -> None:
        for name in names:
            (tmp_path / name).write_text('{"server": "", "generation": "g", "created": true}')
        assert self.observe(tmp_path).empty is empty


class TestPlanPresent:
    def test_everything_is_made(self) -> None:
        steps = plan.plan_present([seen("", exists=False), seen("a", exists=False), seen("b")], CLAIM)
        assert shown(steps) == [("mark", ""), ("mark", "a"), ("mark", "b")]
        assert [step.marker.created for step in steps if step.marker] == [True, True, False]
        assert [step.marker.generation for step in steps if step.marker] == ["new-0", "new-1", "new-2"]
        assert {step.marker.instance for step in steps if step.marker} == {"one"}

    def test_what_is_marked_stays(self) -> None:
        assert plan.plan_present([seen("", marker=True), seen("a", marker=True, empty=False)], CLAIM) == []

    def test_marker_without_a_claim_gets_one_and_nothing_else(self) -> None:
        old = Observed(seen("a").place, True, False, Marker("a", "g", False), "g")
        (step,) = plan.plan_present([seen("", marker=True), old], CLAIM)
        assert step.marker == Marker("a", "g", False, "one")

    def test_directory_of_another_instance_is_refused_unless_taken_over(self) -> None:
        places = [seen("", marker=True), Observed(seen("a").place, True, False, Marker("a", "g", False, "two"), "g")]
        with pytest.raises(SimulatorError, match=r"is marked as that of 'a' of instance two; .* take_over: true"):
            plan.plan_present(places, CLAIM)
        (step,) = plan.plan_present(places, Claim("one", CLAIM.new_generations, take_over=True))
        assert step.marker == Marker("a", "new-1", False, "one")

    def test_what_another_instance_has_is_not_taken_away(self) -> None:
        places = [seen("", marker=True), Observed(seen("a").place, True, True, Marker("a", "g", True, "two"), "g")]
        steps = plan.plan("absent", places, CLAIM, force=True, whole=True)
        assert {step.place.server for step in steps} == {""}

    def test_directory_with_a_testers_files_is_marked(self) -> None:
        (step,) = plan.plan_present([seen("", marker=True), seen("a", empty=False)], CLAIM)
        assert step.marker and not step.marker.created

    def test_unmounted_data_root_is_refused(self) -> None:
        with pytest.raises(SimulatorError, match=r"was laid out before, and now it is empty: it is not mounted"):
            plan.plan_present([seen("", known="g"), seen("a", exists=False, known="g")], CLAIM)

    def test_unmounted_server_directory_is_refused_where_the_data_root_proves_nothing(self) -> None:
        with pytest.raises(SimulatorError, match="is not mounted"):
            plan.plan_present([seen("", exists=False), seen("a", known="g")], CLAIM)

    @pytest.mark.parametrize("empty", [True, False])
    def test_emptied_server_directory_gets_its_marker_back(self, empty: bool) -> None:
        (step,) = plan.plan_present([seen("", marker=True), seen("a", empty=empty, known="old")], CLAIM)
        assert step.marker and (step.marker.server, step.marker.generation) == ("a", "old")

    def test_emptied_directory_outside_the_data_root_is_refused(self) -> None:
        """The data root's marker says nothing of another drive: it may be an empty mount point."""
        outside = Observed(Place("a", r"D:\elsewhere", "/drives/d/elsewhere"), True, True, None, "old")
        with pytest.raises(SimulatorError, match="is not mounted"):
            plan.plan_present([seen("", marker=True), outside], CLAIM)

    @pytest.mark.parametrize("known", ["old", "old restored-before"])
    def test_directory_that_was_deleted_is_the_same_one_made_anew(self, known: str) -> None:
        (step,) = plan.plan_present([seen("", marker=True), seen("a", exists=False, known=known)], CLAIM)
        assert step.marker == Marker("a", "old", True, "one", restored="new-1")
        assert plan.remembered({"/drives/c/x": "kept"}, [step]) == {"/drives/c/x": "kept", step.place.path: "old new-1"}

    def test_emptied_directory_that_had_been_made_anew_comes_back_as_it_was(self) -> None:
        (step,) = plan.plan_present([seen("", marker=True), seen("a", known="old restored-before")], CLAIM)
        assert step.marker == Marker("a", "old", False, "one", restored="restored-before")

    def test_directory_that_nobody_remembers_is_a_new_one(self) -> None:
        (step,) = plan.plan_present([seen("", marker=True), seen("a", exists=False)], CLAIM)
        assert step.marker == Marker("a", "new-1", True, "one")

    def test_claim_of_one_that_was_made_anew_changes_nothing_else(self) -> None:
        old = Marker("a", "g", True, restored="r")
        (step,) = plan.plan_present([seen("", marker=True), Observed(seen("a").place, True, True, old, "g r")], CLAIM)
        assert step.marker == Marker("a", "g", True, "one", "r")

    def test_data_root_that_was_deleted_comes_back_with_all_that_was_in_it(self) -> None:
        steps = plan.plan_present([seen("", exists=False, known="r"), seen("a", exists=False, known="g")], CLAIM)
        shown = [(step.marker.generation, step.marker.restored) for step in steps if step.marker]
        assert shown == [("r", "new-0"), ("g", "new-1")]

    @pytest.mark.parametrize("owner", ["b", ""])
    def test_directory_of_another_server_is_refused(self, owner: str) -> None:
        place = seen("a").place
        with pytest.raises(SimulatorError, match=f"is marked as that of '{owner}'; give each server its own"):
            plan.plan_present([seen("", marker=True), Observed(place, True, True, Marker(owner, "g", True), "")], CLAIM)


class TestPlanAbsent:
    @pytest.mark.parametrize(
        ("empty", "created", "force", "verbs"),
        [
            (True, True, False, ["unmark", "remove"]),
            (True, False, False, ["unmark"]),
            (False, True, False, ["unmark"]),
            (False, False, False, ["unmark"]),
            (True, True, True, ["empty", "unmark", "remove"]),
            (False, True, True, ["empty", "unmark", "remove"]),
            (False, False, True, ["empty", "unmark"]),
        ],
    )
    def test_server_directory(self, empty: bool, created: bool, force: bool, verbs: list[str]) -> None:
        place = seen("a").place
        steps = plan.plan_absent([Observed(place, True, empty, Marker("a", "g", created), "g")], force)
        assert [step.verb for step in steps] == verbs

    @pytest.mark.parametrize("force", [True, False])
    def test_without_a_marker_nothing_is_touched(self, force: bool) -> None:
        assert plan.plan_absent([seen(""), seen("a", empty=False), seen("b", exists=False)], force) == []

    def test_data_root_goes_last(self) -> None:
        steps = plan.plan_absent([seen("", marker=True, empty=False), seen("a", marker=True)], False)
        assert shown(steps) == [("unmark", "a"), ("remove", "a"), ("unmark", ""), ("remove", "")]


class TestCarryOut:
    def test_empties_servers_wholly_and_the_data_root_of_files_alone(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "precious").write_text("")
        for name in ("root", "server"):
            (tmp_path / name / "directory").mkdir(parents=True)
            (tmp_path / name / "file").write_text("")
            (tmp_path / name / "link").symlink_to(outside)
            (tmp_path / name / MARKER_NAME).write_text("")
        layout.carry_out([Step("empty", Place("", "", str(tmp_path / "root")))])
        layout.carry_out([Step("empty", Place("a", "", str(tmp_path / "server")))])
        assert sorted(os.listdir(tmp_path / "root")) == [MARKER_NAME, "directory"]
        assert os.listdir(tmp_path / "server") == [MARKER_NAME]
        assert (outside / "precious").exists(), "a link was followed"

    def test_removes_no_directory_that_holds_something(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("")
        layout.carry_out([Step("remove", Place("a", "", str(tmp_path)))])
        assert (tmp_path / "a").exists()

    @pytest.mark.parametrize("verb", ["mark", "unmark", "empty", "remove"])
    def test_failure_names_the_directory(self, verb: str, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        place = Place("a", r"C:\data\a", str(tmp_path / "file" / "a"))
        with pytest.raises(SimulatorError, match=rf"C:\\data\\a \(.*\): {verb}: Not a directory"):
            layout.carry_out([Step(verb, place, Marker("a", "g", True))])


TREES = st.dictionaries(st.sampled_from(["", "a", "b"]), st.sampled_from(["missing", "empty", "files"]))


@QUICK
@given(tree=TREES, force=st.booleans())
def test_laid_out_again_there_is_nothing_to_do_and_foreign_files_survive(
    tree: dict[str, str], force: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("layout") / "data"
    places = [Place("", r"C:\data", str(root))] + [Place(name, rf"C:\data\{name}", str(root / name)) for name in "ab"]
    for place in places:
        state = tree.get(place.server, "missing")
        if state != "missing":
            os.makedirs(place.path, exist_ok=True)
        if state == "files":
            Path(place.path, "file").write_text("mine")
    files = sorted(root.rglob("file"))

    def look() -> list[Observed]:
        return [layout.observe(place, {}) for place in places]

    layout.carry_out(plan.plan_present(look(), CLAIM))
    assert plan.plan_present(look(), CLAIM) == []
    assert [read_marker(place.path).server for place in places] == ["", "a", "b"]
    layout.carry_out(plan.plan_absent(look(), force=False))
    assert plan.plan_absent(look(), force=force) == []
    assert sorted(root.rglob("file")) == files and all(file.read_text() == "mine" for file in files)
    assert not list(root.rglob(MARKER_NAME))
