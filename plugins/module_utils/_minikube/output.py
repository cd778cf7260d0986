# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the minikube command prints, as values. Private to file_simulator.nas. Pure.

Forms: ``pkg/minikube/config/types.go`` (profiles), ``pkg/minikube/cluster/status.go`` (states),
``pkg/minikube/out/register`` (events) and ``pkg/minikube/out/out_reason.go`` (errors as text) of
minikube 1.33 to 1.38.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line

# "cluster not found" in pkg/minikube/reason/exitcodes.go, with which status ends for an unknown profile.
NOT_FOUND = 85
_ERROR = "io.k8s.sigs.minikube.error"
# Words for people go on in lines that are indented or blank, until the next bullet or the frame of a box.
_EXITING = re.compile(r"Exiting due to (?P<reason>[A-Z0-9_]+): (?P<message>.*?)(?=\n[*X]|\n[^\x00-\x7f]|\Z)", re.DOTALL)
_ADVICE = re.compile(r"\n[*X] Suggestion: (?P<advice>.*?)(?=\n[*X]|\n[^\x00-\x7f]|\Z)", re.DOTALL)
_UNSET = "v0.0.0-unset"


@dataclass(frozen=True)
class Failure:
    """Why a call failed: minikube's stable id of the reason, its message, and its advice; empty where it gave none."""

    reason: str = ""
    message: str = ""
    advice: str = ""

    def __str__(self) -> str:
        words = f"{self.message} ({self.reason})" if self.reason else self.message
        return f"{words}; {self.advice}" if self.advice else words


@dataclass(frozen=True)
class Status:
    """The states of a profile's only, or first, node. ``host`` is ``Nonexistent`` where there is none."""

    host: str
    kubelet: str = ""
    apiserver: str = ""
    kubeconfig: str = ""

    @property
    def word(self) -> str:
        """The state in one word: running, paused, stopped, absent or broken."""
        if self.host == "Running" and self.kubelet == self.apiserver == "Running":
            return "running" if self.kubeconfig == "Configured" else "broken"
        if self.host == "Running" and self.apiserver == "Paused":
            return "paused"
        return {"Stopped": "stopped", "Saved": "stopped", "Nonexistent": "absent", "": "absent"}.get(
            self.host, "broken"
        )


ABSENT = Status("Nonexistent")


@dataclass(frozen=True)
class Profile:
    """A profile's configuration. ``memory`` and ``disk`` are in MiB; ``mount`` is ``source:target`` or empty."""

    name: str
    driver: str
    cpus: int
    memory: int
    kubernetes_version: str
    container_runtime: str
    mount: str
    ports: tuple[str, ...]
    listen_address: str
    config: t.Mapping[str, t.Any] = field(repr=False, default_factory=dict)

    @property
    def host_ports(self) -> frozenset[int]:
        """The machine's ports that the node publishes."""
        return frozenset(port for port in map(_host_port, self.ports) if port)


@dataclass(frozen=True)
class Profiles:
    """All profiles; ``unreadable`` are the names of those without a configuration that can be used."""

    valid: t.Mapping[str, Profile]
    unreadable: tuple[str, ...] = ()


def read_version(out: str) -> tuple[int, ...] | None:
    """Return the numbers in what ``version -o json`` or ``version --short`` prints.

    None for a program that was built without its version, as "go install" does: it calls itself
    v0.0.0-unset. Raises ValueError for anything else.
    """
    text = out.strip()
    if text.startswith("{"):
        text = str(_object(text).get("minikubeVersion", ""))
    if text == _UNSET:
        return None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?\Z", text)
    if match is None:
        raise ValueError(f"'{text[:80]}' is no version of minikube")
    return tuple(int(number) for number in match.groups())


def read_profiles(out: str) -> Profiles:
    """Return what ``profile list -o json`` prints. Raises ValueError when it is something else."""
    data = _object(_last_json(out))
    if "valid" not in data:
        raise ValueError(f"profile list: {data.get('error') or 'no list of profiles'}")
    valid = {entry["Name"]: _profile(entry) for entry in data["valid"] or () if isinstance(entry.get("Config"), dict)}
    unreadable = tuple(str(entry.get("Name", "")) for entry in data.get("invalid") or ())
    return Profiles(valid, unreadable)


