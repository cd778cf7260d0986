# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever has happened to a server, no way of taking it away takes a file with it."""

from __future__ import annotations

import os
import shutil
import typing as t

import pytest

from ..harness.removal import CASES, WAYS, assert_no_file_is_gone, assert_what_was_carried_stands_in_no_way
from ..module_runner import ModuleFailed
from ..validation.servers import image, podman
from .server import INSTANCE, OutputServer


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
    assert_no_file_is_gone(server, case, way)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_carried_stands_in_no_way(server: OutputServer, way: str) -> None:
    """A healthy server goes at once, also with a file written the moment before."""
    server.up()
    assert_what_was_carried_stands_in_no_way(server, way)


def test_what_only_a_kept_volume_has_is_named_each_time(server: OutputServer) -> None:
    """Also when nobody is left that could look."""
    server.up(storage={"type": "persistent"})
    server.refused_name()
    for _time in ("first", "second"):
        told = str(server.down()["warnings"])
        assert "'results 12:30.csv'" in told and "cannot be copied to Windows" in told
    assert server.kept()


@pytest.mark.parametrize("case", ["agent_stopped", "agent_killed"])
def test_check_mode_foresees_a_refusal_without_an_agent(server: OutputServer, case: str) -> None:
    server.up()
    getattr(server, case)()
    names = ("ps", "--all", "--format", "{{.Names}} {{.ID}}", "--filter", f"name={INSTANCE}")
    before = podman(*names)
    with pytest.raises(ModuleFailed, match=r"'precious.txt' have not reached"):
        server.apply("absent", purge=True, check=True)
    assert podman(*names) == before
