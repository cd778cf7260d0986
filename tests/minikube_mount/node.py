# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real ``minikube mount``, and a profile whose node is a virtual machine that minikube reaches by ssh.

There is no Kubernetes in that node: the mount needs none. The configuration is what ``minikube start --driver=ssh`` writes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

PROFILE = "mount"
DATA_ROOT = "/mnt/simulator-data"
# Under emulation the node takes seconds for each connection.
_MOUNT_LIMIT = 120.0
_VERSION = "v1.35.1"


class Node:
    """The profile; ``home`` is minikube's own directory, ``ssh_port`` leads from 127.0.0.1 to the node's sshd."""

    def __init__(self, executable: str, home: Path, ssh_port: int) -> None:
        self._executable = executable
        self._home = home
        self.key = home / "key"
        home.mkdir(parents=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        kubernetes = {"KubernetesVersion": _VERSION, "ClusterName": PROFILE, "ContainerRuntime": "containerd"}
        node = {"IP": "127.0.0.1", "Port": 8443, "KubernetesVersion": _VERSION, "ControlPlane": True, "Worker": True}
        self._write("profiles", {"Name": PROFILE, "Driver": "ssh", "KubernetesConfig": kubernetes, "Nodes": [node]})
        driver = {
            "IPAddress": "127.0.0.1", "MachineName": PROFILE, "SSHUser": "root", "SSHPort": ssh_port,
            "SSHKeyPath": str(self.key), "StorePath": str(home / ".minikube"),
        }  # fmt: skip
        options = {"Driver": "", "EngineOptions": {}, "SwarmOptions": {}, "AuthOptions": {"StorePath": str(home)}}
        machine = {"ConfigVersion": 3, "Driver": driver, "DriverName": "ssh", "HostOptions": options, "Name": PROFILE}
        self._write("machines", machine)

    def mount(self, source: Path, port: int, log: Path) -> Mount:
        """Have minikube serve a directory and mount it in the node at DATA_ROOT, with minikube's own options."""
        words = [f"{source}:{DATA_ROOT}", f"--profile={PROFILE}", "--ip=127.0.0.1", f"--port={port}"]
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [self._executable, "mount", *words],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
            )  # fmt: skip
        return Mount(process, log)

    def run(self, *words: str) -> str:
        """Run a command of minikube's on the profile, and return what it prints."""
        done = subprocess.run(
            [self._executable, *words, f"--profile={PROFILE}"],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """Minikube looks for 9p in this machine's kernel, although it is the node's that mounts: a modprobe says yes."""
        programs = self._home / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "modprobe").unlink(missing_ok=True)
        (programs / "modprobe").symlink_to(shutil.which("true") or "/bin/true")
        return {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "MINIKUBE_HOME": str(self._home),
            "KUBECONFIG": str(self._home / "kubeconfig"),
            "LC_ALL": "C.UTF-8",
        }

    def _write(self, kind: str, content: object) -> None:
        directory = self._home / ".minikube" / kind / PROFILE
        directory.mkdir(parents=True)
        (directory / "config.json").write_text(json.dumps(content))


class Mount:
    """A ``minikube mount`` that runs: the file server on this machine, and the mount in the node."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log
        deadline = time.monotonic() + _MOUNT_LIMIT
        while "Successfully mounted" not in self.said:
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"minikube mount: {self.said}")
            time.sleep(0.1)

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """End the file server as a crash does; what the node has mounted is dead from now on."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Have the file server answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)
