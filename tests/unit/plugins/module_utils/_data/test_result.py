# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where clients see what test data takes away from a NAS."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._data.result import _mounted
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

PARTS = [{"path": "/vol/in1", "subdirectory": "in1"}, {"path": "/vol/in2", "subdirectory": "deep/in2"}]


@pytest.mark.parametrize(
    ("exports", "path", "seen"),
    [
        (None, "orders/a", "/data/orders/a"),
        ([{"path": "/"}], "a", "/a"),
        (PARTS, "in1/a", "/vol/in1/a"),
        (PARTS, "deep/in2/sub/a", "/vol/in2/sub/a"),
        # Beside all exports: it is in the Windows directory alone.
        (PARTS, "in10/a", "in10/a"),
        (PARTS, "deep/a", "deep/a"),
    ],
)
def test_path_is_the_one_that_clients_see(exports: t.Any, path: str, seen: str) -> None:
    entry = {"name": "nas01", "role": "input", **({"exports": exports} if exports else {})}
    (server,) = read_topology({"servers": [entry]}).servers
    assert _mounted(server, path) == seen
