# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An example of a service that has several NAS servers mounted: reads its inputs, writes its outputs, tells how it goes.

Usage: nas_example.py run | ready | alive

``run`` does the work. ``ready`` and ``alive`` are its probes: they look at what ``run`` wrote down and touch no
mount themselves, since what touches a mount whose server is dead waits forever. Needs Python's standard library alone.

Environment: NAS_ROOT (directory of the mounts), NAS_READ and NAS_WRITE (servers, with commas between), NAS_STATE
(a directory of its own), NAS_INTERVAL and NAS_PATIENCE (seconds between two rounds; after which a silent mount is
taken for failed), NAS_MOUNTINFO (where the kernel tells what is mounted).
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

RESULT = "nas-example.json"
_MAIN = ".round"
# A service reads what it is made for; an example looks at a few files, not at a whole archive.
_FILES = 20


class Settings:
    """What the environment says."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.root = Path(environment.get("NAS_ROOT", "/nas"))
        self.state = Path(environment.get("NAS_STATE", "/tmp/nas-example"))
        self.mountinfo = Path(environment.get("NAS_MOUNTINFO", "/proc/self/mountinfo"))
        self.interval = float(environment.get("NAS_INTERVAL", "5"))
        self.patience = float(environment.get("NAS_PATIENCE", "30"))
        self.read = [name for name in environment.get("NAS_READ", "").split(",") if name]
        self.write = [name for name in environment.get("NAS_WRITE", "").split(",") if name]

    @property
    def servers(self) -> list[str]:
        """The names of all servers that must be mounted."""
        return self.read + self.write


def is_nfs(path: Path, mountinfo: str) -> bool:
    """Tell whether an NFS file system is mounted at a path, from the text of a mountinfo file (see proc(5))."""
    for line in mountinfo.splitlines():
        mount, separator, kind = line.partition(" - ")
        if separator and kind.startswith("nfs") and len(mount.split()) > 4 and mount.split()[4] == str(path):
            return True
    return False


def read_input(directory: Path) -> dict[str, object]:
    """Read some files of an input, the newest first, and return what a service would make of them."""
    with os.scandir(directory) as entries:
        found = [(entry.stat().st_mtime, entry.path) for entry in entries if entry.is_file(follow_symlinks=False)]
    size, digest = 0, hashlib.sha256()
    for _time, path in sorted(found, reverse=True)[:_FILES]:
        try:
            content = Path(path).read_bytes()
        except FileNotFoundError:
            continue  # taken away meanwhile, as files of an input are
        size += len(content)
        digest.update(content)
    return {"files": len(found), "bytes": size, "sha256": digest.hexdigest()}


def write_output(directory: Path, result: dict[str, object]) -> None:
    """Write a result beside its place and rename it, so that nobody ever reads a part; read it back."""
    content = json.dumps(result, indent=2, sort_keys=True).encode() + b"\n"
    part = directory / f".{RESULT}.{os.uname().nodename}"
    with open(part, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(directory / RESULT)
    if (directory / RESULT).read_bytes() != content:
        raise OSError(f"{directory / RESULT} is not what was written")


class Service:
    """The work, a thread a server: one that does not answer stops nobody else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inputs: dict[str, object] = {}
        self._said: dict[str, str] = dict.fromkeys(settings.servers, "waits for its first answer")

    def run(self) -> None:
        """Work until the process is ended."""
        self._settings.state.mkdir(parents=True, exist_ok=True)
        for name in self._settings.servers:
            threading.Thread(target=self._serve, args=(name,), daemon=True).start()
        number = 0
        while True:
            number += 1
            time.sleep(self._settings.interval)
            (self._settings.state / _MAIN).touch()
            silent = failed_mounts(self._settings, time.time())
            words = "; ".join(f"{name} {silent.get(name, self._said[name])}" for name in self._settings.servers)
            print(f"round {number}: {words}", flush=True)

    def _serve(self, name: str) -> None:
        directory = self._settings.root / name
        while True:
            try:
                if not is_nfs(directory, self._settings.mountinfo.read_text()):
                    raise OSError(f"{directory} is not a mount of a NAS server")
                self._said[name] = self._use(name, directory)
                (self._settings.state / name).touch()
            except OSError as error:
                self._said[name] = f"FAILED: {error}"
            time.sleep(self._settings.interval)

    def _use(self, name: str, directory: Path) -> str:
        if name in self._settings.write:
            write_output(directory, {"inputs": dict(self._inputs), "written": time.time()})
            return "written"
        found = read_input(directory)
        self._inputs[name] = found
        return f"{found['files']} files"


def failed_mounts(settings: Settings, now: float) -> dict[str, str]:
    """Return the servers that have not been used with success for too long, and what to say of each."""
    failed = {}
    for name in settings.servers:
        age = _age(settings.state / name, now)
        if age is None:
            failed[name] = "FAILED: no success yet"
        elif age > settings.patience:
            failed[name] = f"FAILED: no success for {age:.0f} s"
    return failed


def ready(settings: Settings, now: float) -> str:
    """Return why the service is not ready, empty when all its mounts work."""
    return "; ".join(f"{name} {words}" for name, words in failed_mounts(settings, now).items())


def alive(settings: Settings, now: float) -> str:
    """Return why the service is not alive. A mount that fails is no reason: a restart would not mend it."""
    age = _age(settings.state / _MAIN, now)
    return "" if age is not None and age <= settings.patience else "it has stopped working"


def _age(path: Path, now: float) -> float | None:
    """Return how long ago a file was touched; None when it never was."""
    try:
        return now - path.stat().st_mtime
    except OSError:
        return None


def main(arguments: list[str]) -> int:
    """Do what the one argument says; return the exit code: 0, 1 for a probe that fails, 2 for anything else."""
    settings = Settings(dict(os.environ))
    if arguments == ["run"] and settings.servers:
        # A thread that waits for a dead server cannot be ended; the process can.
        signal.signal(signal.SIGTERM, lambda *_signal: os._exit(0))
        Service(settings).run()
    if arguments in (["ready"], ["alive"]):
        problem = (ready if arguments == ["ready"] else alive)(settings, time.time())
        print(problem or "well")
        return 1 if problem else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