def read_status(out: str, status: int) -> Status:
    """Return what ``status -o json`` prints with its exit status: a bit mask that is no failure.

    A profile of several nodes has a list, whose first is the control plane; one whose machine is gone
    has ``null``. Raises ValueError when it is no status, such as an error event.
    """
    if status == NOT_FOUND:
        return ABSENT
    for line in reversed(out.splitlines()):
        try:
            data = json.loads(line)
        except ValueError:
            continue
        if not data:
            return ABSENT
        first = data[0] if isinstance(data, list) else data
        if isinstance(first, dict) and "Host" in first:
            return Status(*(str(first.get(key, "")) for key in ("Host", "Kubelet", "APIServer", "Kubeconfig")))
    raise ValueError("no status in what minikube printed")


def read_failure(out: str, err: str) -> Failure:
    """Return why minikube failed, from its events or its words; an empty Failure when it said nothing."""
    failure = Failure()
    for event in _events(out):
        data = event.get("data") or {}
        if event.get("type") == _ERROR:
            found = Failure(
                str(data.get("name", "")), one_line(data.get("message") or ""), one_line(data.get("advice") or "")
            )
            # Events without a name are remarks on the way to the one that has it.
            if found.reason or not failure.reason:
                failure = found
        elif event.get("type", "").endswith(".info") and not failure.message and "not found" in str(data):
            failure = Failure(message=one_line(data.get("message") or ""))
    return failure if failure.message else _from_words(err or out)


def read_images(out: str) -> frozenset[str]:
    """Return the names with tags in what ``image ls --format json`` prints. Raises ValueError when it is no list."""
    data = json.loads(_last_json(out) or "[]") or []
    if not isinstance(data, list):
        raise ValueError("image ls: no list of images")
    return frozenset(str(tag) for image in data for tag in image.get("repoTags") or ())


def _from_words(text: str) -> Failure:
    match = _EXITING.search(text)
    if match:
        advice = _ADVICE.search(text, match.end())
        return Failure(
            match.group("reason"),
            one_line(match.group("message")),
            one_line((advice and advice.group("advice")) or ""),
        )
    lines = [line.strip(" *X\t") for line in text.splitlines() if re.search(r"\w", line)]
    told = next((line for line in lines if line.startswith("Error:")), lines[0] if lines else "")
    return Failure(message=one_line(told))


def _events(out: str) -> t.Iterator[t.Mapping[str, t.Any]]:
    for line in out.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "specversion" in event:
            yield event


def _profile(entry: t.Mapping[str, t.Any]) -> Profile:
    config: t.Mapping[str, t.Any] = entry["Config"]
    kubernetes = config.get("KubernetesConfig") or {}
    mount = str(config.get("MountString") or "")
    # Until 1.36 a separate switch says whether the mount is used, and its default is not empty.
    if not config.get("Mount", True):
        mount = ""
    bound = config.get("ContainerVolumeMounts") or ()
    return Profile(
        name=str(entry["Name"]),
        driver=str(config.get("Driver", "")),
        cpus=int(config.get("CPUs") or 0),
        memory=int(config.get("Memory") or 0),
        kubernetes_version=str(kubernetes.get("KubernetesVersion", "")),
        container_runtime=str(kubernetes.get("ContainerRuntime", "")),
        mount=str(bound[0]) if bound else mount,
        ports=tuple(str(port) for port in config.get("ExposedPorts") or ()),
        listen_address=str(config.get("ListenAddress") or ""),
        config=config,
    )


def _host_port(published: str) -> int | None:
    """Return the machine's port of ``[address:]host:node[/protocol]``; None where the machine chooses one."""
    words = published.split("/")[0].split(":")
    return int(words[-2]) if len(words) > 1 and words[-2].isdigit() else None


def _object(text: str) -> dict[str, t.Any]:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("no JSON object")
    return data


def _last_json(out: str) -> str:
    """Return the last line that looks like JSON: warnings may come before it."""
    lines = [line.strip() for line in out.splitlines() if line.strip()[:1] in ("{", "[")]
    return lines[-1] if lines else out.strip()
