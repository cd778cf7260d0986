# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands for minikube and wslpath in unit tests: keeps profiles and mounts in memory, runs nothing.

What it prints has the form of minikube 1.38; tests/minikube holds that against the real program.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import typing as t
from pathlib import Path

_READING = ("version", "profile", "status", "ip", "ssh")
_EVENT = "io.k8s.sigs.minikube."


class FakeMinikube:
    """Answers like minikube's command line; takes the place of AnsibleModule.run_command.

    ``fail`` maps the beginning of a call to the reason, message and advice with which it fails;
    ``drives`` maps Windows drives (``C:``) to directories; ``mounts_work`` tells whether a new mount works.
    """

    def __init__(self, executable: str) -> None:
        self.executable = executable
        self.calls: list[list[str]] = []
        self.environments: list[dict[str, str]] = []
        self.profiles: dict[str, dict[str, t.Any]] = {}
        self.states: dict[str, str] = {}
        self.mounted: set[str] = set()
        self.images: set[str] = set()
        self.archives: dict[str, str] = {}
        self.unreadable: list[str] = []
        self.fail: dict[str, tuple[str, str, str]] = {}
        self.version = "v1.38.1"
        self.address = "192.168.39.7"
        self.drives: dict[str, Path] = {}
        self.mounts_work = True
        # Directories that stand for the nodes' roots, by the names of nodes, and what root was told to run there.
        self.nodes: dict[str, Path] = {}
        self.scripts: list[str] = []

    @property
    def changes(self) -> list[str]:
        """The calls that change something, by their first words."""
        names = [" ".join(call[:2]) if call[0] in ("image", "mount") else call[0] for call in self.calls]
        return [name for name in names if name not in (*_READING, "image ls")]

    def last(self, verb: str) -> list[str]:
        """The words of the last call that began with a verb."""
        return [call for call in self.calls if call[0] == verb][-1]

    def run(
        self, command: list[str], environ_update: dict[str, str] | None = None, **_how: t.Any
    ) -> tuple[int, str, str]:
        if command[0] == "wslpath":
            return 0, "\\\\wsl.localhost\\Debian" + command[2].replace("/", "\\") + "\n", ""
        assert command[0] == self.executable
        words = command[1:]
        self.calls.append(words)
        self.environments.append(environ_update or {})
        for beginning, (reason, message, advice) in self.fail.items():
            if " ".join(words).startswith(beginning):
                return self._failed(words, reason, message, advice)
        return getattr(self, "_" + words[0])(words)

    def _failed(self, words: list[str], reason: str, message: str, advice: str) -> tuple[int, str, str]:
        if "--output=json" in words:
            return 63, event("error", name=reason, message=message, advice=advice, exitcode="63"), ""
        return 63, "", f"\nX Exiting due to {reason}: {message}\n* Suggestion: {advice}\n"

    def _version(self, words: list[str]) -> tuple[int, str, str]:
        return 0, json.dumps({"commit": "", "minikubeVersion": self.version}), ""

    def _profile(self, words: list[str]) -> tuple[int, str, str]:
        valid = [{"Name": name, "Status": "OK", "Config": config} for name, config in self.profiles.items()]
        invalid = [{"Name": name, "Status": "", "Config": None} for name in self.unreadable]
        return 0, json.dumps({"invalid": invalid, "valid": valid}), ""

    def _status(self, words: list[str]) -> tuple[int, str, str]:
        name = value("profile", words)
        if name in self.unreadable:
            return (
                38,
                event("error", name="HOST_CONFIG_LOAD", message="Error getting cluster config", exitcode="38"),
                "",
            )
        if name not in self.profiles:
            return 85, event("info", message=f'Profile "{name}" not found.'), ""
        state = self.states[name]
        if state == "Nonexistent":
            return 7, "null", ""
        parts = {"Running": ("Running", "Running", "Running"), "Paused": ("Running", "Stopped", "Paused")}
        # A machine that answers, without Kubernetes.
        parts["Idle"] = ("Running", "Stopped", "Stopped")
        host, kubelet, apiserver = parts.get(state, (state, state, state))
        configured = "Configured" if state in parts else state
        shown = {"Name": name, "Host": host, "Kubelet": kubelet, "APIServer": apiserver, "Kubeconfig": configured}
        return 0 if state == "Running" else 2, json.dumps({**shown, "Worker": False}), ""

    def _start(self, words: list[str]) -> tuple[int, str, str]:
        name, mount = value("profile", words), value("mount-string", words)
        driver = value("driver", words)
        container = driver in ("docker", "podman")
        old = self.profiles.get(name, {})
        fresh = {
            "Name": name,
            "CPUs": int(value("cpus", words) or 2),
            "Memory": int((value("memory", words) or "2200mb")[:-2]),
            "DiskSize": 20000,
            "Driver": driver,
            "ContainerVolumeMounts": [mount] if container and mount else None,
            "ListenAddress": value("listen-address", words),
        }
        self.profiles[name] = {
            **(old or fresh),
            "ExposedPorts": [port for port in value("ports", words).split(",") if port],
            "MountString": mount,
            "KubernetesConfig": {
                "KubernetesVersion": value("kubernetes-version", words),
                "ContainerRuntime": value("container-runtime", words),
                "CNI": value("cni", words),
            },
        }
        self.states[name] = "Running"
        if mount and self.mounts_work:
            self.mounted.add(name)
        return 0, event("step", name="Done", message="Done!"), ""

    def _stop(self, words: list[str]) -> tuple[int, str, str]:
        name = value("profile", words)
        self.states[name] = "Stopped"
        self.mounted.discard(name)
        return 0, event("step", name="Done", message="1 node stopped."), ""

    def _unpause(self, words: list[str]) -> tuple[int, str, str]:
        self.states[value("profile", words)] = "Running"
        return 0, "", ""

    def _delete(self, words: list[str]) -> tuple[int, str, str]:
        name = value("profile", words)
        self.profiles.pop(name, None)
        self.mounted.discard(name)
        self.unreadable = [each for each in self.unreadable if each != name]
        return 0, event("info", message=f'Removed all traces of the "{name}" cluster.'), ""

    def _mount(self, words: list[str]) -> tuple[int, str, str]:
        assert "--kill" in words
        self.mounted.discard(value("profile", words))
        return 0, "", ""

    def _ip(self, words: list[str]) -> tuple[int, str, str]:
        return 0, self.address + "\n", ""

    def _ssh(self, words: list[str]) -> tuple[int, str, str]:
        name, remote = value("profile", words), words[-1]
        if self.nodes and ("/etc/hosts" in remote or "-hosts " in remote or remote.endswith("| sudo sh")):
            return self._on_node(self.nodes[value("node", words)], remote)
        assert remote.startswith("sudo cat ")
        path = remote[len("sudo cat ") :].strip("'")
        source, target = self.profiles[name]["MountString"].rsplit(":", 1)
        file = self._seen(source) / path[len(target) + 1 :]
        if name not in self.mounted or not file.exists():
            # What the node says of its errors comes with its output.
            return 1, f"cat: {path}: No such file or directory\r\n", "ssh: Process exited with status 1\n"
        # A terminal in between ends lines as terminals do.
        return 0, file.read_text().replace("\n", "\r\n"), ""

    def _on_node(self, root: Path, command: str) -> tuple[int, str, str]:
        """Run a node's command, and what is decoded there for a shell, on the directory that stands for the node."""
        if command.endswith("| sudo sh"):
            self.scripts.append(base64.b64decode(command.split()[1]).decode())
            command = self.scripts[-1]
        programs = {"PATH": f"{root}/bin:/usr/bin:/bin"}
        there = re.sub(r"(?<![\w\"'])/(?=etc/|var/lib/)", f"{root}/", command).replace("sudo ", "")
        done = subprocess.run(["sh", "-c", there], env=programs, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.replace("\n", "\r\n"), done.stderr

    def _seen(self, source: str) -> Path:
        if source[1:3] == ":\\":
            return self.drives[source[:2]].joinpath(*source[3:].split("\\"))
        return Path(source)

    def _image(self, words: list[str]) -> tuple[int, str, str]:
        if words[1] == "load":
            if words[-1] in self.archives:
                self.images.add(self.archives[words[-1]])
            return 0, "", ""
        return 0, json.dumps([{"id": "1", "repoTags": [image], "size": "1"} for image in sorted(self.images)]), ""


def value(option: str, words: list[str]) -> str:
    """Return the value of an option written with an equals sign; empty when it is not there."""
    return next((word.split("=", 1)[1] for word in words if word.startswith(f"--{option}=")), "")


def event(kind: str, **data: str) -> str:
    """Return a line as minikube prints it with --output=json."""
    return json.dumps({"specversion": "1.0", "type": _EVENT + kind, "data": data}) + "\n"
