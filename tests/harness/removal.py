# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of removals, the same for every engine: whatever has happened to a server, and however it goes."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

from ..module_runner import ModuleFailed

SERVER = "nas-output-1"
CASES = ("volume_full", "agent_stopped", "agent_killed", "refused_name", "failed_creation", "renamed_folder")
WAYS = ("down", "replace", "remove", "disable")


class Removable:
    """A server of one engine. A subclass has a method for each of CASES, and tells where the files are that it wrote."""

    drives: Path
    windows: Path

    def up(self, **change: t.Any) -> dict[str, t.Any]:
        """Bring the server up as it is, or with a change of it; ``move_data_root`` is what nas_server calls so."""
        raise NotImplementedError

    def apply(self, state: str, **more: t.Any) -> dict[str, t.Any]:
        """Run nas_server."""
        raise NotImplementedError

    def write(self, name: str) -> None:
        """Write a precious file into the export, as a client does."""
        raise NotImplementedError

    def kept(self) -> list[str]:
        """The places that have it."""
        raise NotImplementedError

    def renamed_folder(self) -> None:
        """The tester renames the folder; a later name that Windows refuses is in neither."""
        self.windows.rename(self.windows.with_name("renamed"))
        self.write("CON.txt")

    # The ways in which it goes

    def down(self) -> dict[str, t.Any]:
        return self.apply("absent", purge=True)

    def remove(self) -> dict[str, t.Any]:
        return self.apply("absent", servers=[SERVER])

    def disable(self) -> dict[str, t.Any]:
        return self.up(enabled=False)

    def replace(self) -> dict[str, t.Any]:
        """Once a change, and once with another Windows directory, which needs another volume."""
        try:
            self.up(sync={"interval": 20})
        finally:
            result = self.up(move_data_root=True, directory="C:\\simulator-data\\elsewhere")
        return result


def assert_no_file_is_gone(server: Removable, case: str, way: str) -> None:
    """Let something happen to a server that runs, take it away, and again: its file is somewhere, and not unmentioned."""
    getattr(server, case)()
    assert server.kept(), "the test did not write it"
    try:
        result = getattr(server, way)()
        told = str(result.get("warnings", ""))
    except ModuleFailed as failure:
        told = str(failure)
    assert server.kept(), told
    windows = [place for place in server.kept() if str(server.drives) in place]
    assert windows or SERVER in told, "it stayed behind without a word"
    # And again: what the first run has left is no excuse for the second.
    with contextlib.suppress(ModuleFailed):
        getattr(server, way)()
    assert server.kept()


def assert_what_was_carried_stands_in_no_way(server: Removable, way: str) -> None:
    """A healthy server goes at once, also with a file written the moment before."""
    server.write("good.csv")
    getattr(server, way)()
    assert [place for place in server.kept() if str(server.drives) in place]
