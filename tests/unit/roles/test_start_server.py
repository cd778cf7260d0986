# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server's unit runs to start it, with a podman that writes down what it is told."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

import pytest

from ...harness.boot_unit import ROLE
from ...harness.frozen_mount import can_freeze, frozen

_PODMAN = """\
#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
*State.Running*) echo "$RUNNING" ;;
"volume inspect"*) echo "$MEMORY" ;;
*Mounts*) echo "$DIRECTORY" ;;
"pod start"*) exit "$START_STATUS" ;;
esac
"""


class Desk:
    """A machine where server nas-1 of instance desk has a pod; ``directory`` is its Windows directory."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.directory = home / "nas-1 of a tester"
        self.directory.mkdir()
        (self.directory / ".file-simulator.json").write_text("{}")
        podman = home / "podman"
        podman.write_text(_PODMAN)
        podman.chmod(0o755)

    def start(self, *, running: bool = False, start_status: int = 0, memory: str = "") -> tuple[int, str, list[str]]:
        """Return the status, what was said, and what podman was told to do."""
        environment = {
            "PATH": f"{self._home}:{os.environ['PATH']}",
            "CALLS": str(self._home / "calls"),
            "RUNNING": "true" if running else "false",
            "DIRECTORY": str(self.directory),
            "START_STATUS": str(start_status),
            "MEMORY": memory,
        }
        command = ["sh", str(ROLE / "files" / "start-server.sh"), "desk", "nas-1"]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=30, check=False)
        calls = (self._home / "calls").read_text().splitlines()
        return done.returncode, done.stdout, [call for call in calls if "inspect" not in call.split()[:2]]


@pytest.fixture
def desk(tmp_path: Path) -> t.Iterator[Desk]:
    yield Desk(tmp_path)


def test_it_starts_the_pod(desk: Desk) -> None:
    assert desk.start() == (0, "", ["pod start desk.nas-1"])


def test_one_that_runs_is_left_alone(desk: Desk) -> None:
    """Its initial copy must not run beside its agent; and its drive may be away."""
    (desk.directory / ".file-simulator.json").unlink()
    assert desk.start(running=True) == (0, "", [])


def test_one_whose_drive_is_missing_is_not_started(desk: Desk) -> None:
    (desk.directory / ".file-simulator.json").unlink()
    status, said, calls = desk.start()
    assert status == 1 and calls == []
    assert said == f"{desk.directory} is not mounted, or is not what was laid out there; the server starts when it is\n"


@pytest.mark.skipif(not can_freeze(), reason="a mount that answers nothing needs root and /dev/fuse")
def test_one_whose_drive_has_frozen_is_not_waited_for(desk: Desk) -> None:
    """Who looks at such a drive does not end by any signal; nor would the unit, and every other job with it."""
    with frozen(desk.directory):
        status, said, calls = desk.start()
    assert status == 1 and calls == [] and "is not mounted" in said


def test_volume_in_memory_is_mounted_first(desk: Desk) -> None:
    """Podman would unmount it after the initial copy, and what that has copied would be gone."""
    assert desk.start(memory="/proc")[2] == ["pod start desk.nas-1"], "it is mounted already"
    status, _said, calls = desk.start(memory=str(desk.directory / "not there"))
    assert status != 0 and calls[1:] == ["volume mount desk.nas-1.export"], "it is started without its memory"


def test_one_that_fails_leaves_nothing_running(desk: Desk) -> None:
    status, _said, calls = desk.start(start_status=125)
    assert status == 1
    assert calls == ["pod start desk.nas-1", "pod stop desk.nas-1"]
