# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One real server for all tests of this directory."""

from __future__ import annotations

import os
import shutil
import typing as t

import pytest

from ..validation.servers import image
from .simulator import Simulator


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Simulator]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: a real server runs here")
    simulator = Simulator(tmp_path_factory.mktemp("podman"), image())
    simulator.remove()
    try:
        simulator.apply()
        yield simulator
    finally:
        simulator.remove()
