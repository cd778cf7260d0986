# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server's pod, in parts that every engine understands. Private to file_simulator.nas. Pure.

init ``sync-windows-data`` brings the Windows directory's files into the export, then the sidecar
``sync-agent`` carries changes, then ``nfs-server`` serves. One image has all three; unfs3 comes from an image of its own.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import (
    NFS_PORT,
    RPCBIND_PORT,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_PATH
from ansible_collections.file_simulator.nas.plugins.module_utils._model.resources import Resources
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ganesha import render_ganesha
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ownership import ownership_words
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import NFS, Port, has_rpcbind, ports_of
from ansible_collections.file_simulator.nas.plugins.module_utils._server.size_limit import with_room_in_memory
from ansible_collections.file_simulator.nas.plugins.module_utils._server.unfs3 import render_exports, unfsd_command

STATUS_PORT = 9100
# Below what the volume is mounted in the containers. The state directory lies beside the exported tree, on the
# same file system, so that the agent can rename into it unseen.
EXPORT_MOUNT = "/export"
DATA_DIRECTORY = "/export/data"
STATE_DIRECTORY = "/export/.nas"
# Which clients held locks: NFS-Ganesha makes it, and the state directory is there before the server starts.
RECOVERY_DIRECTORY = f"{STATE_DIRECTORY}/ganesha"
STATUS_FILE = ".nas/status.json"
WINDOWS_MOUNT = "/windows"
CONFIG_MOUNT = "/etc/nas"
# Seconds that a pod has to carry the last changes to Windows before it is killed.
GRACE_PERIOD = 30

INIT_CONTAINER = "sync-windows-data"
SERVER_CONTAINER = "nfs-server"
AGENT_CONTAINER = "sync-agent"
AGENT_PROGRAM = ("python3", "-m", "nas_sync_agent")
# The agent's exit status when another agent works on its volume (EXIT_OCCUPIED in its __main__.py).
AGENT_OCCUPIED = 5
# CHOWN and FSETID for owners, groups and setgid directories that a topology or a client asks for; LEASE to ask the
# kernel whether a client has a file open for writing, whoever owns it.
_SYNC_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "LEASE")


@dataclass(frozen=True)
class Mount:
    """A volume (``windows``, ``export`` or ``config``) at a path in a container."""

    volume: str
    path: str
    read_only: bool = False


_SERVER_MOUNTS = (Mount("export", EXPORT_MOUNT), Mount("config", CONFIG_MOUNT, read_only=True))


@dataclass(frozen=True)
class Container:
    """One container. ``scratch`` are paths that need a small writable tmpfs.

    The rest is read-only where ``read_only_root`` says so. ``probe`` is empty where the image has
    nothing to ask the server with.
    """

    name: str
    image: str
    command: tuple[str, ...]
    mounts: tuple[Mount, ...]
    capabilities: tuple[str, ...]
    resources: Resources
    scratch: tuple[str, ...] = ("/tmp",)
    probe: tuple[str, ...] = ()
    read_only_root: bool = True


@dataclass(frozen=True)
class Pod:
    """What runs for one server. ``agent`` is None where nothing is carried continuously.

    ``syncs_to_windows`` tells whether the export holds what Windows may not have yet. ``paths`` are those of its
    exports, ``ports`` what its server listens on, NFS first.
    """

    server: str
    init: Container
    agent: Container | None
    nfs_server: Container
    config_files: t.Mapping[str, str]
    storage: str
    size_limit: str
    syncs_to_windows: bool
    nfs_versions: tuple[int, ...] = (4,)
    paths: tuple[str, ...] = (EXPORT_PATH,)
    ports: tuple[Port, ...] = (NFS,)
    grace_period: int = GRACE_PERIOD
    labels: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers in the order in which they start."""
        return tuple(container for container in (self.init, self.agent, self.nfs_server) if container)


@dataclass(frozen=True)
class Images:
    """The images that pods are made from: the NAS image, and one with unfsd for servers that want it."""

    nas: str
    unfs3: str = ""


def pod_of(server: Server, images: Images, clients: t.Sequence[str] | None = None) -> Pod:
    """Return the pod of ``server``. ``clients`` replaces the server's own where an engine changes addresses."""
    let_in = server.clients if clients is None else clients
    server = with_room_in_memory(server)
    main, config_files = _MAIN[server.nfs_server](server, images, let_in)
    return Pod(
        server=server.name,
        init=_init(server, images.nas),
        agent=_agent(server, images.nas) if server.sync.has_agent else None,
        nfs_server=main,
        config_files=config_files,
        storage=server.storage.type,
        size_limit=server.storage.size_limit,
        syncs_to_windows=server.sync.syncs_to_windows,
        nfs_versions=server.nfs_versions,
        paths=server.paths,
        ports=ports_of(server),
        labels={"role": server.role, "server": server.name},
    )


