# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman is told to run for one server. Private to file_simulator.nas. Pure.

The description of a pod is also its label: a pod whose label differs from what is wanted is
replaced, and both descriptions make the diff.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.publishing import (
    Publication,
    publications,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import cpu_millicores, memory_bytes
from ansible_collections.file_simulator.nas.plugins.module_utils._model.sync import MEMORY
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    Container,
    Mount,
    Pod,
    agent_subcommand,
)

LABEL_INSTANCE = "file-simulator.instance"
LABEL_SERVER = "file-simulator.server"
LABEL_DESCRIPTION = "file-simulator.description"
# Raised when the same topology makes other podman calls than before, so that old pods are replaced.
_FORMAT = 3
# A directory of small files keeps this many open at most; it fits below every distribution's hard limit.
ULIMIT = 8192
_PIDS = 256
# Under SELinux a container may touch only what bears its label, and what is in a Windows directory keeps its own: a label
# on it would be a change of testers' files, and 9p has none. Without SELinux the word means nothing.
_SECURITY = ("--security-opt", "no-new-privileges", "--security-opt", "label=disable")


@dataclass(frozen=True)
class Names:
    """How things are called in podman. A dot separates, for neither instance nor server can have one."""

    instance: str
    server: str

    @property
    def pod(self) -> str:
        """The pod's name, with which all others of this server begin."""
        return f"{self.instance}.{self.server}"

    @property
    def volume(self) -> str:
        """The name of the volume that is exported: two pods that name a volume alike would share it."""
        return f"{self.pod}.export"

    @property
    def infra(self) -> str:
        """The name of the container that podman itself keeps in the pod: without one, a killed podman's is nobody's."""
        return f"{self.pod}.infra"

    def container(self, name: str) -> str:
        """Return the full name of the pod's container that is called ``name`` there."""
        return f"{self.pod}.{name}"


def network_name(instance: str) -> str:
    """Return the name of the network that one instance's pods share with nobody else."""
    return f"{instance}.network"


@dataclass(frozen=True)
class Placement:
    """Where one server stands on this machine.

    ``local_directory`` is its Windows directory as this machine sees it, ``generation`` and
    ``restored`` the ids in that directory's marker, ``config_directory`` where its configuration is written, ``gateway`` the address
    as which pods see this machine. ``listen_address`` is the server's own where it has one, ``mount_port`` that of
    NFSv3's MOUNT.
    """

    instance: str
    listen_address: str
    port: int
    windows_directory: str
    local_directory: str
    generation: str
    config_directory: str
    gateway: str = ""
    restored: str = ""
    mount_port: int = 0


def published(pod: Pod, placement: Placement) -> list[Publication]:
    """Return the ports of this machine that lead to the pod's, NFS first."""
    return publications(pod.ports, placement.listen_address, placement.port, placement.mount_port)


def describe(pod: Pod, placement: Placement) -> dict[str, t.Any]:
    """Return what makes a running pod the wanted one, as plain data."""
    return {
        "format": _FORMAT,
        "address": f"{placement.listen_address}:{placement.port}",
        **({"published": [each.argument for each in published(pod, placement)]} if len(pod.ports) > 1 else {}),
        "windows_directory": placement.windows_directory,
        "local_directory": placement.local_directory,
        "generation": placement.generation,
        # One that was made anew is not what the containers are bound to, though it is called the same.
        **({"restored": placement.restored} if placement.restored else {}),
        "storage": pod.storage,
        # Elsewhere a volume has what its disk has.
        **({"size_limit": pod.size_limit} if pod.storage == MEMORY else {}),
        "syncs_to_windows": pod.syncs_to_windows,
        "labels": dict(pod.labels),
        "config": {name: _config(text, placement) for name, text in pod.config_files.items()},
        "containers": {
            container.name: {
                "image": container.image,
                "command": list(container.command),
                "mounts": [_mount_words(mount) for mount in container.mounts],
                "capabilities": list(container.capabilities),
                "cpu": container.resources.cpu_limit,
                "memory": container.resources.memory_limit,
            }
            for container in pod.containers
        },
    }


def _config(text: str, placement: Placement) -> list[str]:
    """Return a configuration's lines with a word for the gateway: its address is known once the network is there."""
    return (text.replace(f"{placement.gateway}/32", "gateway") if placement.gateway else text).splitlines()


def _mount_words(mount: Mount) -> str:
    return f"{mount.volume} at {mount.path}" + (" read-only" if mount.read_only else "")


