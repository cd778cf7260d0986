# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever has happened to a server, no way of taking it away takes a file with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

import pytest

from ..module_runner import ModuleFailed
from ..validation.servers import image
from .server import OutputServer

CASES = ("volume_full", "agent_stopped", "agent_killed", "refused_name", "failed_creation", "renamed_folder")
WAYS = ("down", "replace", "remove", "disable")


@pytest.fixture(scope="session")
def nas_image() -> str:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: a real server is taken away here")
    return image()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, nas_image: str) -> t.Iterator[OutputServer]:
    made = OutputServer(tmp_path_factory.mktemp("removal"), nas_image)
    made.clear()
    try:
        yield made
    finally:
        made.clear()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_no_file_is_gone(server: OutputServer, case: str, way: str) -> None:
    if case == "volume_full":
        server.small_volume()
    server.up()
    getattr(server, case)()
    assert server.kept(), "the test did not write it"
    told = ""
    try:
        result = getattr(server, way)()
        told = str(result.get("warnings", ""))
    except ModuleFailed as failure:
        told = str(failure)
    assert server.kept(), told
    windows = [place for place in server.kept() if str(server.drives) in place]
    assert windows or "nas-output-1" in told, "it stayed behind without a word"
    # And again: what the first run has left is no excuse for the second.
    with contextlib.suppress(ModuleFailed):
        getattr(server, way)()
    assert server.kept()


@pytest.mark.parametrize("way", WAYS)
def test_what_was_carried_stands_in_no_way(server: OutputServer, way: str) -> None:
    """A healthy server goes at once, also with a file written the moment before."""
    server.up()
    server.write("good.csv")
    getattr(server, way)()
    assert [place for place in server.kept() if str(server.drives) in place]
