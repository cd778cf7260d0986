# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: NAS servers with their agents, on Windows directories that minikube has mounted."""

from __future__ import annotations

import binascii
import contextlib
import os
import subprocess
import time
import typing as t

from . import files, servers

_running: dict[str, servers.Server] = {}


def mount_disks(disks: list[dict[str, str]]) -> None:
    """Mount the NAS image and the exports' disk."""
    for disk in disks:
        os.makedirs(disk["at"], exist_ok=True)
        words = ["-t", disk["type"], "-o", disk["options"], disk["device"], disk["at"]]
        subprocess.run(["/bin/mount", *words], check=True)


def start_server(config: dict[str, t.Any]) -> None:
    """Start a server as its pod does, and mount it."""
    server = _running[config["name"]] = servers.Server(config)
    server.start()
    if not server.ready:
        raise AssertionError(f"{config['name']} does not start: {servers.last_words()}")


def stop_server(name: str, kill: bool) -> None:
    """End a server and its agent, as a pod that is deleted or as a machine that dies."""
    _running.pop(name).stop(kill=kill)


def ask(name: str, question: str) -> dict[str, t.Any] | None:
    """What a server's agent answers."""
    return _running[name].ask(question)


def logs() -> dict[str, str]:
    return servers.last_words()


def tree(path: str) -> dict[str, str]:
    """By path below a directory: the SHA-256 of each file's content."""
    found = {}
    for directory, _directories, names in os.walk(path):
        for name in names:
            full = os.path.join(directory, name)
            if name != ".file-simulator.json":
                # It may have been removed since it was listed.
                with contextlib.suppress(FileNotFoundError):
                    found[os.path.relpath(full, path)] = files.digest(full)
    return found


def states(path: str) -> dict[str, list[int]]:
    """All that a write would change below a directory."""
    found = {}
    for directory, directories, names in os.walk(path):
        for name in (*directories, *names):
            status = os.lstat(os.path.join(directory, name))
            found[os.path.join(directory, name)] = [status.st_ino, status.st_mtime_ns, status.st_ctime_ns]
    return found


def put_content(path: str, content: str) -> None:
    """Write a file as most programs do; ``content`` is base64."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(binascii.a2b_base64(content))


def write(path: str, text: str, mode: int, mtime: float) -> None:
    """Write a file with permissions and a time."""
    with open(path, "w") as stream:
        stream.write(text)
    os.chmod(path, mode)
    os.utime(path, (mtime, mtime))


def write_many(path: str, count: int) -> None:
    """Write files of a few bytes in a directory."""
    os.makedirs(path)
    for number in range(count):
        with open(f"{path}/{number}", "w") as stream:
            stream.write(str(number))


def mtime(path: str) -> float:
    return os.stat(path).st_mtime


def rename(source: str, target: str) -> None:
    os.rename(source, target)


def wait_whole(path: str, sha256: str, limit: float) -> None:
    """Wait until a file has the content; until then it must have what it has now, or not be there."""
    deadline = time.monotonic() + limit
    before = _digest(path)
    while (found := _digest(path)) != sha256:
        if found != before:
            raise AssertionError(f"{path} has a part: {found}")
        if time.monotonic() > deadline:
            raise AssertionError(f"{path} has {found} after {limit:g} s")
        time.sleep(0.05)


def _digest(path: str) -> str:
    try:
        return files.digest(path)
    except FileNotFoundError:
        return "nothing"
