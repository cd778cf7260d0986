# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""NAS servers as the virtual machine has mounted them, all at the same time."""

from __future__ import annotations

import ipaddress
import json
import time
import typing as t
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from ..harness.small_machine.machine import HOST, Failed, Machine, NoAnswer

MARKER = ".file-simulator.json"
MOUNT_LIMIT = 20.0
# For an operation on all servers at the same time.
ALL_LIMIT = 60.0


@dataclass(frozen=True)
class Server:
    """One server of a nas_server_info report."""

    name: str
    role: str
    host: str
    path: str
    mount_options: str
    read_only: bool
    windows: Path
    sync_mode: str
    fsid: str | None

    @property
    def source(self) -> str:
        """What to mount, as it is called from inside the virtual machine."""
        return f"{from_inside(self.host)}:{self.path}"

    @property
    def writable(self) -> bool:
        return self.role != "backup" and not self.read_only

    @property
    def follows_windows(self) -> bool:
        """Whether what a tester puts into the Windows directory is carried over."""
        return self.sync_mode in ("windows_to_nas", "two_way")

    @property
    def followed_by_windows(self) -> bool:
        return self.sync_mode in ("nas_to_windows", "two_way")


def read_reports(path: Path) -> list[Server]:
    """Return the servers of a file with nas_server_info's reports."""
    fields = ("name", "role", "host", "path", "mount_options", "read_only", "sync_mode")
    return [
        Server(
            **{field: report[field] for field in fields}, windows=Path(report["local_directory"]), fsid=report["fsid"]
        )
        for report in json.loads(path.read_text())
        if report.get("enabled", True)
    ]


def read_volumes(directory: Path) -> dict[str, dict[str, t.Any]]:
    """Return, by server, the PersistentVolume that nas_client_config wrote for the first namespace."""
    found: dict[str, dict[str, t.Any]] = {}
    for volume in yaml.safe_load_all((directory / "manifests" / "persistent-volumes.yaml").read_text()):
        found.setdefault(volume["metadata"]["labels"]["file-simulator/nas"], volume["spec"])
    return found


def as_volumes_say(servers: t.Sequence[Server], directory: Path) -> list[Server]:
    """Return servers with the address, path and options of their volumes, and nothing of their reports."""
    volumes = read_volumes(directory)
    assert set(volumes) == {server.name for server in servers}
    return [
        replace(
            server,
            host=volumes[server.name]["nfs"]["server"],
            path=volumes[server.name]["nfs"]["path"],
            mount_options=",".join(volumes[server.name]["mountOptions"]),
        )
        for server in servers
    ]


def from_inside(host: str) -> str:
    """Return an address of this machine as it is called from inside the virtual machine."""
    loopback = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    return HOST if loopback else host