def pod_create(pod: Pod, placement: Placement, description: t.Mapping[str, t.Any]) -> list[str]:
    """Return podman's arguments that create the empty pod with its published ports."""
    names = Names(placement.instance, pod.server)
    return [
        "pod", "create", "--name", names.pod, "--infra-name", names.infra, "--hostname", pod.server,
        "--network", network_name(placement.instance),
        *[word for each in published(pod, placement) for word in ("--publish", each.argument)],
        *_labels(placement.instance, pod.server),
        "--label", f"{LABEL_DESCRIPTION}={json.dumps(description, sort_keys=True)}",
    ]  # fmt: skip


def container_create(pod: Pod, container: Container, placement: Placement) -> list[str]:
    """Return podman's arguments that create one container in the pod."""
    names = Names(placement.instance, pod.server)
    sources = {
        "windows": placement.local_directory,
        "export": names.volume,
        "config": placement.config_directory,
    }
    # Podman runs init containers anew at each start of the pod, as a kubelet does. The others come back when they fail:
    # with "always", podman-restart.service would start them with the machine, without the initial copy, and stop agent
    # and server together.
    life = ["--init-ctr", "always"] if container is pod.init else ["--restart", "on-failure"]
    return [
        "create", "--pod", names.pod, "--name", names.container(container.name), *life,
        *_labels(placement.instance, pod.server),
        "--cap-drop", "all", "--cap-add", ",".join(container.capabilities),
        *_SECURITY,
        *(["--read-only", "--read-only-tmpfs=false"] if container.read_only_root else []),
        *[word for path in container.scratch for word in ("--tmpfs", f"{path}:rw,size=16m,mode=0755")],
        *[word for mount in container.mounts for word in ("--mount", _mount(sources[mount.volume], mount))],
        "--memory", str(memory_bytes(container.resources.memory_limit)),
        "--cpus", f"{cpu_millicores(container.resources.cpu_limit) / 1000:g}",
        "--pids-limit", str(_PIDS),
        "--ulimit", f"nofile={ULIMIT}:{ULIMIT}", "--ulimit", f"nproc={ULIMIT}:{ULIMIT}",
        "--stop-timeout", str(pod.grace_period),
        container.image, *container.command,
    ]  # fmt: skip


def compare_run(
    instance: str, server: str, description: t.Mapping[str, t.Any], arguments: t.Sequence[str], rescue: str = ""
) -> list[str]:
    """Return podman's arguments that let a server's agent compare both sides, without being able to change them.

    ``description`` is that of the pod, present or past; raises KeyError, ValueError when it tells of no agent.
    ``rescue`` is a directory of this machine that the container may write to, at /rescue.
    """
    agent = description["containers"][AGENT_CONTAINER]
    sources = {"windows": description["local_directory"], "export": Names(instance, server).volume}
    mounts = []
    for words in agent["mounts"]:
        volume, path = words.replace(" read-only", "").split(" at ", 1)
        mounts += ["--mount", _mount(sources[volume], Mount(volume, path, read_only=True))]
    if rescue:
        mounts += ["--mount", ",".join(map(_csv_field, ("type=bind", f"source={rescue}", "destination=/rescue")))]
    return [
        # What the pod ran is here, or nowhere: no registry has it.
        "run", "--rm", "--pull", "never", "--network", "none",
        # By these it is found where podman was killed as it began.
        *_labels(instance, server),
        "--cap-drop", "all", "--cap-add", ",".join(agent["capabilities"]), *_SECURITY,
        "--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp:rw,size=16m,mode=0755",
        *mounts,
        "--pids-limit", str(_PIDS),
        "--ulimit", f"nofile={ULIMIT}:{ULIMIT}", "--ulimit", f"nproc={ULIMIT}:{ULIMIT}",
        agent["image"], *agent_subcommand(agent["command"], *arguments),
    ]  # fmt: skip


def _labels(instance: str, server: str) -> list[str]:
    return ["--label", f"{LABEL_INSTANCE}={instance}", "--label", f"{LABEL_SERVER}={server}"]


def _mount(source: str, mount: Mount) -> str:
    """Write a mount as podman reads it: comma-separated values, so that a path may hold commas and colons."""
    kind = "volume" if mount.volume == "export" else "bind"
    words = [f"type={kind}", f"source={source}", f"destination={mount.path}"] + (["ro=true"] if mount.read_only else [])
    return ",".join(_csv_field(word) for word in words)


def _csv_field(word: str) -> str:
    if any(character in word for character in ',"\n'):
        return '"' + word.replace('"', '""') + '"'
    return word


def volume_create(instance: str, server: str, options: t.Sequence[str] = ()) -> list[str]:
    """Return podman's arguments that create a server's export volume; ``options`` are those of one in memory."""
    return ["volume", "create", *_labels(instance, server), *options, Names(instance, server).volume]


def network_create(instance: str) -> list[str]:
    """Return podman's arguments that create an instance's network; nothing in it needs name resolution."""
    return ["network", "create", "--disable-dns", "--label", f"{LABEL_INSTANCE}={instance}", network_name(instance)]
