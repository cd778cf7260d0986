# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine of each distribution, made from nothing."""

from __future__ import annotations

import shutil
import typing as t

import pytest

from .machine import Machine, Unavailable, require_programs


@pytest.fixture(scope="module", params=["trixie", "bookworm"])
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Machine]:
    try:
        require_programs()
    except Unavailable as reason:
        pytest.skip(f"no machine can be made here: {reason}")
    home = tmp_path_factory.mktemp(request.param)
    made = Machine(request.param, home)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)
