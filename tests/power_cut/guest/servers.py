# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: a server as its containers run it, from the NAS image and in the containers' order."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import typing as t

IMAGE, LOGS, SCRATCH = "/disks/image", "/logs", "/scratch"
START_LIMIT, GRACE_PERIOD = 300.0, 30.0
# Each start has a root directory of its own: a mount of the last one may be dead, and hang.
_STARTS = itertools.count()
_SHARED, _EMPTY, _VOLUMES = ("proc", "dev"), ("run", "tmp", "etc/nas"), ("windows", "export")
_INTEGRITY = """
import json, sqlite3, sys
found = {}
for name in sys.argv[1:]:
    try:
        database = sqlite3.connect(f"/mnt/{name}/ledger.sqlite")
        found[name] = database.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        found[name] = str(error)
print(json.dumps(found))
"""


class Server:
    """One server; ``config`` has its name, ports, configuration file and the three commands."""

    def __init__(self, config: dict[str, t.Any]) -> None:
        self.name: str = config["name"]
        self.writers: list[str] = config["writers"]
        self.ready = False
        self.mounted = f"/mnt/{self.name}"
        self._config = config
        self._root = f"/roots/{self.name}-{next(_STARTS)}"
        self._running: list[subprocess.Popen[bytes]] = []
        self._environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}

    def start(self) -> None:
        """Bring the Windows directory's files to the export, start the agent, then the NFS server, and mount it."""
        self._make_root()
        first = self._spawn("init", self._config["init"])
        if first.wait(START_LIMIT):
            return
        self._running = [self._spawn("agent", self._config["agent"]), self._spawn("server", self._config["nfs"])]
        os.makedirs(self.mounted, exist_ok=True)
        command = ["/bin/mount", "-t", "nfs", "-o", self._config["options"], "127.0.0.1:/data", self.mounted]
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and not self.ready:
            self.ready = self._listens() and subprocess.run(command, timeout=START_LIMIT).returncode == 0
            time.sleep(0.2)

    def stop(self, *, kill: bool) -> None:
        """End the NFS server, then the agent: as a pod that is deleted, or as processes that are killed."""
        _mount_off(self.mounted)
        for process in reversed(self._running):
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            try:
                process.wait(GRACE_PERIOD)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(GRACE_PERIOD)
        for place in (*_VOLUMES, *_EMPTY, *_SHARED):
            _mount_off(f"{self._root}/{place}")
        _mount_off(self._root)

    def status(self) -> dict[str, t.Any] | None:
        """What the agent says of itself."""
        return self.ask("/status")

    def ask(self, question: str) -> dict[str, t.Any] | None:
        """The agent's answer; None without one."""
        try:
            with _connected(self._config["status"], 60) as connection:
                connection.sendall(f"GET {question} HTTP/1.0\r\n\r\n".encode())
                with connection.makefile("rb") as stream:
                    head, _, body = stream.read().partition(b"\r\n\r\n")
            return json.loads(body) if b" 200 " in head.split(b"\r\n")[0] else None
        except (OSError, ValueError):
            return None

    def _listens(self) -> bool:
        try:
            _connected(self._config["port"], 1).close()
        except OSError:
            return False
        return True

    def _make_root(self) -> None:
        """The image's files, and in it the volumes of a pod."""
        os.makedirs(self._root)
        _mount("-o", "bind", IMAGE, self._root)
        for name in _SHARED:
            _mount("-o", "bind", f"/{name}", f"{self._root}/{name}")
        for name in _EMPTY:
            _mount("-t", "tmpfs", "tmpfs", f"{self._root}/{name}")
        os.makedirs(f"/disks/nas/{self.name}", exist_ok=True)
        windows = self._config.get("windows", f"/disks/windows/{self.name}")
        _mount("-o", "bind", windows, f"{self._root}/windows")
        _mount("-o", "bind", f"/disks/nas/{self.name}", f"{self._root}/export")
        with open(f"{self._root}/etc/nas/ganesha.conf", "w") as stream:
            stream.write(self._config["conf"])

    def _spawn(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        os.makedirs(LOGS, exist_ok=True)
        with open(f"{LOGS}/{self.name}.{name}", "ab") as log:
            return subprocess.Popen(
                ["/bin/busybox", "chroot", self._root, *command], env=self._environment, stdout=log, stderr=log
            )


def _connected(port: int, limit: float) -> socket.socket:
    connection = socket.socket()
    try:
        connection.settimeout(limit)
        connection.connect(("127.0.0.1", port))
    except OSError:
        connection.close()
        raise
    return connection


def check_ledgers(names: t.Iterable[str]) -> dict[str, str]:
    """Whether the ledgers that the machine finds can be read: copies are, so that nothing changes."""
    found = {name: _copy_ledger(name) for name in names}
    copied = [name for name, problem in found.items() if not problem]
    if copied:
        _mount("-o", "bind", SCRATCH, f"{IMAGE}/mnt")
        command = ["/bin/busybox", "chroot", IMAGE, "python3", "-c", _INTEGRITY, *copied]
        said = subprocess.run(command, capture_output=True, text=True)
        found |= dict.fromkeys(copied, said.stderr) | json.loads(said.stdout or "{}")
    return found


def _copy_ledger(name: str) -> str:
    state = f"/disks/nas/{name}/.nas"
    if not os.path.exists(f"{state}/ledger.sqlite"):
        return "none"
    if any(".damaged" in found for found in os.listdir(state)):
        return "one was damaged earlier"
    os.makedirs(f"{SCRATCH}/{name}")
    for end in ("", "-wal"):
        if os.path.exists(f"{state}/ledger.sqlite{end}"):
            shutil.copyfile(f"{state}/ledger.sqlite{end}", f"{SCRATCH}/{name}/ledger.sqlite{end}")
    return ""


def last_words() -> dict[str, str]:
    """The ends of all logs."""
    found = {}
    for name in os.listdir(LOGS) if os.path.isdir(LOGS) else []:
        with open(f"{LOGS}/{name}", errors="replace") as stream:
            found[name] = stream.read()[-3000:]
    return found


def _mount(*words: str) -> None:
    subprocess.run(["/bin/busybox", "mount", *words], check=True)


def _mount_off(place: str) -> None:
    """Take a mount away, in use or not. Of a dead 9p server the last one never goes: the kernel waits for its answer."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.Popen(["/bin/busybox", "umount", "-l", place]).wait(5)
