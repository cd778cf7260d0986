# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: a client of the NFS server, and a tester in the Windows directory.

The host is told of each operation before it begins, and when it has come back.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from .main import Host
    from .servers import Server

# Where testers make files ready, on the disk of the Windows directories.
SCRATCH = "/disks/windows/scratch"
_MOST_FILES = 60
_LARGEST = 200_000


class Numbers:
    """The numbers of operations: one sequence for all who write."""

    def __init__(self) -> None:
        self._last = 0
        self._open: set[int] = set()
        self._lock = threading.Lock()

    def begin(self) -> int:
        with self._lock:
            self._last += 1
            self._open.add(self._last)
            return self._last

    def end(self, number: int) -> None:
        with self._lock:
            self._open.remove(number)

    def ended(self) -> int:
        """The number up to which all operations have come back."""
        with self._lock:
            return min(self._open) - 1 if self._open else self._last


def start(host: Host, numbers: Numbers, server: Server, seed: str) -> None:
    """Have a server used from all sides that its sync mode is for, until the machine ends."""
    for side in server.writers:
        writer = {"nas": Client, "windows": Tester}[side](host, numbers, server, seed)
        threading.Thread(target=writer.run, daemon=True).start()
    if "nas" in server.writers:
        threading.Thread(target=ask, args=(host, numbers, server), daemon=True).start()


def ask(host: Host, numbers: Numbers, server: Server) -> None:
    """Ask the agent again and again whether anything waits that is not in Windows."""
    while True:
        before = numbers.ended()
        answer = server.ask(f"/ask?nonce={before}")
        if answer and answer["state"] == "known" and not answer["waiting_count"] + answer["refused_count"]:
            host.tell("carried", server=server.name, number=before)
        time.sleep(0.3)


class Writer:
    """Somebody who works in one directory, in bursts and with pauses."""

    side = ""
    letter = ""

    def __init__(self, host: Host, numbers: Numbers, server: Server, seed: str) -> None:
        self._host = host
        self._numbers = numbers
        self._server = server.name
        self._chance = random.Random(f"{seed} {server.name} {self.side}")
        self._label = self.letter + hashlib.sha256(seed.encode()).hexdigest()[:6]
        self._root = ""
        self._made = 0
        self._failed = False

    def run(self) -> None:
        try:
            while True:
                for _ in range(self._chance.randrange(1, 12)):
                    self._one()
                time.sleep(self._chance.choice((0.1, 0.5, 3.0)))
        except OSError as error:
            self._host.tell("failed", reason=f"{self._server}: {self.side}: {error}", log={})

    def _one(self) -> None:
        raise NotImplementedError

    def _operation(self, work: t.Callable[[], None], *changes: dict[str, t.Any]) -> None:
        number = self._numbers.begin()
        self._host.tell("begin", server=self._server, number=number, origin=self.side, changes=changes)
        work()
        self._host.tell("done", server=self._server, number=number)
        self._numbers.end(number)

    def _files(self) -> list[str]:
        found = []
        for directory, _directories, names in os.walk(self._root):
            found += [os.path.relpath(os.path.join(directory, name), self._root) for name in names]
        return sorted(
            path for path in found if os.path.basename(path).startswith(self.letter) and ".conflict-" not in path
        )

    def _new(self) -> str:
        """A name that nobody has had; some in a directory, which may be new."""
        self._made += 1
        where = self._chance.choice(("", "", f"folder-{self._chance.randrange(4)}/"))
        return f"{where}{self._label}-{self._made}"

    def _content(self) -> bytes:
        return self._chance.randbytes(self._chance.choice((0, 10, 5000, 70_000, self._chance.randrange(_LARGEST))))

    def _full(self, path: str) -> str:
        return os.path.join(self._root, path)

    def _parent(self, path: str) -> None:
        os.makedirs(os.path.dirname(self._full(path)), exist_ok=True)