def _ganesha(server: Server, images: Images, clients: t.Sequence[str]) -> tuple[Container, dict[str, str]]:
    config = f"{CONFIG_MOUNT}/ganesha.conf"
    # STDERR is the stream that it has, /dev/stderr a file that it would create: /dev may be read-only.
    serve = ("ganesha.nfsd", "-F", "-L", "STDERR", "-p", "/run/ganesha.pid", "-f", config)
    with_rpcbind = has_rpcbind(server)
    container = Container(
        name=SERVER_CONTAINER,
        image=images.nas,
        # rpcbind returns when it listens, and ends with the container, whose first process the server becomes.
        command=("sh", "-c", 'rpcbind && exec "$@"', SERVER_CONTAINER, *serve) if with_rpcbind else serve,
        mounts=_SERVER_MOUNTS,
        # It cannot open handles without DAC_READ_SEARCH, nor act as the calling user without SETUID and
        # SETGID; without FSETID the kernel drops setuid and setgid from what clients chmod. The others make
        # it a useful root for clients of a no_root_squash export. rpcbind's port is below 1024.
        capabilities=(
            "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
            *(["NET_BIND_SERVICE"] if with_rpcbind else []), "SETGID", "SETUID",
        ),
        resources=server.resources["server"],
        scratch=("/run", "/tmp"),
        # NFSv3's question goes by rpcbind and MOUNT, so that it asks for all three programs.
        probe=(
            "python3", "-m", "nas_probe", "127.0.0.1", str(NFS_PORT), server.paths[0],
            *([str(RPCBIND_PORT)] if with_rpcbind else []),
        ),
    )  # fmt: skip
    text = render_ganesha(server, path=DATA_DIRECTORY, port=NFS_PORT, recovery=RECOVERY_DIRECTORY, clients=clients)
    return container, {"ganesha.conf": text}


def _unfs3(server: Server, images: Images, clients: t.Sequence[str]) -> tuple[Container, dict[str, str]]:
    container = Container(
        name=SERVER_CONTAINER,
        image=images.unfs3,
        command=unfsd_command(server, source=DATA_DIRECTORY, port=NFS_PORT, configuration=f"{CONFIG_MOUNT}/exports"),
        mounts=_SERVER_MOUNTS,
        # Without SETUID and SETGID it dies on the first request; FSETID as above.
        capabilities=("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID"),
        resources=server.resources["server"],
        read_only_root=False,
    )
    return container, {"exports": render_exports(server, clients=clients)}


_MAIN = {"ganesha": _ganesha, "unfs3": _unfs3}


def _init(server: Server, image: str) -> Container:
    # Input servers alone take over deletions: what an output or the backup has, Windows may have lost.
    deletions = "propagate" if server.role == "input" else "keep"
    return Container(
        name=INIT_CONTAINER,
        image=image,
        command=(*_sync_command(server, "windows_to_nas"), "--once", "--deletions", deletions),
        mounts=(Mount("windows", WINDOWS_MOUNT, read_only=True), Mount("export", EXPORT_MOUNT)),
        capabilities=_SYNC_CAPABILITIES,
        resources=server.resources["init"],
    )


def _agent(server: Server, image: str) -> Container:
    sync = server.sync
    command = (
        *_sync_command(server, sync.mode),
        "--interval", str(sync.interval),
        "--quiet-period", str(sync.quiet_period),
        # NFSv3 has no CLOSE: only time tells that a file is complete, whichever version its writer speaks.
        "--close-events", "off" if 3 in server.nfs_versions else "on",
        # For the pod alone: what clients wrote is nobody else's business.
        "--status-address", f"127.0.0.1:{STATUS_PORT}",
    )  # fmt: skip
    return Container(
        name=AGENT_CONTAINER,
        image=image,
        command=command,
        mounts=(
            Mount("windows", WINDOWS_MOUNT, read_only=sync.mode == "windows_to_nas"),
            Mount("export", EXPORT_MOUNT),
        ),
        capabilities=_SYNC_CAPABILITIES,
        resources=server.resources["agent"],
    )


def _sync_command(server: Server, mode: str) -> tuple[str, ...]:
    return (
        *AGENT_PROGRAM,
        "--server", server.name,
        "--mode", mode,
        "--windows", WINDOWS_MOUNT,
        "--export", DATA_DIRECTORY,
        "--state", STATE_DIRECTORY,
        "--max-deletions", server.sync.max_deletions,
        *[word for each in server.exports if each.subdirectory for word in ("--exported", each.subdirectory)],
        *ownership_words(server.ownership),
    )  # fmt: skip


def agent_subcommand(command: t.Sequence[str], *words: str) -> list[str]:
    """Return the command of an agent with ``words`` before its options: another subcommand on the same two trees.

    Raises ValueError when it is no agent's.
    """
    program = list(AGENT_PROGRAM)
    if list(command[: len(program)]) != program:
        raise ValueError(f"no command of an agent: {command!r}")
    return [*program, *words, *command[len(program) :]]
