# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an agent wrote of itself is read without trust: no file's name may break an answer to Ansible."""

from __future__ import annotations

import json
import pathlib

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import read_status

# What an agent of an earlier image writes for a file whose name is the bytes "a", 0xff.
RAW = '{"format": 1, "refused": [{"path": "a\\udcff", "side": "nas", "reason": "why"}], "a\\ud800": 1}'


@pytest.fixture
def volume(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / ".nas").mkdir()
    return tmp_path


def test_a_name_that_is_not_utf_8(volume: pathlib.Path) -> None:
    (volume / ".nas/status.json").write_text(RAW)
    status = read_status(str(volume))
    assert status is not None
    assert json.dumps(status, ensure_ascii=False).encode("utf-8", "strict")
    assert status["refused"] == [{"path": "a\\udcff", "side": "nas", "reason": "why"}]


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "[" * 100_000, b"\xff".decode("latin-1")])
def test_what_is_no_status(volume: pathlib.Path, text: str) -> None:
    (volume / ".nas/status.json").write_text(text, encoding="latin-1")
    assert read_status(str(volume)) is None


def test_everything_of_an_answer_can_be_encoded() -> None:
    answer = {"a\udcff": ["\ud800", ("é", 1, None, True, 1.5)], "b": {"c": "\U0001f600"}}
    assert encodable(answer) == {"a\\udcff": ["\\ud800", ["é", 1, None, True, 1.5]], "b": {"c": "\U0001f600"}}
