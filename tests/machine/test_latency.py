# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a file takes to the other side on a local disk: figures to compare those of other drives with."""

from __future__ import annotations

import pytest

from .desk import INPUT, OUTPUT, Desk
from .latency import measure_latencies


@pytest.mark.parametrize("server", [INPUT, OUTPUT])
def test_files_arrive(standing: Desk, server: str) -> None:
    measure_latencies(standing, server)
