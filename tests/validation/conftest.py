# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real servers for all tests of this directory; each test leaves them whole."""

from __future__ import annotations

import os
import shutil
import typing as t

import pytest

from .servers import Servers, image


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Servers]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers are broken here")
    servers = Servers(tmp_path_factory.mktemp("validation"), image())
    servers.remove()
    try:
        servers.apply()
        yield servers
    finally:
        servers.remove()


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest) -> t.Iterator[None]:
    """After a test everything is as it was, or the tests after it would break for its sake."""
    yield
    if "servers" in request.fixturenames:
        request.getfixturevalue("servers").settle()
