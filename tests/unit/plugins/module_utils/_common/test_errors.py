# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One error for one problem or for several."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import combined


@pytest.mark.parametrize(
    ("problems", "message"), [(["a"], "server: a"), (["a", "b"], "server: a (1 more, see problems)")]
)
def test_first_problem_stands_for_all(problems: list[str], message: str) -> None:
    error = combined(problems, "server: ", {"rc": 1, "problems": ["its own"]})
    assert (error.message, error.details) == (message, {"rc": 1, "problems": problems})
