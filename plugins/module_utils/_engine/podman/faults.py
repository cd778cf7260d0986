# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of servers on podman: a container each that makes them. Private to file_simulator.nas. Talks to podman."""

from __future__ import annotations

import contextlib
import json
import time
import typing as t
import uuid

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import ON, TRY, refused
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman, required
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.fault_render import (
    LABEL_FAULT,
    helper_run,
    image_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.processes import is_dead
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import (
    LABEL_INSTANCE,
    LABEL_SERVER,
    Names,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import Active, read_command
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER

# A helper begins within a second; an earlier one may have to end first.
_SECONDS = 60.0
_RUNNING = "running"


class _Helper(t.NamedTuple):
    """A container that makes faults."""

    name: str
    server: str
    running: bool
    faults: list[Active]


class PodmanFaults:
    """See ``Faults`` in _engine/faults.py.

    ``own`` returns the instance's pods by server, ``lock`` what one run at a time has.
    """

    def __init__(
        self,
        podman: Podman | None,
        instance: str,
        own: t.Callable[[], t.Mapping[str, Found]],
        lock: t.Callable[[str], t.ContextManager[None]] | None = None,
    ) -> None:
        self._podman_or_none = podman
        self._instance = instance
        self._own = own
        self._lock = lock

    @property
    def _podman(self) -> Podman:
        return required(self._podman_or_none)

    def held(self) -> t.ContextManager[None]:
        """Be the one run that changes the instance: neither another fault nor the end of a server comes between."""
        return self._lock("the run that changes faults") if self._lock else contextlib.nullcontext()

    def active(self) -> dict[str, list[Active]]:
        """Return the faults that are on: those of helpers that run, as long as their time is not over."""
        return _on(self._helpers())

    def check(self, servers: t.Sequence[Server]) -> None:
        """Raise SimulatorError where one of ``servers`` does not run."""
        own = self._own()
        for server in servers:
            if server.name not in own or own[server.name].containers.get(SERVER_CONTAINER) != _RUNNING:
                raise SimulatorError(
                    f"server {server.name}: it does not run, so there is nothing to break; start it with {remedies.START}"
                )

    def bring(self, server: Server, faults: t.Sequence[Active]) -> None:
        """Let these faults be on: the helper that makes them takes over from the one before, then that one ends.

        For a few milliseconds between the two no fault is on. Where the new one cannot, the old one has ended as well.
        """
        before = [helper.name for helper in self._helpers() if helper.server == server.name]
        name = f"fault-{uuid.uuid4().hex[:8]}"
        if faults:
            self._podman.call(self._words(server, name, faults, detach=True), self._operation(server))
        for_each(before, lambda old: self._discard(old, server.name))
        if faults:
            self._wait(server, self._full(server, name), faults)

    def _wait(self, server: Server, helper: str, faults: t.Sequence[Active]) -> None:
        """Wait until a helper has begun. Raises SimulatorError with what it says where it cannot."""
        wait_until(lambda: self._is_on(helper) or not self._podman.succeeds(["container", "exists", helper]), _SECONDS)
        if self._is_on(helper) or all(each.over(time.time()) for each in faults):
            return
        self._discard(helper, server.name)
        raise refused(server.name, self._why_not(server, faults))

    def end(self, servers: t.Collection[str] | None, *, check_mode: bool = False) -> dict[str, list[Active]]:
        """End all faults of ``servers``, of the whole instance where it is None; return those that were on."""
        helpers = [helper for helper in self._helpers() if servers is None or helper.server in servers]
        if not check_mode:
            for_each(helpers, lambda each: self._discard(each.name, each.server))
        return _on(helpers)

    def _discard(self, helper: str, server: str) -> None:
        self._podman.discard("container", helper, f"server {server}: end its fault")

    @staticmethod
    def _operation(server: Server) -> str:
        return f"server {server.name}: make the fault"

    def _full(self, server: Server, name: str) -> str:
        return Names(self._instance, server.name).container(name)

    def _words(self, server: Server, name: str, faults: t.Sequence[Active], *, detach: bool) -> list[str]:
        found = self._own().get(server.name)
        image = image_of(found.current.description) if found else ""
        container = Names(self._instance, server.name).container(SERVER_CONTAINER)
        run = self._podman.runs([container]).get(container)
        if not image or run is None or run.process <= 0:
            raise SimulatorError(f"{self._operation(server)}: it does not run")
        return helper_run(self._instance, server, run.process, image, name, faults, detach=detach)

    def _is_on(self, helper: str) -> bool:
        return ON in self._podman.log_tail(helper, 5).splitlines()

    def _why_not(self, server: Server, faults: t.Sequence[Active]) -> str:
        """Return what a helper says that only tries; the one that failed has taken its words with it."""
        try:
            self._podman.call(
                [*self._words(server, f"fault-{uuid.uuid4().hex[:8]}", faults, detach=False), TRY],
                self._operation(server),
            )
        except SimulatorError as error:
            return str(error.details.get("stderr", "") or error.message).strip().rpartition("\n")[2]
        return "its helper has ended, or did not begin in time"

    def _helpers(self) -> list[_Helper]:
        if self._podman_or_none is None:
            return []
        words = ["ps", "--all", "--no-trunc", "--format", "json"]
        filters = [f"label={LABEL_INSTANCE}={self._instance}", f"label={LABEL_FAULT}"]
        shown = self._podman.call(
            [*words, *(word for each in filters for word in ("--filter", each))], "list the faults"
        )
        return [_read(each) for each in json.loads(shown or "[]")]


def _on(helpers: t.Iterable[_Helper]) -> dict[str, list[Active]]:
    """Return what helpers that run make, as long as its time is not over, by server."""
    now = time.time()
    on: dict[str, list[Active]] = {}
    for helper in helpers:
        faults = [each for each in helper.faults if not each.over(now)]
        if helper.running and faults:
            on.setdefault(helper.server, []).extend(faults)
    return on


def _read(shown: t.Mapping[str, t.Any]) -> _Helper:
    """Read one entry of "podman ps"."""
    labels = shown.get("Labels") or {}
    running = shown.get("State") == _RUNNING and not is_dead(str(shown.get("Id", "")))
    return _Helper(
        name=str((shown.get("Names") or [""])[0]),
        server=str(labels.get(LABEL_SERVER, "")),
        running=running,
        faults=read_command(shown.get("Command") or []),
    )
