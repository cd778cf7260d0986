# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the sync agents of running servers, all at once. Private to file_simulator.nas.

An agent that does not answer is a problem of its own server: the others' answers are there all the same.
"""

from __future__ import annotations

import json
import time
import typing as t
import uuid

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.synced import halted, missing
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

Answer = t.Dict[str, t.Any]
_WORKERS = 16
# How much longer a command may take than the agent does: it has to be started in the container.
_GRACE_SECONDS = 15
_LOOK_SECONDS = 300
_EMPTY_SECONDS = 1800
# A server that starts copies everything; what is there already is only looked at.
_COPY_SECONDS = 900


class Reach(t.Protocol):
    """How an engine reaches the agents of its servers. Both raise SimulatorError."""

    def ask(self, server: str, words: t.Sequence[str], seconds: int) -> str:
        """Run the agent's program with ``words`` beside the running agent, and return what it says."""

    def copy(self, server: str, seconds: int) -> None:
        """Run the initial copy of a server without an agent once more, or say how else its files come."""


class RunningAgents:
    """See ``Agents`` in base.py."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def sync(self, servers: t.Sequence[Server], timeout: int, complete: bool) -> list[Answer]:
        """Wait until everything that is in the source directories now is on the other side."""
        words = ["sync", "--timeout", str(timeout), *(["--complete"] if complete else [])]

        def wait(server: Server) -> Answer:
            begin = time.monotonic()
            if server.sync.has_agent:
                answer = self._asked(server, words, timeout + _GRACE_SECONDS)
                answer["problem"] = answer["problem"] or missing(server.name, answer, timeout)
            else:
                answer = self._copied(server)
            return {**answer, "seconds": round(time.monotonic() - begin, 3)}

        return for_each(servers, wait, _WORKERS)

    def contents(self, servers: t.Sequence[Server]) -> list[Answer]:
        """Return what is on both sides of each of ``servers`` now."""
        return for_each(servers, lambda server: self._told(server, ["contents"], _LOOK_SECONDS), _WORKERS)

    def empty(self, servers: t.Sequence[Server], force: bool) -> list[Answer]:
        """Make both sides of ``servers`` empty, but for what a tester has put into the Windows directory."""
        words = ["empty", *(["--force"] if force else [])]
        return for_each(servers, lambda server: self._told(server, words, _EMPTY_SECONDS), _WORKERS)

    def _told(self, server: Server, words: t.Sequence[str], seconds: int) -> Answer:
        if not server.sync.has_agent:
            return _failed(server, "it has no sync agent (sync.mode: none), which alone could tell")
        answer = self._asked(server, words, seconds)
        answer["problem"] = answer["problem"] or halted(server.name, answer)
        return answer

    def _asked(self, server: Server, words: t.Sequence[str], seconds: int) -> Answer:
        nonce = uuid.uuid4().hex
        try:
            found = json.loads(self._reach.ask(server.name, [words[0], "--nonce", nonce, *words[1:]], seconds))
            fresh = found["nonce"] == nonce
        except SimulatorError as error:
            return {"server": server.name, "problem": error.message}
        except (ValueError, KeyError, TypeError):
            return _failed(server, "its sync agent's answer cannot be read; it may be of an older version")
        if not fresh:
            return _failed(server, "its sync agent's answer is an old one")
        return {**found, "server": server.name, "problem": ""}

    def _copied(self, server: Server) -> Answer:
        try:
            self._reach.copy(server.name, _COPY_SECONDS)
        except SimulatorError as error:
            return {"server": server.name, "problem": error.message}
        return {"server": server.name, "problem": "", "done": True}


def _failed(server: Server, why: str) -> Answer:
    return {"server": server.name, "problem": f"server {server.name}: {why}"}