class Client:
    """The machine with a mount of each server, made with exactly its options.

    Each server is mounted a second time, with caches of its own that are switched off: as another client would
    see it. ``directory`` is a fresh directory at the root of each writable server.
    """

    def __init__(self, machine: Machine, servers: t.Sequence[Server]) -> None:
        self.machine = machine
        self.servers = {server.name: server for server in servers}
        self.directory = f"kernel-client-{uuid.uuid4().hex[:12]}"
        self.seconds: dict[str, float] = {}
        self._problems: dict[str, str] = {}
        self._made: list[str] = []
        self._more: dict[str, str] = {}

    def mount_all(self) -> None:
        """Mount all servers at the same time. Those that cannot be are remembered, not fatal."""
        everyone = list(self.servers.values())
        own_caches = ",nosharecache,noac,lookupcache=none"
        for view, extra, chosen in (("/mnt", "", everyone), ("/second", own_caches, everyone)):
            outcomes = self.on_all(
                "mount",
                chosen,
                lambda server, view=view, extra=extra: self._mount_arguments(server, f"{view}/{server.name}", extra),  # type: ignore[misc]
            )
            problems = {name: str(error) for name, error in outcomes.items() if error}
            self._problems = {**{name: text.split(": ", 2)[-1] for name, text in problems.items()}, **self._problems}
        writable = [server for server in everyone if server.writable]
        self.on_all("make_directory", writable, lambda server: {"path": self.here(server, self.directory)})

    def here(self, server: Server, *parts: str) -> str:
        """Return a path on the mount that has exactly the server's options."""
        return "/".join((f"/mnt/{server.name}", *parts))

    def there(self, server: Server, *parts: str) -> str:
        """Return a path on the second mount."""
        return "/".join((f"/second/{server.name}", *parts))

    def views(self, server: Server) -> dict[str, t.Any]:
        """Return the fresh directory on both mounts; without the lock manager, a mount knows its own locks alone."""
        here, there = self.here(server, self.directory), self.there(server, self.directory)
        return {"here": here, "there": here if "nolock" in server.mount_options.split(",") else there}

    def run(self, server: Server, operation: str, *, within: float = 30.0, **arguments: object) -> t.Any:
        """Run an operation that touches one server; once that has hung, the next fail at once."""
        if problem := self._problems.get(server.name):
            raise Failed(f"{server.name}: {operation}: {problem}")
        started = time.monotonic()
        try:
            result = self.machine.run(operation, within=within, **arguments)
        except NoAnswer as error:
            self._problems[server.name] = f"{error}, in {operation}"
            raise NoAnswer(f"{server.name}: {operation}: {error}") from None
        except Failed as error:
            raise Failed(f"{server.name}: {operation}: {error}", error.errno) from None
        self.seconds[f"{server.name} {operation}"] = round(time.monotonic() - started, 3)
        return result

    def mount(self, server: Server, directory: str = "", *, extra_options: str = "") -> str:
        """Mount a server once more, or a directory of it, and return where."""
        target = f"/more/{uuid.uuid4().hex}"
        arguments = self._mount_arguments(server, target, extra_options)
        source = f"{server.source.rstrip('/')}/{directory}".rstrip("/")
        self._more[target] = server.name
        self.run(server, "mount", **{**arguments, "source": source})
        return target

    def remember(self, path: str) -> None:
        """Have a path removed at the end."""
        self._made.append(path)

    def close(self) -> None:
        """Remove what was made and let go of the servers, as far as they still answer."""
        alive = [server for server in self.servers.values() if server.name not in self._problems]
        paths = [self.here(server, self.directory) for server in alive if server.writable]
        paths += [path for path in self._made if any(path.startswith(self.here(server, "")) for server in alive)]
        self._all_at_once("remove", "path", paths)
        self._all_at_once("unmount", "target", self._targets(alive))

    def _all_at_once(self, operation: str, argument: str, values: t.Sequence[str]) -> None:
        for number in [self.machine.send(operation, **{argument: value}) for value in values]:
            self.machine.wait(number)

    def _targets(self, servers: t.Sequence[Server]) -> list[str]:
        names = {server.name for server in servers}
        mounted = self.machine.run("mounted")
        return [target for target in mounted if self._more.get(target, Path(target).name) in names]

    @staticmethod
    def _mount_arguments(server: Server, target: str, extra_options: str) -> dict[str, t.Any]:
        options = server.mount_options + extra_options
        return {"source": server.source, "target": target, "options": options, "limit": MOUNT_LIMIT}

    def on_all(
        self, operation: str, servers: t.Sequence[Server], arguments: t.Callable[[Server], dict[str, t.Any]]
    ) -> dict[str, Failed | None]:
        """Run an operation on several servers at the same time; return by server how it failed."""
        outcomes: dict[str, Failed | None] = {}
        requests: dict[str, int] = {}
        for server in servers:
            if problem := self._problems.get(server.name):
                outcomes[server.name] = Failed(f"{server.name}: {operation}: {problem}")
            else:
                requests[server.name] = self.machine.send(operation, **arguments(server))
        started = time.monotonic()
        for name, number in requests.items():
            try:
                self.machine.wait(number, within=max(ALL_LIMIT - (time.monotonic() - started), 0.1))
                outcomes[name] = None
            except Failed as error:
                outcomes[name] = Failed(f"{name}: {operation}: {error}", error.errno)
                if isinstance(error, NoAnswer):
                    self._problems[name] = f"{error}, in {operation}"
        self.seconds[f"{operation} on all"] = round(time.monotonic() - started, 2)
        return outcomes
