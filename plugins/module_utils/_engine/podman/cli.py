# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The podman command, and what it says. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import contextlib
import json
import re
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import Runner, last_line
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.found import Found, found_pod
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.output import causes, without_noise
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.processes import ALIVE
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import (
    LABEL_INSTANCE,
    LABEL_SERVER,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.volume_list import listed_volumes
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

# How many seconds a call may take: a limit ends what hangs, and not what is slow. Podman's calls take turns, and those for
# eight servers run side by side; on emulated machines that share a processor, the last of them has taken more than 120.
# Starting a pod includes copying the whole Windows directory; stopping includes what the sync agent still has to carry,
# running includes the files of a rescue.
_LIMIT = 600
_LIMITS = {"pod start": 3600, "pod stop": 900, "pod rm": 900, "stop": 900, "load": 1800, "run": 1800}
# The one message that decides something: nothing else tells which container of podman's storage has a name. The list
# that has such containers is empty as long as any container, whosesoever, has lost its network with the machine.
_NAME_IN_USE = re.compile(r"name \S+ is already in use by (?:\"?)([0-9a-f]{12,})")
_REMOVING = {"pod": ("pod", "rm", "--force", "--ignore"), "container": ("rm", "--force"), "volume": ("volume", "rm")}
_REMOVALS = 5
_REMOVAL_PAUSE = 0.5
_STORAGE_ONLY = "storage"
# coreutils' timeout ends podman and what podman started: with SIGTERM, ten seconds later with SIGKILL.
_TIMEOUT = ("timeout", "--kill-after=10")
_TIMED_OUT = (124, 137, -9)
_ENVIRONMENT = {
    # On cgroups v1, podman 4 says at every call that they are deprecated.
    "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
    # Where systemd has set it, podman leaves what watches its containers in the caller's unit (libpod,
    # moveConmonToCgroup), such as a CI runner's: they would end with it.
    "INVOCATION_ID": "",
}


class Run(t.NamedTuple):
    """How a container runs, or ran last."""

    process: int
    """Of its first process; 0 when there is none."""
    started: int
    """In seconds of the epoch."""
    restarts: int
    """How often podman has started it again by itself."""
    status: int
    """The exit status of the last run that has ended."""


class Podman:
    """Runs podman. ``environment`` is added to each call's."""

    def __init__(self, runner: Runner, executable: str, environment: t.Mapping[str, str]) -> None:
        self._runner = runner
        self._executable = executable
        self._environment = {**_ENVIRONMENT, **environment}

    def call(self, arguments: t.Sequence[str], operation: str, seconds: int = 0) -> str:
        """Run podman and return its standard output; raise SimulatorError when it fails or hangs.

        ``operation`` begins the error's message, such as "server nas-input-1: create the pod". ``seconds`` is how long
        the call may take where that is longer than usual.
        """
        command, status, out, err = self._run(arguments, seconds)
        if status:
            raise _failure(arguments, operation, command, status, out, err)
        return out

    def discard(self, kind: str, name: str, operation: str) -> None:
        """Remove a ``pod`` with its containers, a ``container`` or a ``volume``, which may be gone already.

        What podman says of a removal does not tell what came of it: after a restart that it did not notice it fails to
        free the lock of what it has just removed; a container that ends and is started again all the time may have
        been started at that moment, and one that ended unseen is found to have at the second try. So podman is asked
        whether the thing is still there: when it is not, all is well, else it is removed once more.
        """
        for attempt in range(1, _REMOVALS + 1):
            try:
                self.call([*_REMOVING[kind], name], operation)
                return
            except SimulatorError as error:
                # What hangs would hang again.
                if error.details["rc"] in _TIMED_OUT:
                    raise
                with contextlib.suppress(SimulatorError):
                    if not self.succeeds([kind, "exists", name]):
                        return
                if attempt == _REMOVALS:
                    raise
            time.sleep(_REMOVAL_PAUSE)

    def runs(self, containers: t.Sequence[str]) -> dict[str, Run]:
        """Return how those of ``containers`` that are there run, or ran last, by their names."""
        if not containers:
            return {}
        shape = "{{.Name}} {{.State.Pid}} {{.State.StartedAt.Unix}} {{.RestartCount}} {{.State.ExitCode}}"
        _command, _status, out, _err = self._run(["inspect", "--type", "container", "--format", shape, *containers])
        read = [line.split() for line in out.splitlines()]
        return {words[0]: Run(*map(int, words[1:])) for words in read if len(words) == 1 + len(Run._fields)}

    def create(self, name: str, arguments: t.Sequence[str], operation: str, pod: str = "") -> None:
        """Create the container ``name``; one of that name which an earlier podman did not finish goes first.

        With ``pod``, it is that which podman creates with a pod of this name.

        A podman that is killed as it creates leaves a container in its storage, of which its database does
        not know: it is in nobody's list and holds the name.
        """
        try:
            self.call(arguments, operation)
        except SimulatorError as error:
            holder = _NAME_IN_USE.search(error.message)
            if not holder or self.succeeds(["container", "exists", name]):
                raise
            if pod:
                # Podman has made the pod by now, without its container.
                self.discard("pod", pod, f"{operation}: remove the unfinished one")
            self.call(["rm", "--force", holder.group(1)], f"{operation}: remove the unfinished one")
            self.call(arguments, operation)

    def unfinished(self, instance: str) -> list[str]:
        """Return the ids of an instance's containers that are in podman's storage alone, see ``create``."""
        try:
            shown = self.call(["ps", "--all", "--external", "--format", "json"], "list unfinished containers")
        except SimulatorError:
            # Podman lists nothing as long as one container, whosesoever, has lost its network with the machine.
            return []
        return [
            each["Id"]
            for each in json.loads(shown or "[]")
            if each.get("State") == _STORAGE_ONLY
            and any(name.split(".")[0] == instance and name.count(".") == 2 for name in each.get("Names") or [])
        ]

    def containers(self, instance: str, server: str) -> list[str]:
        """Return the ids of what podman has of a server, in its pod or not; podman's own of the pod is not among them."""
        labels = [f"label={LABEL_INSTANCE}={instance}", f"label={LABEL_SERVER}={server}"]
        words = [word for label in labels for word in ("--filter", label)]
        return self.call(["ps", "--all", "--quiet", "--no-trunc", *words], f"server {server}: list containers").split()

    def succeeds(self, arguments: t.Sequence[str]) -> bool:
        """Tell whether podman ends with status 0 or 1, for its ``exists`` commands; any other raises SimulatorError."""
        command, status, out, err = self._run(arguments)
        if status not in (0, 1):
            raise _failure(arguments, " ".join(arguments), command, status, out, err)
        return status == 0

    def pods(self) -> list[Found]:
        """Return the pods of every instance."""
        shown = self.call(["pod", "ps", "--format", "json", "--filter", f"label={LABEL_INSTANCE}"], "list pods")
        return [found_pod(pod) for pod in json.loads(shown or "[]")]

    def gateway(self, network: str) -> str:
        """Return the address by which pods of ``network`` see this machine, empty when there is none."""
        shown = json.loads(self.call(["network", "inspect", network], f"inspect the network {network}"))
        return next((str(subnet["gateway"]) for subnet in shown[0].get("subnets", []) if "gateway" in subnet), "")

    def interface(self, network: str) -> str:
        """Return the name of the bridge that a network's pods hang on."""
        shown = json.loads(self.call(["network", "inspect", network], f"inspect the network {network}"))
        return str(shown[0]["network_interface"])

    def tool(self, *command: str, data: str | None = None) -> tuple[int, str, str]:
        """Run one of the programs that podman's network is made with; return status, output and errors.

        Status 127 when it is not there.
        """
        try:
            return self._runner(list(command), data=data, handle_exceptions=False)
        except OSError as error:
            return 127, "", error.strerror or ""

    def firewall(self, rules: str) -> str:
        """Hand rules to nft; return why it does not take them, empty when it does."""
        status, out, err = self.tool("nft", "-f", "-", data=rules)
        if status == 127:
            return f"nft (package nftables): {err}"
        return f"nft: {last_line(err) or last_line(out) or f'exit status {status}'}" if status else ""

    def mountpoints(self) -> dict[str, str]:
        """Return where this machine sees each volume of every instance."""
        return {volume["Name"]: volume["Mountpoint"] for volume in listed_volumes(self.call)}

    def volumes(self, instance: str) -> dict[str, str]:
        """Return the name of the volume of each server of an instance that has one, with a pod or without."""
        labels = {volume["Name"]: volume.get("Labels") or {} for volume in listed_volumes(self.call)}
        return {
            each[LABEL_SERVER]: name
            for name, each in labels.items()
            if each.get(LABEL_INSTANCE) == instance and LABEL_SERVER in each
        }

    def log_tail(self, container: str, lines: int) -> str:
        """Return the last lines of a container's log, oldest first; empty when there is none."""
        _command, status, out, err = self._run(["logs", "--tail", str(lines), container])
        return without_noise(out + err) if status == 0 else ""

    def _run(self, arguments: t.Sequence[str], seconds: int = 0) -> tuple[list[str], int, str, str]:
        command = [self._executable, *arguments]
        status, out, err = self._runner(
            [*_TIMEOUT, str(max(_limit(arguments), seconds)), *command],
            environ_update=self._environment,
            handle_exceptions=False,
        )
        return command, status, out, err


def required(podman: Podman | None) -> Podman:
    """Return a podman that is there; raise SimulatorError where it is not installed."""
    if podman is None:
        raise SimulatorError(f"podman is not installed; {remedies.BUILD_IMAGE} installs it")
    return podman


def _limit(arguments: t.Sequence[str]) -> int:
    return _LIMITS.get(" ".join(arguments[:2])) or _LIMITS.get(arguments[0], _LIMIT)


def _failure(
    arguments: t.Sequence[str], operation: str, command: list[str], status: int, out: str, err: str
) -> SimulatorError:
    details = {"cmd": command, "rc": status, "stdout": out, "stderr": err}
    if status in _TIMED_OUT:
        return SimulatorError(
            f"{operation}: podman {' '.join(arguments[:2])} did not end within {_limit(arguments)} s and was stopped; "
            "end a podman that waits (ps -C podman) and try again; if it hangs again and no container runs, remove "
            f"{ALIVE}: podman then takes the machine as freshly started, and gives its locks new numbers",
            **details,
        )
    reason = causes(err) or last_line(out) or f"exit status {status}"
    return SimulatorError(f"{operation}: podman: {reason}", **details)
