# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seven real servers for all tests of this directory."""

from __future__ import annotations

import os
import shutil
import typing as t

import pytest

from ..validation.servers import image
from .servers import Servers


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Servers]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: real servers run here")
    servers = Servers(tmp_path_factory.mktemp("data"), image())
    servers.remove()
    try:
        servers.start()
        yield servers
    finally:
        servers.remove()


@pytest.fixture
def servers(started: Servers) -> Servers:
    """The servers, empty."""
    started.empty(force=True)
    return started