def change(
    path: str, content: bytes | None, *, lasting: bool, torn: bool = False, source: str = ""
) -> dict[str, t.Any]:
    """What an operation does to a path; ``content`` is None where it is removed."""
    digest = "" if content is None else hashlib.sha256(content).hexdigest()
    return {"path": path, "digest": digest, "lasting": lasting, "torn": torn, "source": source}


class Client(Writer):
    """A service on its NFS mount. Stable is what NFS says so of: COMMIT, FILE_SYNC, close."""

    side, letter = "nas", "n"

    def __init__(self, host: Host, numbers: Numbers, server: Server, seed: str) -> None:
        super().__init__(host, numbers, server, seed)
        self._root = server.mounted

    def _one(self) -> None:
        files = self._files()
        kinds = ["close", "close", "commit", "file_sync", "again", "replace", "replace", "remove"]
        kind = self._chance.choice(kinds)
        if len(files) > _MOST_FILES:
            kind = "remove"
        if kind in ("again", "remove") and not files:
            kind = "close"
        if kind == "remove":
            path = self._chance.choice(files)
            self._operation(lambda: os.unlink(self._full(path)), change(path, None, lasting=False))
        elif kind == "replace":
            self._replace(self._chance.choice([*files, self._new()]))
        else:
            path = self._chance.choice(files) if kind == "again" else self._new()
            content = self._content()
            self._parent(path)
            # Without a byte there is nothing that the server would be asked to commit.
            written = change(path, content, lasting=bool(content), torn=True)
            self._operation(lambda: self._write(path, content, kind), written)

    def _replace(self, path: str) -> None:
        """As careful programs do: a new file, and its name."""
        self._made += 1
        temporary, content = f"{path}.{self._label}-part{self._made}", self._content() or b"not empty"
        self._parent(path)
        self._operation(
            lambda: self._write(temporary, content, "close"), change(temporary, content, lasting=True, torn=True)
        )
        self._operation(
            lambda: os.rename(self._full(temporary), self._full(path)),
            change(temporary, None, lasting=False),
            change(path, content, lasting=False, source=temporary),
        )

    def _write(self, path: str, content: bytes, kind: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | (os.O_SYNC if kind == "file_sync" else 0)
        descriptor = os.open(self._full(path), flags, 0o644)
        _write_all(descriptor, content)
        if kind == "commit":
            os.fsync(descriptor)
        if kind in ("commit", "file_sync"):
            # What has been acknowledged so is stable whether the file is ever closed or not.
            threading.Timer(0.2, os.close, (descriptor,)).start()
        else:
            os.close(descriptor)


class Tester(Writer):
    """A tester who makes certain that what he did is on the disk of his machine."""

    side, letter = "windows", "w"

    def __init__(self, host: Host, numbers: Numbers, server: Server, seed: str) -> None:
        super().__init__(host, numbers, server, seed)
        self._root = f"/disks/windows/{server.name}"

    def _one(self) -> None:
        files = self._files()
        kind = self._chance.choice(["new", "new", "replace", "remove"])
        if len(files) > _MOST_FILES:
            kind = "remove"
        if kind == "remove" and files:
            path = self._chance.choice(files)
            self._operation(lambda: self._remove(path), change(path, None, lasting=True))
            return
        path = self._chance.choice(files) if kind == "replace" and files else self._new()
        content = self._content()
        self._parent(path)
        self._operation(lambda: self._put(path, content), change(path, content, lasting=True))

    def _put(self, path: str, content: bytes) -> None:
        temporary = f"{SCRATCH}/{os.urandom(8).hex()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT)
        _write_all(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)
        os.rename(temporary, self._full(path))
        self._sync_directory(path)

    def _remove(self, path: str) -> None:
        os.unlink(self._full(path))
        self._sync_directory(path)

    def _sync_directory(self, path: str) -> None:
        descriptor = os.open(os.path.dirname(self._full(path)), os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
