# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a size limit, for every type of storage on every engine."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import STORAGE_TYPES
from ansible_collections.file_simulator.nas.plugins.module_utils._server.size_limit import at_size_limit


@pytest.mark.parametrize("storage", STORAGE_TYPES)
def test_every_type_has_a_word_on_every_engine(storage: str) -> None:
    found = (at_size_limit("podman", storage), at_size_limit("kubernetes", storage))
    assert found == {
        "empty_dir": ("nothing", "evicted"),
        "persistent": ("nothing", "claim"),
        "memory": ("no_space", "no_space"),
    }.get(storage)
