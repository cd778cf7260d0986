# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command under test, its node, and a look at the host: what the tests of the cluster share."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from testcluster import iptables, recipes, settings
from testcluster.host import SYSCTLS, read_sysctl

HERE = Path(__file__).resolve().parent
IMAGE = "localhost/file-simulator-busybox:1"
# Others may mount, plug and publish while the tests run: they are allowed to live beside the cluster.
NEIGHBOURS = re.compile(r"podman\d+$|veth\d{1,3}$")
OUR_MOUNTS = re.compile(r"file-simulator|pytest|kubelet|containerd|cni")
OURS = re.compile(rf"KUBE-|FSIM-|CNI-|{settings.BRIDGE}|10\.213\.")
NEIGHBOUR_CHAIN = "NEIGHBOUR-OF-THE-CLUSTER"


class Cluster:
    """The command under test, with a state directory of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.environment = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a verb."""
        return run(self.command(*arguments), env={**self.environment, **environment})

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a verb and do not wait for it."""
        return subprocess.Popen(self.command(*arguments), env=self.environment, stderr=subprocess.DEVNULL)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a verb."""
        return [str(HERE / "cluster"), "--state-dir", str(self.state), *arguments]

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl, which must succeed, and return its output."""
        options = ["--kubeconfig", str(self.state / "kubeconfig"), "--cache-dir", str(self.state / "kubectl")]
        done = run([str(recipes.program("kubectl")), *options, *arguments], stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def apply(self, *documents: dict[str, object]) -> None:
        """Create or change objects."""
        everything = {"apiVersion": "v1", "kind": "List", "items": list(documents)}
        self.kubectl("apply", "--filename", "-", stdin=json.dumps(everything))


def run(
    command: list[str], *, stdin: str | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says."""
    return subprocess.run(command, input=stdin, env=env, capture_output=True, text=True, check=False)


def look_at_host() -> dict[str, set[str]]:
    """Return everything of the host that a cluster may change, by kind."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    fixed = ("/var/lib/kubelet", "/var/lib/cni", "/var/log/containers", "/var/log/pods", "/run/containerd")
    chains = iptables.present()
    paths = [*fixed, str(settings.RUN_DIR), "/etc/cni", "/opt/cni", str(Path.home() / ".kube")]
    return {
        "programs": {link for link in map(executable, Path("/proc").glob("[0-9]*")) if link},
        "mounts": {mount for mount in mounts if OUR_MOUNTS.search(mount)},
        "links": {link for link in os.listdir("/sys/class/net") if not NEIGHBOURS.match(link)},
        "listeners": listeners(),
        "chains": {f"{family} {chain}" for family in chains for chain in chains[family]},
        "rules": {rule for rule in run(["iptables-save"]).stdout.splitlines() if OURS.search(rule)},
        "sysctls": {f"{name}={read_sysctl(name)}" for name in (*SYSCTLS, "net/ipv4/ip_forward")},
        "control groups": {str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{settings.CGROUP}")},
        "directories": {path for path in paths if os.path.exists(path)},
    }


def executable(process: Path) -> str:
    """Return which of our programs a process runs; nothing for everybody else's."""
    try:
        target = os.readlink(process / "exe")
    except OSError:
        return ""
    return target if target.startswith(str(recipes.binaries_home())) else ""


def listeners() -> set[str]:
    """Return 'address program' of every listening socket, but those by which podman publishes ports of pods.

    A simulator that is in use comes and goes meanwhile; the cluster has no podman.
    """
    found = set()
    for line in run(["ss", "-Hlntup"]).stdout.splitlines():
        address = line.split()[4].rpartition(":")[0]
        program = re.search(r'users:\(\("([^"]+)"', line)
        found.add(f"{address} {program[1] if program else '?'}")
    return {entry for entry in found if not entry.endswith(" conmon")}
