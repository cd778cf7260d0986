# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owners and permissions on the NAS side: of the export's root, and of what comes from Windows."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_process import AgentProcess


@pytest.fixture(autouse=True)
def needs_root() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("giving files to others needs root")
    mask = os.umask(0o022)
    yield
    os.umask(mask)


def shown(path: Path) -> tuple[int, int, str]:
    found = path.stat()
    return found.st_uid, found.st_gid, f"{stat.S_IMODE(found.st_mode):04o}"


def write(agent: AgentProcess, path: str, content: str = "x") -> None:
    target = agent.windows / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content)
    os.utime(target, (1e9, 1e9 + len(content)))


def once(agent: AgentProcess, *options: str, mode: str = "windows_to_nas") -> None:
    done = agent.once(mode, *options)
    assert done.returncode == 0, done.stderr


def test_nothing_said(agent: AgentProcess) -> None:
    write(agent, "d/f")
    once(agent)
    assert shown(agent.export) == (0, 0, "0777")
    assert shown(agent.export / "d") == (0, 0, "0777")
    assert shown(agent.export / "d" / "f") == (0, 0, "0666")


def test_root_of_a_new_volume(agent: AgentProcess) -> None:
    once(agent, "--root-owner", "1000", "--root-group", "2000", "--root-mode", "2775")
    assert shown(agent.export) == (1000, 2000, "2775")


@pytest.mark.parametrize("mode", ["windows_to_nas", "none"])
def test_root_follows_a_change_of_the_options(agent: AgentProcess, mode: str) -> None:
    once(agent, mode=mode)
    once(agent, "--root-group", "2000", "--root-mode", "3770", mode=mode)
    assert shown(agent.export) == (0, 2000, "3770")
    once(agent, mode=mode)
    assert shown(agent.export) == (0, 0, "0777")


def test_root_stays_as_a_client_made_it_while_the_options_stay(agent: AgentProcess) -> None:
    options = ("--root-group", "2000", "--root-mode", "2775")
    for given in ((), options):
        once(agent, *given)
        os.chown(agent.export, 1234, 1234)
        os.chmod(agent.export, 0o750)
        once(agent, *given)
        assert shown(agent.export) == (1234, 1234, "0750")


def test_files_from_windows(agent: AgentProcess) -> None:
    write(agent, "d/e/f")
    once(
        agent, "--file-owner", "1000", "--file-group", "2000", "--file-mode", "0640", "--directory-mode", "2750"
    )  # fmt: skip
    assert shown(agent.export / "d") == shown(agent.export / "d" / "e") == (1000, 2000, "2750")
    assert shown(agent.export / "d" / "e" / "f") == (1000, 2000, "0640")
    assert shown(agent.export) == (0, 0, "0777")


def test_next_version_of_a_file_has_them_too(agent: AgentProcess) -> None:
    options = ("--file-group", "2000", "--file-mode", "0664")
    write(agent, "f")
    once(agent, *options)
    write(agent, "f", "longer")
    once(agent, *options)
    assert (agent.export / "f").read_text() == "longer"
    assert shown(agent.export / "f") == (0, 2000, "0664")


def test_setgid_root_gives_files_from_windows_its_group(agent: AgentProcess) -> None:
    write(agent, "f")
    write(agent, "d/e/f")
    once(agent, "--root-group", "2000", "--root-mode", "2775")
    assert shown(agent.export / "f") == (0, 2000, "0666")
    assert shown(agent.export / "d") == shown(agent.export / "d" / "e") == (0, 2000, "2777")
    assert shown(agent.export / "d" / "e" / "f") == (0, 2000, "0666")


def test_setgid_directory_of_a_client_gives_files_from_windows_its_group(agent: AgentProcess) -> None:
    write(agent, "d/f")
    once(agent)
    os.chown(agent.export / "d", 0, 2000)
    os.chmod(agent.export / "d", 0o2770)
    write(agent, "d/g")
    write(agent, "d/e/f")
    once(agent)
    assert shown(agent.export / "d") == (0, 2000, "2770")
    assert shown(agent.export / "d" / "g") == (0, 2000, "0666")
    assert shown(agent.export / "d" / "e") == (0, 2000, "2777")


def test_group_that_is_asked_for_wins_over_that_of_the_directory(agent: AgentProcess) -> None:
    write(agent, "f")
    once(agent, "--root-group", "2000", "--root-mode", "2775", "--file-group", "3000")
    assert shown(agent.export / "f") == (0, 3000, "0666")


class TestChangedOptions:
    """What had come from Windows before takes the new ones once; what is a client's never does."""

    OPTIONS = ("--file-owner", "1000", "--file-group", "2000", "--file-mode", "0640", "--directory-mode", "2750")

    def test_what_came_from_windows_follows(self, agent: AgentProcess) -> None:
        write(agent, "d/f")
        once(agent)
        once(agent, *self.OPTIONS)
        assert shown(agent.export / "d") == (1000, 2000, "2750")
        assert shown(agent.export / "d" / "f") == (1000, 2000, "0640")
        once(agent)
        assert shown(agent.export / "d") == (0, 0, "0777")
        assert shown(agent.export / "d" / "f") == (0, 0, "0666")

    def test_what_is_a_clients_stays(self, agent: AgentProcess) -> None:
        write(agent, "written-over", "x")
        once(agent)
        (agent.export / "of-a-client").write_text("mine")
        (agent.export / "client-directory").mkdir()
        (agent.export / "written-over").write_text("by a client")
        before = {path.name: shown(path) for path in agent.export.iterdir()}
        once(agent, *self.OPTIONS)
        assert {path.name: shown(path) for path in agent.export.iterdir()} == before

    def test_what_a_client_changed_stays_while_the_options_stay(self, agent: AgentProcess) -> None:
        write(agent, "f")
        once(agent, *self.OPTIONS)
        os.chown(agent.export / "f", 1, 1)
        os.chmod(agent.export / "f", 0o604)
        once(agent, *self.OPTIONS)
        assert shown(agent.export / "f") == (1, 1, "0604")

    def test_content_is_not_copied_again(self, agent: AgentProcess) -> None:
        write(agent, "f")
        once(agent)
        before = (agent.export / "f").stat()
        once(agent, *self.OPTIONS)
        after = (agent.export / "f").stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    "words",
    [
        ("--root-mode", "9"), ("--file-mode", "u=rw"), ("--directory-mode", "17777"), ("--root-owner", "tester"),
        ("--file-group", "-1"), ("--file-owner", str(2**32 - 1)), ("--root-group", ""),
    ],
)  # fmt: skip
def test_wrong_option(agent: AgentProcess, words: tuple[str, str]) -> None:
    done = agent.once("windows_to_nas", *words)
    assert done.returncode == 2 and words[0] in done.stderr
