# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress and warnings for whoever watches, and commands run on their behalf."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from testcluster.settings import CLUSTER_NETWORK, SYSTEM_PATH, ClusterError


def say(message: str) -> None:
    """Report progress on standard error; standard output is for answers."""
    print(f"cluster: {message}", file=sys.stderr, flush=True)


def system_environment() -> dict[str, str]:
    """Return the environment with the administrator's directories on PATH, and no proxy to ourselves."""
    path = ":".join(filter(None, (SYSTEM_PATH, os.environ.get("PATH"))))
    direct = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.0/8", CLUSTER_NETWORK)))
    return {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "NO_PROXY": direct, "no_proxy": direct}


def run(command: Sequence[str], *, stdin: str | None = None, timeout: float = 120) -> str:
    """Run a command and return its output; raise ClusterError with its last words if it fails."""
    done = attempt(command, stdin=stdin, timeout=timeout)
    if done.returncode:
        raise ClusterError(f"{' '.join(command[:4])} ...: {last_words(done.stderr or done.stdout)}")
    return done.stdout


def attempt(
    command: Sequence[str], *, stdin: str | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command that may fail."""
    try:
        return subprocess.run(
            list(command),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=system_environment(),
        )
    except FileNotFoundError as error:
        raise ClusterError(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{' '.join(command[:4])} ... did not end within {timeout:.0f} s") from error


def last_words(text: str) -> str:
    """Return the last line of an output that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
