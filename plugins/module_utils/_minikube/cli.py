# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The minikube command, on this machine or on Windows through WSL. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import Runner
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import output as parse

_Read = t.TypeVar("_Read")


@dataclass(frozen=True)
class Answer:
    """What one call came to."""

    command: t.Sequence[str]
    status: int
    out: str
    err: str

    def error(self, message: str, **more: t.Any) -> SimulatorError:
        """Return the error that this call led to, with the call and all that it printed."""
        return SimulatorError(message, cmd=list(self.command), rc=self.status, stdout=self.out, stderr=self.err, **more)


class Minikube:
    """Runs minikube. ``on_windows`` tells of a minikube.exe, which knows Windows paths alone."""

    def __init__(self, runner: Runner, executable: str, environment: t.Mapping[str, str]) -> None:
        self._runner = runner
        self.executable = executable
        self.on_windows = executable.lower().endswith(".exe")
        self._environment = _environment(environment, self.on_windows)

    def run(self, arguments: t.Sequence[str]) -> Answer:
        """Run minikube, whatever comes of it."""
        command = [self.executable, *arguments]
        status, out, err = self._runner(command, environ_update=self._environment, handle_exceptions=False)
        return Answer(command, status, out, err)

    def call(self, arguments: t.Sequence[str], operation: str) -> Answer:
        """Run minikube; raise SimulatorError with its reason and advice when it fails.

        ``operation`` begins the error's message, such as "profile file-simulator: start".
        """
        answer = self.run(arguments)
        if answer.status:
            raise self.failed(answer, operation)
        return answer

    def failed(self, answer: Answer, operation: str) -> SimulatorError:
        """Return the error of a call that failed."""
        failure = parse.read_failure(answer.out, answer.err)
        message = f"{operation}: minikube: {str(failure) or f'exit status {answer.status}'}"
        return answer.error(message, reason=failure.reason, advice=failure.advice)

    def version(self) -> tuple[int, ...] | None:
        """Return minikube's version; None where it was built without one."""
        return self._read(["version", "--output=json"], "ask for the version", parse.read_version)

    def profiles(self) -> parse.Profiles:
        """Return all profiles, running or not."""
        return self._read(["profile", "list", "--output=json"], "list profiles", parse.read_profiles)

    def status(self, name: str) -> parse.Status | None:
        """Return the state of a profile; None when minikube cannot read its configuration."""
        answer = self.run(["status", f"--profile={name}", "--output=json"])
        try:
            return parse.read_status(answer.out, answer.status)
        except ValueError:
            if parse.read_failure(answer.out, answer.err).reason == "HOST_CONFIG_LOAD":
                return None
            raise self.failed(answer, f"profile {name}: ask for its state") from None

    def node_address(self, name: str) -> str:
        """Return the node's address as it is now: Hyper-V gives another after each start."""
        return self.call(["ip", f"--profile={name}"], f"profile {name}: ask for the node's address").out.strip()

    def images(self, name: str) -> frozenset[str]:
        """Return the names of the images that the node has."""
        arguments = ["image", "ls", f"--profile={name}", "--format=json"]
        return self._read(arguments, f"profile {name}: list images", parse.read_images)

    def foreign_path(self, path: str) -> str:
        """Return a path of this machine as minikube is to be told of it."""
        if not self.on_windows:
            return path
        status, out, err = self._runner(["wslpath", "-w", path], handle_exceptions=False)
        if status:
            raise SimulatorError(f"{path}: wslpath: {(err or out).strip() or f'exit status {status}'}")
        return out.strip()

    def _read(self, arguments: t.Sequence[str], operation: str, reader: t.Callable[[str], _Read]) -> _Read:
        answer = self.call(arguments, operation)
        try:
            return reader(answer.out)
        except ValueError as error:
            raise answer.error(f"{operation}: {self.executable}: unexpected output: {error}") from None


def _environment(paths: t.Mapping[str, str], on_windows: bool) -> dict[str, str]:
    plain = {"MINIKUBE_IN_STYLE": "false", "MINIKUBE_WANTUPDATENOTIFICATION": "false"}
    if not on_windows:
        return {**plain, **paths}
    # WSL hands only these on, and translates the paths (/p). minikube.exe refuses to run when it
    # finds WSL_DISTRO_NAME or WSLPATH set (cmd/minikube/cmd/root.go); "--force" is no option of most commands.
    handed_on = [f"{name}/p" for name in paths] + list(plain)
    return {**plain, **paths, "WSLENV": ":".join(handed_on), "WSL_DISTRO_NAME": "", "WSLPATH": ""}
