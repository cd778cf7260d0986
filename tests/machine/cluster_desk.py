# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person does with a cluster whose node is a virtual machine: make's targets, testers' files, a pod's shell."""

from __future__ import annotations

import json
import time
import typing as t

from ..harness.machine.surroundings import CHECKOUT
from ..validation.servers import image
from .cluster import NODE_DATA_ROOT, Cluster

INPUTS = ("nas-input-1", "nas-input-2", "nas-input-3")
BACKUP = "nas-backup"
OUTPUTS = ("nas-output-1", "nas-output-2", "nas-output-3")
SEVEN = (*INPUTS, BACKUP, *OUTPUTS)
CONTEXT = "file-simulator-test"
EXAMPLE = "deployment/nas-example"
# The one server whose files outlive its pod.
PERSISTENT = OUTPUTS[1]
_STORAGE = {"type": "persistent", "size_limit": "10Mi"}
# What takes seconds takes minutes where a node is emulated.
PATIENCE = 900


def seven(cluster: Cluster) -> dict[str, t.Any]:
    """Return the topology of the default servers at the cluster's ports; one of them keeps its files."""
    return {
        "instance": cluster.name,
        "namespace": cluster.name,
        "changes": [
            {"name": server, "port": port, **({"storage": _STORAGE} if server == PERSISTENT else {})}
            for server, port in zip(SEVEN, cluster.ports)
        ],
    }


class ClusterDesk:
    """A cluster, and the Windows directories below ``data`` of this machine.

    ``namespace`` is the servers'. ``settings`` are further variables of make's targets.
    """

    def __init__(self, cluster: Cluster, namespace: str, **settings: t.Any) -> None:
        home = cluster.home
        self.cluster = cluster
        self.data = cluster.machine.drive / "simulator-data"
        self._namespace = namespace
        self._settings = home / "cluster.yml"
        self._given: dict[str, t.Any] = {
            "file_simulator_engine": "kubernetes",
            "file_simulator_kubeconfig": str(cluster.kubeconfig),
            "file_simulator_context": CONTEXT,
            "file_simulator_drive_root": str(cluster.machine.drive.parent),
            "file_simulator_node_data_root": NODE_DATA_ROOT,
            "windows_layout_registry": str(home / "directories.json"),
            "nas_engine_record": str(home / "engine.json"),
            "nas_clients_directory": str(home / "clients"),
            "nas_servers_wait_timeout": PATIENCE,
            "nas_servers_storage_class": "",
            "nas_clients_wait_timeout": PATIENCE,
            **settings,
        }

    def make(self, target: str, arguments: str = "", seconds: float = 3600) -> str:
        """Run a make target of this checkout against the cluster, print how long it took, and return what it said."""
        self._settings.write_text(json.dumps(self._given))
        begin = time.monotonic()
        said = self.say(target, f"ARGS=-e @{self._settings} {arguments}", seconds=seconds)
        print(f"{time.monotonic() - begin:6.0f} s  make {target} {arguments}", flush=True)
        return said

    def say(self, target: str, *variables: str, seconds: float = 600) -> str:
        """Run a make target with make's own variables."""
        return self.cluster.run("make", "-C", CHECKOUT, target, *variables, seconds=seconds)

    def kubectl(self, *words: str, seconds: float = 300) -> str:
        return self.cluster.kubectl("--namespace", self._namespace, *words, seconds=seconds)

    def in_pod(self, command: str) -> str:
        """Run a shell command in the example's pod, as its user; return what it says, of errors, too."""
        return self.kubectl("exec", EXAMPLE, "--", "sh", "-c", command)

    def make_volume(self) -> None:
        """Make what the persistent server's claim is bound to: a directory of the node."""
        spec = {
            "capacity": {"storage": _STORAGE["size_limit"]},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": "/var/lib/volume", "type": "DirectoryOrCreate"},
        }
        document = self._settings.with_name("volume.json")
        metadata = {"name": "volume"}
        document.write_text(
            json.dumps({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec})
        )
        self.cluster.kubectl("apply", f"--filename={document}")

    def restart(self, server: str) -> None:
        """Replace a server's pod by another one, and wait until that is ready."""
        begin = time.monotonic()
        self.kubectl("rollout", "restart", f"deployment/{server}")
        self.kubectl("rollout", "status", f"deployment/{server}", f"--timeout={PATIENCE}s", seconds=PATIENCE + 60)
        print(f"{time.monotonic() - begin:6.0f} s  {server} has another pod", flush=True)

    def run_pod(self, name: str, server: str) -> None:
        """Run a pod of somebody else's that mounts a server by its claim, at /nas."""
        container = {
            "name": name,
            "image": image(),
            "command": ["sleep", "36000"],
            "volumeMounts": [{"name": "nas", "mountPath": "/nas"}],
        }
        spec = {
            "terminationGracePeriodSeconds": 0,
            "containers": [container],
            "volumes": [{"name": "nas", "persistentVolumeClaim": {"claimName": server}}],
        }
        document = self._settings.with_name("pod.json")
        document.write_text(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}))
        self.kubectl("apply", f"--filename={document}")
        self.kubectl("wait", "--for=condition=Ready", f"--timeout={PATIENCE}s", f"pod/{name}", seconds=PATIENCE + 60)

    def image_archive(self) -> str:
        """Return where the machine has the image: it was built there when the machine's disk was made."""
        return f"/home/tester/.cache/file-simulator/images/nas-{image().rpartition(':')[2]}.tar"

    def put(self, server: str, name: str, content: str) -> None:
        """Put a file into a server's Windows directory, as a tester does."""
        (self.data / server / name).write_text(content)

    def mounts(self) -> dict[str, set[str]]:
        """Return the options of what the node has mounted by NFS, by server."""
        said = self.cluster.machine.run("findmnt --noheadings --raw --types nfs,nfs4 --output TARGET,OPTIONS || true")
        # The kubelet names a mount after its volume: NAMESPACE.SERVER.
        found = [line.split() for line in said.splitlines()]
        return {target.rpartition(".")[2]: set(options.split(",")) for target, options in found}

    def until(self, what: str, holds: t.Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds, and print how long that took."""
        begin = time.monotonic()
        while not holds():
            assert time.monotonic() - begin < seconds, f"after {seconds} s not yet: {what}"
            time.sleep(2)
        print(f"{time.monotonic() - begin:6.1f} s  {what}", flush=True)

    def pod_reads(self, server: str, name: str, content: str) -> None:
        read = f"cat /nas/{server}/{name} 2>/dev/null || true"
        self.until(f"{name} is in the pod's mount of {server}", lambda: self.in_pod(read) == content)

    def windows_has(self, server: str, name: str, content: str) -> None:
        path = self.data / server / name
        self.until(f"{name} is in {server}'s Windows directory", lambda: path.exists() and path.read_text() == content)
