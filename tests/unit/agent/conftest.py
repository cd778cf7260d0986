# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the agent's package and these tests' helpers importable; gives every test its two kinds of world."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
for _path in (_HERE.parents[2] / "roles" / "nas_image" / "files", _HERE):
    if str(_path) not in sys.path:
        sys.path.insert(0, str(_path))

from agent_world import LAYERS, World, scratch  # noqa: E402
from nas_sync_agent.model import Mode, Side  # noqa: E402


@pytest.fixture(params=LAYERS)
def layer(request: pytest.FixtureRequest) -> str:
    """The file system behind the Windows side: a plain one, or the layer with Windows' ways."""
    return str(request.param)


@pytest.fixture
def directory() -> Iterator[Path]:
    """An empty directory, in memory where there is such a file system."""
    path = Path(tempfile.mkdtemp(dir=scratch()))
    yield path
    subprocess.run(["rm", "-rf", path], check=False)  # shutil's recursion ends before a test's deepest tree


@pytest.fixture
def world(directory: Path, layer: str) -> Iterator[World]:
    """Both trees, empty, and an agent in mode nas_to_windows; set ``world.mode`` before the first step."""
    made = World(directory, layer)
    yield made
    made.close()


@pytest.fixture(params=[Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS])
def source(request: pytest.FixtureRequest, world: World) -> Side:
    """The source of each one-way mode, with the world set to that mode."""
    world.mode = request.param
    world.start()
    return world.mode.sources[0]
