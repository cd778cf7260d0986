# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits as options and as values."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import LIMITS_SPEC, Limits, read_limits
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

DEFAULTS = {name: option["default"] for name, option in LIMITS_SPEC.items()}


def test_options_and_values_have_the_same_defaults() -> None:
    assert read_limits(DEFAULTS) == Limits()


@pytest.mark.parametrize(
    ("given", "message"),
    [({"lag": 0}, r"limits\.lag: 0 is outside 0\.\.3600"), ({"memory": "much"}, r"limits\.memory: ")],
)
def test_limit_that_is_none_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(SimulatorError, match=message):
        read_limits({**DEFAULTS, **given})
