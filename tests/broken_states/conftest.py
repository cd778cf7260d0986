# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server for each test, whole when the test gets it, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import typing as t

import pytest

from ..validation.servers import image, podman
from .server import INSTANCE, BrokenServer


@pytest.fixture(scope="session")
def nas_image() -> t.Iterator[str]:
    """An image of this run's own, of the same content.

    Podman loses one of two names that are given to an image at the same time: here each test gives one.
    """
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: a real server is broken here")
    own, container = f"localhost/{INSTANCE}:own", f"{INSTANCE}-image"
    podman("rm", "--force", "--ignore", container)
    podman("create", "--name", container, "--network", "none", image(), "true")
    podman("commit", "--quiet", container, own)
    podman("rm", container)
    yield own
    podman("rmi", own)


@pytest.fixture(scope="session")
def bystander(nas_image: str) -> t.Iterator[None]:
    """A container of somebody else's, which nothing here may end: podman's state is also that of others."""
    name = f"{INSTANCE}-bystander"
    limits = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
    podman("rm", "--force", "--ignore", "--time", "0", name)
    podman("run", "--detach", "--name", name, "--network", "none", *limits, nas_image, "sleep", "infinity")
    begun = podman("inspect", "--format", "{{.State.Pid}}", name)
    yield
    assert podman("inspect", "--format", "{{.State.Pid}}", name) == begun
    podman("rm", "--force", "--time", "0", name)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, nas_image: str, bystander: None) -> t.Iterator[BrokenServer]:
    made = BrokenServer(tmp_path_factory.mktemp("broken"), nas_image)
    made.clear()
    try:
        made.prepare()
        yield made
    finally:
        made.clear()
