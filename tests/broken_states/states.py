# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states in which a server may be found. Each takes one that is whole, and leaves it broken."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

from ..validation.servers import podman
from . import packet_rules
from .server import CONFIG, INSTANCE, NETWORK, PARTS, POD, PORT, VOLUME, BrokenServer, run

State = t.Callable[[BrokenServer], t.Any]


def stopped(_server: BrokenServer) -> None:
    podman("pod", "stop", POD)


def paused(_server: BrokenServer) -> None:
    podman("pod", "pause", POD)


def server_paused(server: BrokenServer) -> None:
    podman("pause", server.container("nfs-server"))


def no_containers(server: BrokenServer) -> None:
    podman("rm", "--force", "--time", "0", *map(server.container, PARTS))


def removed(part: str) -> State:
    return lambda server: podman("rm", "--force", "--time", "0", server.container(part))


def renamed(part: str) -> State:
    return lambda server: podman("rename", server.container(part), f"{INSTANCE}-other")


def killed(part: str) -> State:
    return lambda server: podman("kill", server.container(part))


def unnoticed_end(*parts: str) -> State:
    """Containers die and nobody notes it, as in a power loss: podman still calls them running."""

    def end(server: BrokenServer) -> None:
        pids = {part: (server.pid(part, "State.ConmonPid"), server.pid(part)) for part in parts}
        for monitor, process in pids.values():
            os.kill(monitor, signal.SIGKILL)
            os.kill(process, signal.SIGKILL)
        time.sleep(1)

    return end


def hung(server: BrokenServer) -> None:
    """The NFS server's process stands still."""
    os.kill(server.pid("nfs-server"), signal.SIGSTOP)


def configuration_gone(_server: BrokenServer) -> None:
    shutil.rmtree(CONFIG)


def configuration_changed(_server: BrokenServer) -> None:
    next(CONFIG.rglob("ganesha.conf")).write_text("nonsense")


def network_removed(_server: BrokenServer) -> None:
    podman("network", "rm", "--force", "--time", "0", NETWORK)


def network_forgotten(_server: BrokenServer) -> None:
    """Its definition is gone, and what uses it is not."""
    (Path("/etc/containers/networks") / f"{NETWORK}.json").unlink()


def bridge_removed(_server: BrokenServer) -> None:
    shown = json.loads(podman("network", "inspect", NETWORK))
    run("ip", "link", "delete", shown[0]["network_interface"])


def port_rules_gone(server: BrokenServer) -> None:
    packet_rules.forget_port(PORT, server.container("infra"))


def volume_removed(_server: BrokenServer) -> None:
    podman("volume", "rm", "--force", "--time", "0", VOLUME)


def volume_emptied(server: BrokenServer) -> None:
    for entry in server.export.parent.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def crash_looping(part: str) -> State:
    """A container ends as soon as it is started, again and again."""

    def loop(server: BrokenServer) -> None:
        name = server.container(part)
        words = json.loads(podman("inspect", "--format", "{{json .Config.CreateCommand}}", name))[1:]
        at = next(index for index, word in enumerate(words) if word.startswith("localhost/"))
        podman("rm", "--force", "--time", "0", name)
        podman(*words[: at + 1], "false")
        podman("start", name)
        time.sleep(3)

    return loop


def unfinished_container(server: BrokenServer) -> None:
    """Podman was killed as it created a container: its storage has it, and its database does not."""
    name = server.container("sync-agent")
    podman("rm", "--force", "--time", "0", name)
    _in_storage_alone(server, name)


def unfinished_pod(server: BrokenServer) -> None:
    """Podman was killed as it created a pod: of that there is nothing but podman's own container, in its storage."""
    podman("pod", "rm", "--force", "--time", "0", POD)
    _in_storage_alone(server, f"{POD}.infra")


def _in_storage_alone(server: BrokenServer, name: str) -> None:
    """Make a container that podman's storage has, and its database does not.

    A podman with a database of its own, which is thrown away, comes to the same at the first try.
    """
    with tempfile.TemporaryDirectory() as own:
        settings = Path(own) / "containers.conf"
        kept = {"static_dir": own, "tmp_dir": f"{own}/run", "volume_path": f"{own}/volumes", "lock_type": "file"}
        settings.write_text("[engine]\n" + "".join(f'{key} = "{value}"\n' for key, value in kept.items()))
        environment = {**os.environ, "CONTAINERS_CONF": str(settings)}
        subprocess.run(
            ["podman", "create", "--name", name, server.image, "true"],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    assert not server.exists("container", name)
    assert name in podman("ps", "--all", "--external", "--format", "{{.Names}}").split()


def lock_left(_server: BrokenServer) -> None:
    CONFIG.with_name(f"{INSTANCE}.lock").write_text('{"pid": 1, "command": "nas_server", "user": "x", "since": "then"}')


def lock_is_a_pipe(_server: BrokenServer) -> None:
    path = CONFIG.with_name(f"{INSTANCE}.lock")
    path.unlink()
    os.mkfifo(path)


def marker_is_a_pipe(server: BrokenServer) -> None:
    marker = server.windows / ".file-simulator.json"
    marker.unlink()
    os.mkfifo(marker)


def directory_gone(server: BrokenServer) -> None:
    """A tester moved the Windows directory away."""
    server.windows.rename(server.windows.with_name("moved"))


def image_removed(server: BrokenServer) -> None:
    podman("untag", server.image, server.image)
