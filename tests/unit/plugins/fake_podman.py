# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands for podman in unit tests: keeps pods, volumes, networks and images in memory, runs nothing."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
import typing as t

# A message of "fail" with which a call does not end by itself.
HANGS = "hangs"
_READING = (
    ["pod", "ps"],
    ["volume", "ls"],
    ["volume", "inspect"],
    ["network", "inspect"],
    ["run", "--rm"],
    ["inspect", "--type"],
)


class FakePodman:
    """Answers like podman's command line; takes the place of AnsibleModule.run_command.

    ``fail`` maps the beginning of a call to the message with which it fails, ``logs`` a container to
    its log, ``loads`` is the image that "podman load" brings. ``left`` has, by server, what its agent says
    of its volume beside what a healthy one says, ``left_at_last`` the same for a comparison without an agent.
    """

    def __init__(self, executable: str, directory: str) -> None:
        self.executable = executable
        self.calls: list[list[str]] = []
        self.pods: dict[str, dict[str, t.Any]] = {}
        self.volumes: dict[str, t.Any] = {}
        self.volume_options: dict[str, dict[str, str]] = {}
        # Where the volumes lie, which have what an agent makes in them.
        self.volume_root = directory
        self.networks: dict[str, t.Any] = {}
        self.images: list[str] = []
        self.fail: dict[str, str] = {}
        # When containers were started last, and the exit statuses of these runs.
        self.last_runs: dict[str, tuple[float, int]] = {}
        # Calls that do what they are asked, and say all the same that they failed.
        self.complain: dict[str, str] = {}
        self.logs: dict[str, str] = {}
        # Containers that are in podman's storage alone, by name.
        self.unfinished: dict[str, str] = {}
        self.loads = ""
        # What "podman run" says where there is no pod to say it of.
        self.answers = ""
        self.left: dict[str, dict[str, t.Any]] = {}
        self.left_at_last: dict[str, dict[str, t.Any]] = {}
        self.rules: list[str] = []
        # The tables that nft lists, with their text.
        self.tables: dict[str, str] = {}
        # What iptables-save and nft list, and what is removed of it.
        self.leftovers: dict[str, str] = {}
        self.removed_rules: list[list[str]] = []
        # Containers that make faults, by name: what "podman ps" shows of each.
        self.helpers: dict[str, dict[str, t.Any]] = {}
        # The first processes of containers, by name.
        self.processes: dict[str, int] = {}
        # How often podman has just started a container again, by name.
        self.restarts: dict[str, int] = {}
        # Where volumes are mounted, and what is mounted all the same when podman takes it for mounted already.
        self.mounts: set[str] = set()
        self.believes_in_mounts = False
        self._lock = threading.Lock()

    @property
    def changes(self) -> list[list[str]]:
        """The calls that change something."""
        return [
            call
            for call in self.calls
            if call[:2] not in _READING
            and call[1:2] != ["exists"]
            and call[0] not in ("images", "ps", "logs", "exec", "--version")
        ]

    def run(self, command: list[str], data: str = "", **_options: t.Any) -> tuple[int, str, str]:
        if command[0] == "timeout":
            command = command[3:]
        if command[0] == "iptables-save" or command[:3] == ["nft", "--json", "list"]:
            return 0, self.leftovers.get(command[0], ""), ""
        if command[0] == "mount":
            self.mounts.add(command[-1])
            return 0, "", ""
        if command[0] in ("iptables", "ip"):
            self.removed_rules.append(command)
            return 0, "", ""
        if command[:2] == ["nft", "list"]:
            shown = {f"table inet {name}": text for name, text in self.tables.items()}
            return 0, "\n".join(shown) if command[2] == "tables" else shown[" ".join(command[2:])], ""
        if command[0] == "nft":
            self.rules.append(data)
            return (1, "", f"Error: {self.fail['nft']}\n") if "nft" in self.fail else (0, "", "")
        assert command[0] == self.executable
        words = command[1:]
        with self._lock:
            self.calls.append(words)
            for beginning, message in self.fail.items():
                if " ".join(words).startswith(beginning):
                    if message == HANGS:
                        return 124, "", ""
                    return 125, "", f"Error: {message}\n"
            if words[1:2] == ["exists"]:
                there = {
                    "container": [*self.helpers, *(name for pod in self.pods.values() for name in pod["containers"])]
                }
                return 0 if words[2] in there.get(words[0], getattr(self, f"{words[0]}s", ())) else 1, "", ""
            named = {"create": "--name", "pod": "--infra-name"}.get(words[0], "")
            if "create" in words[:2] and named in words and _after(named, words) in self.unfinished:
                name = _after(named, words)
                if words[0] == "pod":
                    self._pod_create(words)
                return 125, "", (
                    f'Error: creating container storage: the container name "{name}" is already in use by '
                    f"{self.unfinished[name]}. You have to remove that container to be able to reuse that name\n"
                )  # fmt: skip
            if words == ["--version"]:
                return 0, "podman version 4.3.1", ""
            answer = self._answer(words)
            for beginning, message in self.complain.items():
                if " ".join(words).startswith(beginning):
                    return 125, "", f"Error: {message}\n"
            return 0, answer, ""

    def _answer(self, words: list[str]) -> str:
        name = "_".join(words[:2] if words[0] in ("pod", "volume", "network") else words[:1])
        return getattr(self, f"_{name}")(words) or ""

    def _inspect(self, words: list[str]) -> str:
        runs = {name: (time.time(), 0) for name in (*self.restarts, *self.processes)} | self.last_runs
        return "".join(
            f"{name} {self.processes.get(name, 0)} {int(started)} {self.restarts.get(name, 0)} {status}\n"
            for name, (started, status) in runs.items()
            if name in words
        )

    def _network_inspect(self, words: list[str]) -> str:
        return json.dumps([{"name": words[2], "network_interface": "podman7", "subnets": [{"gateway": "10.89.0.1"}]}])

    def _network_create(self, words: list[str]) -> None:
        self.networks[words[-1]] = _labels(words)

    def _network_rm(self, words: list[str]) -> None:
        del self.networks[words[2]]

    def _volume_create(self, words: list[str]) -> None:
        self.volumes[words[-1]] = _labels(words)
        given = [words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "--opt"]
        self.volume_options[words[-1]] = dict(given)
        os.makedirs(os.path.join(self.volume_root, words[-1], ".nas"))

    def _volume_rm(self, words: list[str]) -> None:
        del self.volumes[words[2]]
        self.mounts.discard(os.path.join(self.volume_root, words[2]))
        shutil.rmtree(os.path.join(self.volume_root, words[2]))

    def volume_rm(self, name: str) -> None:
        """Remove a volume behind everybody's back."""
        self._volume_rm(["volume", "rm", name])

    def _volume_inspect(self, words: list[str]) -> str:
        return os.path.join(self.volume_root, words[-1])

    def _volume_mount(self, words: list[str]) -> None:
        if not self.believes_in_mounts:
            self.mounts.add(os.path.join(self.volume_root, words[-1]))

    def _volume_ls(self, words: list[str]) -> str:
        return json.dumps(
            [
                {
                    "Name": name,
                    "Mountpoint": os.path.join(self.volume_root, name),
                    "Labels": labels,
                    "Options": self.volume_options.get(name, {}),
                }
                for name, labels in self.volumes.items()
            ]
        )

    def _exec(self, words: list[str]) -> str:
        """The running agent's answer."""
        server = words[1].split(".")[1]
        return self._said(server, words, self.left.get(server, {}))

    def _run(self, words: list[str]) -> str:
        """The answer of a comparison without an agent; a helper is kept."""
        if "nas_fault_helper" in words:
            return self._run_helper(words)
        server = _after("--server", words)
        if not any(name.endswith(f".{server}") for name in self.pods):
            return self.answers
        return self._said(server, words, self.left_at_last.get(server, {}))

    def _run_helper(self, words: list[str]) -> str:
        name, at = _after("--name", words), words.index("nas_fault_helper") - 2
        if "--detach" in words:
            self.helpers[name] = {
                "Id": f"id-of-{name}",
                "Names": [name],
                "Labels": _labels(words),
                "State": "running",
                "Command": words[at:],
            }
            self.logs.setdefault(name, "on\n")
        return ""

    def _said(self, server: str, words: list[str], more: dict[str, t.Any]) -> str:
        pod = next(pod for name, pod in self.pods.items() if name.endswith(f".{server}"))
        description = json.loads(pod["labels"]["file-simulator.description"])
        status = os.stat(description["local_directory"])
        windows = {"device": status.st_dev, "inode": status.st_ino, "generation": description["generation"]}
        nothing = {"waiting_count": 0, "refused_count": 0, "error_count": 0, "windows": windows}
        return json.dumps(
            {
                "nonce": _after("--nonce", words) if "--nonce" in words else "",
                "state": "known",
                "reason": "",
                "halted_reason": "",
                **nothing,
                **more,
            }
        )

    def _start(self, words: list[str]) -> None:
        for pod in self.pods.values():
            for name in words[1:]:
                if name in pod["containers"]:
                    pod["containers"][name] = "running"

    def _pod_ps(self, words: list[str]) -> str:
        return json.dumps(
            [
                {
                    "Name": name,
                    "InfraId": f"infra-of-{name}",
                    "Labels": pod["labels"],
                    "Containers": [
                        {"Id": f"id-of-{each}", "Names": each, "Status": status}
                        for each, status in pod["containers"].items()
                    ],
                }
                for name, pod in self.pods.items()
            ]
        )

    def _pod_create(self, words: list[str]) -> None:
        assert _after("--name", words) not in self.pods, "pod already exists"
        self.pods[_after("--name", words)] = {"labels": _labels(words), "containers": {}}

    def _create(self, words: list[str]) -> None:
        self.pods[_after("--pod", words)]["containers"][_after("--name", words)] = "created"

    def _pod_start(self, words: list[str]) -> None:
        containers = self.pods[words[2]]["containers"]
        for name in containers:
            containers[name] = "exited" if name.endswith(".sync-windows-data") else "running"

    def _pod_stop(self, words: list[str]) -> None:
        self.pods[words[2]]["containers"] = dict.fromkeys(self.pods[words[2]]["containers"], "exited")

    def _pod_unpause(self, words: list[str]) -> None:
        containers = self.pods[words[2]]["containers"]
        containers.update({name: "running" for name, state in containers.items() if state == "paused"})

    def _network_reload(self, words: list[str]) -> None:
        pass

    def _pod_rm(self, words: list[str]) -> None:
        self.pods.pop(words[-1], None)

    def _stop(self, words: list[str]) -> None:
        for pod in self.pods.values():
            if words[-1] in pod["containers"]:
                pod["containers"][words[-1]] = "exited"

    def _load(self, words: list[str]) -> None:
        self.images.append(self.loads)

    def _images(self, words: list[str]) -> str:
        return "\n".join(self.images)

    def _rmi(self, words: list[str]) -> None:
        self.images = [image for image in self.images if image not in words[1:]]

    def _ps(self, words: list[str]) -> str:
        if "json" not in words:
            return ""
        if "label=file-simulator.fault" in words:
            return json.dumps(list(self.helpers.values()))
        return json.dumps(
            [{"Id": number, "Names": [name], "State": "storage"} for name, number in self.unfinished.items()]
        )

    def _rm(self, words: list[str]) -> None:
        self.unfinished = {name: number for name, number in self.unfinished.items() if number != words[-1]}
        self.helpers.pop(words[-1], None)

    def _logs(self, words: list[str]) -> str:
        return self.logs.get(words[-1], "")


def _after(option: str, words: list[str]) -> str:
    return words[words.index(option) + 1]


def _labels(words: list[str]) -> dict[str, str]:
    return dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "--label")
