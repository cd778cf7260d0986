# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands for a Windows node in unit tests: does with a directory what the node's two scripts do with drives."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.plugin_utils._windows.node import CARRY_OUT, LOOK

LOCAL_APP_DATA = r"C:\Users\tester\AppData\Local"


class FakeWindowsNode:
    r"""Has the drives that are directories in ``root``; ``C:\a`` is ``root/C/a``. ``calls`` are the scripts that ran."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls: list[str] = []
        self.free = 100 << 30
        self.long_paths = False
        (root / "C").mkdir(exist_ok=True)

    def place(self, path: str) -> Path:
        drive, rest = path.split(":\\", 1)
        return self.root.joinpath(drive, *rest.split("\\"))

    def run(self, script: str, request: dict[str, t.Any]) -> t.Any:
        asked = json.loads(json.dumps(request))
        if script == LOOK:
            self.calls.append("look")
            return json.dumps(self._look(asked))
        assert script == CARRY_OUT
        self.calls.append("carry_out")
        self._carry_out(asked)
        return None

    def _look(self, asked: dict[str, t.Any]) -> dict[str, t.Any]:
        registry = asked["registry"].replace("%LOCALAPPDATA%", LOCAL_APP_DATA)
        return {
            "places": [self._see(path, asked["marker"]) for path in asked["paths"]],
            "subdirectories": [self._look_into(path) for path in asked["subdirectories"]],
            "drives": {letter: self.free if (self.root / letter).is_dir() else None for letter in asked["drives"]},
            "long_paths": self.long_paths,
            "registry": registry,
            "known": self._text(self.place(registry)),
        }

    def _see(self, path: str, marker: str) -> dict[str, t.Any]:
        place = self.place(path)
        inside = list(place.iterdir()) if place.is_dir() else []
        return {
            "path": path,
            "directory": place.is_dir(),
            "other": place.is_file(),
            "directories": [entry.name for entry in inside if entry.is_dir()],
            "has_files": any(entry.is_file() and entry.name != marker for entry in inside),
            "marker": self._text(place / marker),
        }

    def _look_into(self, path: str) -> dict[str, t.Any]:
        place = self.place(path)
        names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
        return {"path": path, "directory": place.is_dir(), "other": place.is_file(), "names": names}

    @staticmethod
    def _text(path: Path) -> str | None:
        return path.read_text() if path.is_file() else None

    def _carry_out(self, asked: dict[str, t.Any]) -> None:
        for step in asked["steps"]:
            place = self.place(step["path"])
            marker = place / asked["marker"]
            if step["verb"] == "mark":
                place.mkdir(parents=True, exist_ok=True)
                marker.write_text(step["text"])
            elif step["verb"] == "make":
                place.mkdir(parents=True, exist_ok=True)
            elif step["verb"] == "unmark":
                marker.unlink()
            elif step["verb"] == "empty":
                for entry in place.iterdir():
                    if entry.is_dir() and not step["keep_directories"]:
                        shutil.rmtree(entry)
                    elif entry.is_file() and entry != marker:
                        entry.unlink()
            elif step["verb"] == "remove" and not any(place.iterdir()):
                place.rmdir()
        registry = self.place(asked["registry"])
        registry.parent.mkdir(parents=True, exist_ok=True)
        registry.write_text(asked["known"])
