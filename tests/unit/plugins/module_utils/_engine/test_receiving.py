# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that come as lines, from somebody who may say anything."""

from __future__ import annotations

import base64
import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.receiving import Receiver

ANSWER = {"copied": 1, "failed": [], "failed_count": 0, "reason": ""}


def file(name: str, *content: bytes, end: str = "end") -> list[dict[str, t.Any]]:
    data = [{"data": base64.b64encode(each).decode()} for each in content]
    return [{"file": name, "mtime_ns": 10**18}, *data, {end: "why"}]


def received(to: Path, *lines: dict[str, t.Any], answer: bool = True) -> dict[str, t.Any]:
    receiver = Receiver(str(to))
    for line in [*lines, *([ANSWER] if answer else [])]:
        receiver.take(json.dumps(line))
    return receiver.result()


def everything(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_files_and_directories(tmp_path: Path) -> None:
    lines = [{"directory": "d"}, *file("d/e/a.csv", b"one", b"two"), *file("empty")]
    result = received(tmp_path, *lines)
    assert (result["copied"], result["failed"]) == (2, [])
    assert everything(tmp_path) == {"d/e/a.csv": b"onetwo", "empty": b""}
    assert os.stat(tmp_path / "empty").st_mtime_ns == 10**18


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    result = received(tmp_path, *file("a", b"theirs"), *file("b", b"new"))
    assert (result["copied"], result["failed_count"]) == (1, 1)
    assert result["failed"] == [{"path": "a", "reason": "File exists"}]
    assert everything(tmp_path) == {"a": b"mine", "b": b"new"}


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "", ".", "a//b", "a\0b"])
def test_nothing_outside(tmp_path: Path, name: str) -> None:
    to = tmp_path / "to"
    to.mkdir()
    result = received(to, *file(name, b"x"), {"directory": name})
    assert result["copied"] == 0 and result["failed_count"] == 1
    assert everything(tmp_path) == {}


def test_no_link_is_followed(tmp_path: Path) -> None:
    to, outside = tmp_path / "to", tmp_path / "outside"
    to.mkdir()
    outside.mkdir()
    (to / "d").symlink_to(outside)
    assert received(to, *file("d/a", b"x"))["failed_count"] == 1
    assert everything(outside) == {}


def test_no_part_stays(tmp_path: Path) -> None:
    """Neither of a file that could not be read to its end, nor when the stream breaks off."""
    assert received(tmp_path, *file("a", b"half", end="failed"))["copied"] == 0
    with pytest.raises(SimulatorError, match="ended too early"):
        received(tmp_path, *file("b", b"half")[:-1], answer=False)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("line", ["", "[]", "7", '{"data": "?"}', '{"file": "a"}', "no"])
def test_what_is_no_line_of_a_rescue(tmp_path: Path, line: str) -> None:
    with pytest.raises(SimulatorError, match="cannot be read"):
        Receiver(str(tmp_path)).take(line)
