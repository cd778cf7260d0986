# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reaches the sync agents of an instance's pods. Private to file_simulator.nas. Talks to podman and to the agents."""

from __future__ import annotations

import http.client
import socket
import threading
import typing as t
import urllib.parse

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.inside import Reply, ask_inside
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import LABEL_INSTANCE, Names
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    AGENT_PROGRAM,
    INIT_CONTAINER,
    STATUS_PORT,
)

# What has the agent do something; all else is a question.
_REQUESTS = ("sync", "empty")


class PodmanReach:
    """See ``Reach`` in _engine/agents.py."""

    def __init__(self, podman: Podman, instance: str) -> None:
        self._podman = podman
        self._instance = instance
        self._lock = threading.Lock()
        self._pids: dict[str, int] | None = None

    def ask(self, server: str, words: t.Sequence[str], seconds: int) -> str:
        """Put the question to the agent itself; where it cannot be reached so, let podman try, or say why not."""
        reply = self._asked_directly(server, words, seconds)
        if reply is None:
            container = Names(self._instance, server).container(AGENT_CONTAINER)
            command = ["exec", container, *AGENT_PROGRAM, *words]
            return self._podman.call(command, f"server {server}: ask its sync agent", seconds)
        if reply.status != http.client.OK:
            raise SimulatorError(f"server {server}: ask its sync agent: {reply.text.strip()}")
        return reply.text

    def copy(self, server: str, seconds: int) -> None:
        """Run a server's initial copy once more, beside its NFS server."""
        container = Names(self._instance, server).container(INIT_CONTAINER)
        self._podman.call(["start", "--attach", container], f"server {server}: copy its Windows directory", seconds)

    def _asked_directly(self, server: str, words: t.Sequence[str], seconds: int) -> Reply | None:
        pid = self._processes().get(Names(self._instance, server).container(AGENT_CONTAINER), 0)
        if not pid:
            return None
        method = "POST" if words[0] in _REQUESTS else "GET"
        try:
            return ask_inside(pid, STATUS_PORT, method, request_path(words), seconds)
        except socket.timeout:
            raise SimulatorError(f"server {server}: its sync agent has not answered for {seconds} s") from None
        except (OSError, http.client.HTTPException):
            return None

    def _processes(self) -> dict[str, int]:
        """The processes of the instance's containers by their names, asked for once: all agents are asked at once."""
        with self._lock:
            if self._pids is None:
                words = [
                    "ps",
                    "--filter",
                    f"label={LABEL_INSTANCE}={self._instance}",
                    "--format",
                    "{{.Names}} {{.Pid}}",
                ]
                shown = self._podman.call(words, f"list the containers of {self._instance}")
                self._pids = {name: int(pid) for name, pid in map(str.split, shown.splitlines())}
            return self._pids


def request_path(words: t.Sequence[str]) -> str:
    """Return the agent's address for one of its commands: ``--force`` becomes ``force=1``, ``--timeout 5`` ``timeout=5``."""
    query: dict[str, str] = {}
    name = ""
    for word in words[1:]:
        if word.startswith("--"):
            name = word[2:]
            query[name] = "1"
        else:
            query[name] = word
    return f"/{words[0]}?{urllib.parse.urlencode(query)}"
