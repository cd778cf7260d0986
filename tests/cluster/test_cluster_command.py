# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command where no node is wanted or possible."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cluster_testing import HERE


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a machine on which nobody installed or built anything."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing but the given environment."""
    words = [sys.executable, str(HERE / "cluster"), *arguments]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)


def put_go(bare: dict[str, str], script: str) -> None:
    """Put a program called go on the PATH."""
    go = Path(bare["PATH"], "go")
    go.write_text(f"#!/bin/sh\n{script}\n")
    go.chmod(0o755)


def test_without_go_the_caller_can_skip(bare: dict[str, str]) -> None:
    """Exit code 77 and one line that says why."""
    done = command("build", **bare)
    assert done.returncode == 77
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("cluster: SKIPPED: no Go toolchain on PATH")


@pytest.mark.parametrize(
    ("script", "found"),
    [("echo go1.22.3", "1.22.3"), ("echo 'go.mod requires more' >&2; exit 1", "requires more")],
)
def test_old_go_is_named_with_what_is_needed(bare: dict[str, str], script: str, found: str) -> None:
    """So it is when Go is there but too old, whether it says so itself or not."""
    put_go(bare, script)
    done = command("build", **bare)
    assert done.returncode == 77
    assert done.stderr.count("\n") == 1
    assert "SKIPPED: Go 1.26" in done.stderr
    assert found in done.stderr


@pytest.mark.parametrize("verb", ["build", "up", "down", "status"])
def test_callers_cluster_is_used_and_left_alone(bare: dict[str, str], tmp_path: Path, verb: str) -> None:
    """With KUBECONFIG, or the option, no verb builds, starts or stops anything."""
    theirs = tmp_path / "theirs"
    theirs.write_text("apiVersion: v1\nkind: Config\ncurrent-context: minikube\n")
    by_variable = command(verb, **bare, KUBECONFIG=str(theirs))
    by_option = command("--kubeconfig", str(theirs), verb, **bare)
    for done in (by_variable, by_option):
        assert done.returncode == 0
        assert done.stdout == f"kubeconfig: {theirs}\ncontext: minikube\n"
        assert "nothing is built, started or stopped" in done.stderr
    assert not os.path.exists(bare["XDG_CACHE_HOME"])


def test_callers_cluster_is_not_loaded_with_images(bare: dict[str, str], tmp_path: Path) -> None:
    """Their images are their business; a kubeconfig that is not there is named."""
    assert "not our cluster" in command("load-image", "x.tar", **bare, KUBECONFIG="/theirs").stderr
    missing = command("up", **bare, KUBECONFIG=str(tmp_path / "missing"))
    assert missing.returncode == 1
    assert f"{tmp_path}/missing" in missing.stderr


def test_somebody_elses_directory_is_not_removed(bare: dict[str, str], tmp_path: Path) -> None:
    """A state directory that holds anything else is left alone."""
    if os.geteuid() != 0:
        pytest.skip("only root gets as far as removing it")
    (tmp_path / "precious").touch()
    done = command("--state-dir", str(tmp_path), "down", **bare)
    assert done.returncode == 1
    assert "left alone" in done.stderr
    assert (tmp_path / "precious").exists()
