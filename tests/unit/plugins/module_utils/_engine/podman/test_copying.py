# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far initial copies are."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.copying import Copying


class Volumes:
    """Podman's volumes; counts how often they were asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.asked = 0

    def write(self, server: str, status: t.Any) -> None:
        state = self._root / f"desk.{server}.export" / ".nas" / "status.json"
        state.parent.mkdir(parents=True, exist_ok=True)
        state.write_text(status if isinstance(status, str) else json.dumps(status))

    def mountpoints(self) -> dict[str, str]:
        self.asked += 1
        return {path.name: str(path) for path in self._root.iterdir()}


def test_only_servers_that_copy_now_are_told_of(tmp_path: Path) -> None:
    volumes = Volumes(tmp_path)
    copying = Copying(t.cast(Podman, volumes), "desk", ["nas-input-1", "nas-input-2", "nas-output-1", "broken"])
    assert copying.lines() == []
    volumes.write("nas-input-1", {"state": "starting", "delivered": {"files": 1200, "bytes": 5 << 20}, "pending": 300})
    volumes.write("nas-input-2", {"state": "starting", "delivered": {"files": 1, "bytes": 10}})
    volumes.write("nas-output-1", {"state": "running", "delivered": {"files": 7, "bytes": 70}})
    volumes.write("broken", "{")
    assert copying.lines() == [
        "nas-input-1: 1200 files, 5 MiB copied before it starts, 300 or more to go",
        "nas-input-2: 1 file, 10 B copied before it starts",
    ]
    before = volumes.asked
    copying.lines()
    assert volumes.asked == before, "podman is not asked again once all volumes are known"
