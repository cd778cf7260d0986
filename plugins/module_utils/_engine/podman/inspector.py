# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What checks ask of podman. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import ContainerFacts
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman, required
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import Names
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.status import read_status
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER


class PodmanInspector:
    """Looks at one instance's pods."""

    engine = "podman"
    keeps_volumes = True

    def __init__(self, podman: Podman | None, instance: str, restart: t.Callable[[t.Sequence[str]], None]) -> None:
        self._podman_or_none = podman
        self._instance = instance
        self._restart = restart
        self._lock = threading.Lock()
        self._containers: dict[str, list[ContainerFacts]] | None = None
        self._mountpoints: dict[str, str] | None = None

    @property
    def _podman(self) -> Podman:
        return required(self._podman_or_none)

    def versions(self) -> dict[str, str]:
        """Return podman's version."""
        if self._podman_or_none is None:
            return {}
        return {"podman": self._podman.call(["--version"], "ask for the version").split()[-1]}

    def containers(self, server: str) -> list[ContainerFacts]:
        """Return a server's containers as podman made them: all servers' are asked for at once, and once only."""
        with self._lock:
            if self._containers is None:
                self._containers = self._inspected()
            return self._containers.get(server, [])

    def _inspected(self) -> dict[str, list[ContainerFacts]]:
        owners = {
            Names(self._instance, pod.current.server).container(name): pod.current.server
            for pod in self._podman.pods()
            if pod.instance == self._instance
            for name in pod.containers
        }
        found: dict[str, list[ContainerFacts]] = {}
        if owners:
            for shown in json.loads(self._podman.call(["inspect", *owners], "inspect the containers")):
                server = owners[shown["Name"]]
                prefix = Names(self._instance, server).container("")
                found.setdefault(server, []).append(_facts(shown, prefix))
        return found

    def log_tail(self, server: str, container: str, lines: int) -> list[str]:
        """Return the last lines of a container's log."""
        return self._podman.log_tail(Names(self._instance, server).container(container), lines).splitlines()

    def sync_status(self, server: str) -> t.Mapping[str, t.Any] | None:
        """Return what is in the agent's status file, which is at most a second behind, at rest half a minute."""
        with self._lock:
            if self._mountpoints is None:
                self._mountpoints = self._podman.mountpoints()
        mountpoint = self._mountpoints.get(Names(self._instance, server).volume)
        return read_status(mountpoint) if mountpoint else None

    def restart(self, servers: t.Sequence[str]) -> None:
        """Restart the pods, all at once."""
        self._containers = None
        self._restart(servers)

    def kill(self, server: str) -> None:
        """Kill the NFS server's process behind podman's back, as a crash does; podman starts it again."""
        container = Names(self._instance, server).container(SERVER_CONTAINER)
        shown = self._podman.call(["inspect", "--format", "{{.State.Pid}}", container], f"server {server}: find it")
        number = int(shown)
        if number <= 0:
            raise SimulatorError(f"server {server}: {SERVER_CONTAINER} does not run")
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _facts(container: t.Mapping[str, t.Any], prefix: str) -> ContainerFacts:
    host = container["HostConfig"]
    capabilities = container.get("EffectiveCaps") or []
    return ContainerFacts(
        name=container["Name"][len(prefix) :],
        running=container["State"]["Status"] == "running",
        privileged=bool(host.get("Privileged")),
        may_escalate="no-new-privileges" not in (host.get("SecurityOpt") or []),
        read_only_root=bool(host.get("ReadonlyRootfs")),
        capabilities=frozenset(name[len("CAP_") :] for name in capabilities),
        cpu_limit=int(host.get("NanoCpus", 0)) // 1_000_000 or None,
        memory_limit=int(host.get("Memory", 0)) or None,
    )
