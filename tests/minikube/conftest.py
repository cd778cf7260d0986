# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real minikube, with profiles of its own: nothing in the user's home is seen or touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import module_runner  # noqa: F401  (puts the collection on the path)

from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube  # isort: skip

HERE = Path(__file__).resolve().parent


@dataclass
class Real:
    """The program, its home, and every call that was made of it."""

    executable: str
    home: Path
    calls: list[tuple[list[str], int, str, str]] = field(default_factory=list)

    @property
    def kubeconfig(self) -> Path:
        return self.home / "kubeconfig"

    @property
    def profiles(self) -> Path:
        return self.home / ".minikube" / "profiles"

    @property
    def minikube(self) -> Minikube:
        return Minikube(
            self.run, self.executable, {"KUBECONFIG": str(self.kubeconfig), "MINIKUBE_HOME": str(self.home)}
        )

    def run(
        self, command: t.Sequence[str], environ_update: t.Mapping[str, str] | None = None, **_how: t.Any
    ) -> tuple[int, str, str]:
        environment = {**os.environ, "LC_ALL": "C.UTF-8", **(environ_update or {})}
        if shutil.which("sudo") is None:
            environment["PATH"] += f"{os.pathsep}{self._without_sudo()}"
        done = subprocess.run(
            list(command),
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        self.calls.append((list(command), done.returncode, done.stdout, done.stderr))
        return done.returncode, done.stdout, done.stderr

    def _without_sudo(self) -> Path:
        """A directory with a sudo for root, who needs none: minikube calls podman by it all the same."""
        directory = self.home / "sbin"
        if not directory.is_dir():
            directory.mkdir(parents=True)
            sudo = directory / "sudo"
            sudo.write_text('#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"\n')
            sudo.chmod(0o755)
        return directory

    def fabricate(self, name: str, **config: t.Any) -> None:
        """Write a profile's configuration, as minikube start would have; there is no machine behind it."""
        kubernetes = {"KubernetesVersion": "v1.35.1", "ClusterName": name, "ContainerRuntime": "containerd"}
        node = {
            "IP": "192.168.49.2",
            "Port": 8443,
            "KubernetesVersion": "v1.35.1",
            "ControlPlane": True,
            "Worker": True,
        }
        mount = "/tmp:/mnt/simulator-data"
        directory = self.profiles / name
        directory.mkdir(parents=True)
        (directory / "config.json").write_text(
            json.dumps(
                {
                    "Name": name,
                    "Driver": "docker",
                    "CPUs": 4,
                    "Memory": 8192,
                    "DiskSize": 20000,
                    "KubernetesConfig": kubernetes,
                    "Nodes": [node],
                    "ExposedPorts": ["32160:32160"],
                    "ListenAddress": "127.0.0.1",
                    "ContainerVolumeMounts": [mount],
                    "MountString": mount,
                    **config,
                }
            )
        )


@pytest.fixture(scope="session")
def executable() -> str:
    """The program's path; the tests are skipped where it cannot be built."""
    built = subprocess.run([HERE / "build"], capture_output=True, text=True, check=False)
    if built.returncode == 77:
        pytest.skip(built.stderr.strip())
    assert built.returncode == 0, built.stderr
    return built.stdout.strip()


@pytest.fixture
def real(executable: str, tmp_path: Path) -> Real:
    return Real(executable, tmp_path / "minikube home")
