# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine of each distribution, made from nothing."""

from __future__ import annotations

import shutil
import typing as t

import pytest

from ..harness.programs import Unavailable, require_programs
from .machine import PROGRAMS, Machine, User

# As people have it: not root, a name that needs quotes, nothing for others to read, and a locale that is not there.
TESTER = User("tester", "/home/Jörg Müller", "umask 077", {"LANG": "de_DE.UTF-8", "LC_TIME": "de_DE.UTF-8"})
# Root is who runs the tests themselves.
MACHINES = {"trixie": TESTER, "bookworm": User("tester", "/home/tester")}


@pytest.fixture(scope="module", params=MACHINES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Machine]:
    try:
        require_programs(PROGRAMS, "namespaces and a root file system of its own need root")
    except Unavailable as reason:
        pytest.skip(f"no machine can be made here: {reason}")
    directory = tmp_path_factory.mktemp(request.param)
    made = Machine(request.param, directory, MACHINES[request.param])
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(directory, ignore_errors=True)
