# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_validation_report: which files it writes, when it says that they changed, and what it refuses."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.action import nas_validation_report as action
from ansible_collections.file_simulator.nas.plugins.modules import nas_validation_report

from ....module_runner import ModuleFailed, run_action
from ....report.runs import made_up

RUN = made_up(7, "some").as_dict()


def report(**arguments: t.Any) -> dict[str, t.Any]:
    return run_action(action, nas_validation_report, **arguments)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_writes_all_formats_and_returns_the_table(tmp_path: Path) -> None:
    target = tmp_path / "new" / "reports"
    result = report(run=RUN, directory=str(target))
    assert result["changed"] and names(target) == ["junit.xml", "report.html", "report.json"]
    assert result["files"]["html"] == str(target / "report.html")
    assert json.loads((target / "report.json").read_text()) == RUN
    end = next(
        number
        for number, line in enumerate(result["table"])
        if line.startswith("74 check results: 64 passed, 3 failed")
    )
    assert all(line.startswith("✗ ") for line in result["table"][end + 1 :])


def test_second_time_nothing_changes(tmp_path: Path) -> None:
    report(run=RUN, directory=str(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert report(run=RUN, directory=str(tmp_path))["changed"] is False
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_another_run_replaces_and_leaves_strangers_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    report(run=RUN, directory=str(tmp_path))
    assert report(run=made_up().as_dict(), directory=str(tmp_path))["changed"]
    assert json.loads((tmp_path / "report.json").read_text())["counts"]["failed"] == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_formats_choose(tmp_path: Path) -> None:
    result = report(run=RUN, directory=str(tmp_path), formats=["junit"])
    assert names(tmp_path) == ["junit.xml"] and list(result["files"]) == ["junit"]
    assert report(run=RUN, directory=str(tmp_path), formats=[])["changed"] is False


@pytest.mark.parametrize("nowhere", [{}, {"directory": ""}])
def test_without_a_directory_there_is_the_table_alone(nowhere: dict[str, str]) -> None:
    result = report(run=RUN, **nowhere)
    assert (result["changed"], result["files"], bool(result["table"])) == (False, {}, True)


def test_check_mode_tells_and_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "reports"
    assert report(check=True, run=RUN, directory=str(target))["changed"]
    assert not target.exists()
    report(run=RUN, directory=str(target))
    assert report(check=True, run=RUN, directory=str(target))["changed"] is False


@pytest.mark.parametrize("check", [True, False])
def test_what_is_no_run_is_refused_before_anything_is_written(check: bool, tmp_path: Path) -> None:
    target = tmp_path / "reports"
    with pytest.raises(ModuleFailed, match="run: is not what nas_validate returns"):
        report(check=check, run={"servers": []}, directory=str(target))
    assert not target.exists()


def test_directory_that_is_a_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("mine")
    with pytest.raises(ModuleFailed, match="reports cannot be written: File exists; choose a directory"):
        report(run=RUN, directory=str(target))
    assert target.read_text() == "mine"


def test_report_that_is_a_directory(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ModuleFailed, match=r"report\.html cannot be read: Is a directory; remove it"):
        report(run=RUN, directory=str(tmp_path))
    assert names(tmp_path) == ["report.html"]


def test_disk_that_is_full_leaves_the_old_reports_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(run=RUN, directory=str(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    opened = os.open

    def full(path: t.Any, *how: t.Any) -> int:
        if str(path).endswith(".tmp") and "json" in str(path):
            raise OSError(28, os.strerror(28))
        return opened(path, *how)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(ModuleFailed, match="No space left on device"):
        report(run=made_up().as_dict(), directory=str(tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModuleFailed, match="value of formats must be one or more of: html, junit, json"):
        report(run=RUN, directory=str(tmp_path), formats=["pdf"])


def test_a_task_cannot_bring_reports_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ModuleFailed, match=r"Unsupported parameters .* module: reports"):
        report(run=RUN, directory=str(tmp_path), reports={"html": "<script>"})
    assert names(tmp_path) == []
