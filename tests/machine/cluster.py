# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test cluster (tests/cluster) with a virtual machine for its node, whose kubelet mounts NFS as nodes do.

The control plane runs on this machine, emulated it would be too slow, in a network namespace of its own: beside it
may be another cluster. Both halves have the same addresses, and ssh carries between them: the API one way, the
kubelet and the servers' NodePorts the other. The Windows drive is a directory of this machine, which the node mounts
over 9p, as Minikube's does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

from ..harness.cache import CACHES
from ..harness.machine.surroundings import CHECKOUT
from ..harness.machine.vm import DRIVE_TAG, Failed, VirtualMachine

CLUSTER = CHECKOUT / "tests" / "cluster"
# The exit status of tests/cluster/cluster where there is no Go.
CANNOT_BE_BUILT = 77
NODE_DATA_ROOT = "/mnt/c/simulator-data"
_ADDRESS, _API, _KUBELET = "10.213.0.1", 6443, 10250
_CACHE = CACHES / "cluster"
_PROGRAMS = ("pause", "cni", "coredns", "containerd", "kubernetes")
_OF_THE_CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_STATE_THERE = "/root/.cache/file-simulator/cluster-run"
# Emulated, on a machine that has other things to do.
_SLOWNESS = 30


class Cluster:
    """A cluster with one node, ``machine``, whose NodePorts ``ports`` are the servers'. Needs the programs in the cache."""

    def __init__(self, machine: VirtualMachine, home: Path, name: str, ports: t.Sequence[int]) -> None:
        self.machine = machine
        self.home = home
        self.name = name
        self.ports = ports
        self._state = home / "control-plane"
        self._relay: subprocess.Popen[bytes] | None = None

    @property
    def kubeconfig(self) -> Path:
        return self._state / "kubeconfig"

    def __enter__(self) -> Cluster:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        begin = time.monotonic()
        _run(["ip", "netns", "add", self.name])
        self.run("ip", "link", "set", "lo", "up")
        self._control_plane("up")
        self.kubectl("apply", f"--filename={Path(__file__).with_name('slow_node.yml')}")
        self._bring_programs()
        self._connect()
        keys = subprocess.run(["tar", "--create", "--directory", self._state, "pki"], check=True, capture_output=True)
        self.machine.send(keys.stdout, f"mkdir -p -m 700 {_STATE_THERE} && tar --extract --directory {_STATE_THERE}")
        # What tells a state directory from anybody else's.
        self.machine.run(f"touch {_STATE_THERE}/file-simulator-cluster", user="root")
        self.machine.run(f"sudo nas/tests/cluster/cluster --part node up --slowness {_SLOWNESS}", seconds=3600)
        self.machine.run(
            f"sudo mkdir -p /mnt/c && sudo mount -t 9p -o trans=virtio,version=9p2000.L {DRIVE_TAG} /mnt/c"
        )
        print(f"{time.monotonic() - begin:6.0f} s  a cluster whose node is the machine", flush=True)

    def __exit__(self, *_error: object) -> None:
        if self._relay is not None:
            self._relay.kill()
            self._relay.wait()
        if self._state.exists():
            self._control_plane("down")
        subprocess.run(["ip", "netns", "delete", self.name], check=False, capture_output=True)

    def run(self, *command: str | Path, seconds: float = 900) -> str:
        """Run a command of this machine where it reaches the cluster; return its output, raise Failed."""
        return _run(["ip", "netns", "exec", self.name, *command], seconds)

    def load_image(self, archive: str) -> None:
        """Load an image into the node, from a file of the node."""
        self.machine.run(f"sudo nas/tests/cluster/cluster load-image {archive}", seconds=1800)

    def kubectl(self, *words: str, seconds: float = 300) -> str:
        program = next(_CACHE.glob("kubernetes-*/kubectl"))
        return self.run(program, f"--kubeconfig={self.kubeconfig}", *words, seconds=seconds)

    def get(self, *words: str) -> dict[str, t.Any]:
        return dict(json.loads(self.kubectl("get", *words, "--output=json")))

    def _control_plane(self, verb: str) -> None:
        places = ["--state-dir", self._state, "--run-dir", self.home / "control-plane-run"]
        self.run(CLUSTER / "cluster", *places, "--part", "control-plane", verb)

    def _bring_programs(self) -> None:
        """Copy the programs of the cluster to the machine; over 9p, which ssh is too slow for."""
        there = self.machine.drive / "programs"
        for name in _PROGRAMS:
            directory = next(_CACHE.glob(f"{name}-*"))
            for program in directory.iterdir():
                if program.name not in _OF_THE_CONTROL_PLANE:
                    copy = there / directory.name / program.name
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(program, copy)
        cache = _STATE_THERE.removesuffix("-run")
        mount = f"mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 {DRIVE_TAG} /mnt"
        self.machine.run(f"{mount} && mkdir -p {cache} && cp -r /mnt/programs/. {cache} && umount /mnt", user="root")
        shutil.rmtree(there)

    def _connect(self) -> None:
        """Carry the API to the machine, and to the control plane what answers on the machine."""
        # The address is that of the node's bridge, which comes later.
        allow = "echo GatewayPorts clientspecified > /etc/ssh/sshd_config.d/relay.conf && systemctl reload ssh"
        self.machine.run(f"{allow} && sysctl --quiet --write net.ipv4.ip_nonlocal_bind=1", user="root")
        words = ["-R", f"{_ADDRESS}:{_API}:{_ADDRESS}:{_API}"]
        for port in (_KUBELET, *self.ports):
            words += ["-L", f"{_ADDRESS}:{port}:{_ADDRESS}:{port}"]
        self._relay = self.machine.forward(*words, inside=["ip", "netns", "exec", self.name])


def _run(command: t.Sequence[str | Path], seconds: float = 900) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=seconds, check=False,
        env={name: value for name, value in os.environ.items() if name != "KUBECONFIG"},
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout[-8000:]}")
    return done.stdout
