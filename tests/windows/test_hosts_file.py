# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role hosts_file on two files of a test: that of this machine, and Windows' own as WSL sees it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
LINUX = b"127.0.0.1 localhost\n::1 localhost ip6-localhost\n# mine \xe4\n192.0.2.9 other\n"
WINDOWS = (
    b"# Copyright (c) 1993-2009 Microsoft Corp.\r\n#\r\n\t127.0.0.1       localhost\r\n192.0.2.9 \xfcber # mine\r\n"
)
SERVERS = [{"name": "nas-input-1", "host": "127.0.0.1"}, {"name": "nas-backup", "host": "192.0.2.7"}]
MARK = "# {} NAS servers of the file simulator, instance file-simulator"
PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "tasks": [{"ansible.builtin.include_role": {"name": "file_simulator.nas.hosts_file", "tasks_from": "files"}}],
}
Files = tuple[Path, Path]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    windows = tmp_path / "drive c" / "Windows" / "System32" / "drivers" / "etc" / "hosts"
    windows.parent.mkdir(parents=True)
    windows.write_bytes(WINDOWS)
    (tmp_path / "hosts").write_bytes(LINUX)
    return tmp_path / "hosts", windows


@pytest.fixture
def play(tmp_path: Path, files: Files) -> t.Callable[..., int]:
    """Runs the role with servers at these addresses, and returns how many files it changed."""
    (tmp_path / "play.yml").write_text(yaml.safe_dump([PLAY]))

    def run(*arguments: str, servers: list[dict[str, str]] = SERVERS, wsl: bool = True, **variables: t.Any) -> int:
        given = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "hosts_file_path": str(files[0]),
            "__hosts_file_entries": servers,
            **variables,
        }
        environment = {
            **os.environ,
            "PATH": (f"{Path(__file__).parent}:" if wsl else "") + os.environ["PATH"],
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
            "WSL_DRIVE_C": str(tmp_path / "drive c"),
            # The files are a test's own.
            "ANSIBLE_BECOME_ASK_PASS": "0",
        }
        command = [Path(sys.executable).with_name("ansible-playbook"), tmp_path / "play.yml", *arguments]
        done = subprocess.run(
            [*command, "--extra-vars", json.dumps(given)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return int(re.search(r"changed=(\d+)", done.stdout).group(1))

    return run


def block(newline: str, *lines: str) -> bytes:
    return "".join(line + newline for line in [MARK.format("BEGIN"), *lines, MARK.format("END")]).encode()


LINES = ("127.0.0.1 nas-input-1.file-simulator nas-input-1", "192.0.2.7 nas-backup.file-simulator nas-backup")


@pytest.mark.skipif(os.geteuid() != 0, reason="the role uses become for this machine's file")
def test_life(play: t.Callable[..., int], files: Files) -> None:
    linux, windows = files
    assert play("--check") == 2
    assert (linux.read_bytes(), windows.read_bytes()) == (LINUX, WINDOWS)
    assert play() == 2
    assert linux.read_bytes() == LINUX + block("\n", *LINES)
    assert windows.read_bytes() == WINDOWS + block("\r\n", *LINES), "Windows keeps its line endings"
    assert play() == 0
    moved = [SERVERS[0], {**SERVERS[1], "host": "192.0.2.8"}]
    assert play(servers=moved) == 2
    assert windows.read_bytes() == WINDOWS + block("\r\n", LINES[0], LINES[1].replace("192.0.2.7", "192.0.2.8"))
    assert play(hosts_file_state="absent") == 2
    assert (linux.read_bytes(), windows.read_bytes()) == (LINUX, WINDOWS)
    assert play(hosts_file_state="absent") == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="the role uses become for this machine's file")
def test_elsewhere_than_in_wsl(play: t.Callable[..., int], files: Files) -> None:
    assert play(wsl=False) == 1
    assert files[1].read_bytes() == WINDOWS
    assert play(hosts_file_path="") == 1, "Windows' file alone"
    assert files[1].read_bytes() != WINDOWS
