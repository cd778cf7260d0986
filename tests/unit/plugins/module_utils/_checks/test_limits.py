# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits as options and as values."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import LIMITS_SPEC, Limits, read_limits
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import Storage

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


@pytest.mark.parametrize(
    ("storage", "needed"),
    [
        (Storage("memory", "64Mi"), (64 << 20) // 10),
        (Storage("memory", "1Gi"), 16 << 20),
        (Storage("empty_dir", "64Mi"), 16 << 20),
        (Storage("persistent", "64Mi"), 16 << 20),
    ],
)
def test_a_small_export_in_memory_needs_less_room(storage: Storage, needed: int) -> None:
    assert Limits().free_of(storage) == needed
