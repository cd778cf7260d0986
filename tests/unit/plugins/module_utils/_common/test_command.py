# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a program says last."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import last_line


@pytest.mark.parametrize(("text", "line"), [("", ""), ("\n \n", ""), ("a\nError: b \n\n", "Error: b"), ("a\r\n", "a")])
def test_last_line_says_something(text: str, line: str) -> None:
    assert last_line(text) == line
