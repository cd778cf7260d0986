# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Tab key offers behind make, in this checkout and elsewhere."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from .documents import ROOT


def offered(home: Path, *words: str, directory: Path = ROOT, other: str = "") -> list[str]:
    """Return what is offered for the last of ``words``, which are as Bash takes a line apart; ``other`` comes before."""
    script = (
        f"{other}\n. {shlex.quote(str(ROOT / 'tools/completion.bash'))}\nCOMP_WORDS=({shlex.join(['make', *words])})\n"
        f'COMP_CWORD={len(words)}\n_file_simulator_make make\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=directory, env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for clients, servers in (("clients", "nas-input-1,nas-output-1"), ("clients-orders", "orders-input")):
        (tmp_path / "file-simulator" / clients).mkdir(parents=True)
        (tmp_path / "file-simulator" / clients / "endpoints.env").write_text(f"NAS_COUNT=2\nNAS_SERVERS={servers}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sta"], ["status"]),
        (["logs", "SERV"], ["SERVER="]),
        (["data", "FR"], ["FROM="]),
        (["logs", "SERVER", "="], ["nas-input-1", "nas-output-1", "orders-input"]),
        (["logs", "SERVER", "=", "nas-o"], ["nas-output-1"]),
        (["status", "FORMAT", "=", "j"], ["json"]),
        (["up", "ARGS", "=", "x"], []),
    ],
    ids=str,
)
def test_targets_and_names(home: Path, words: list[str], expected: list[str]) -> None:
    assert offered(home, *words) == expected


def test_names_before_the_first_run(tmp_path: Path) -> None:
    assert offered(tmp_path, "logs", "SERVER", "=") == []


@pytest.mark.parametrize("name", ["_make", "_comp_cmd_make"])
def test_make_elsewhere_is_completed_as_before(home: Path, name: str) -> None:
    other = f"{name}() {{ COMPREPLY=(theirs); }}"
    assert offered(home, "sta", directory=home, other=other) == ["theirs"]
    assert offered(home, "sta", directory=home) == []
    assert offered(home, "sta", other=other) == ["status"]
