# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: what applications do with files, each compared with what ought to come of it.

``here`` is a directory on the mount under test. ``there`` is the same directory through a second mount that has
caches of its own and uses none: what the server really has.
"""

from __future__ import annotations

import errno
import fcntl
import functools
import hashlib
import os
import stat
import threading
import time
import typing as t

SMALL_FILES = 200
LARGE_FILE = 8 * 2**20
BUSY_SECONDS = 1.0


def names(path: str) -> list[str]:
    return sorted(os.listdir(path))


def exists(path: str) -> bool:
    return os.path.lexists(path)


def digest(path: str) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(_read(path)).hexdigest()


def put(path: str, size: int) -> str:
    """Write a file of random content, with fsync; return its SHA-256."""
    content = os.urandom(size)
    _write(path, content)
    return hashlib.sha256(content).hexdigest()


def make_directory(path: str) -> bool:
    """Make a directory; return whether there was none."""
    missing = not os.path.isdir(path)
    os.makedirs(path, exist_ok=True)
    return missing


def remove(path: str) -> None:
    """Remove a file, or a directory with all that is in it."""
    if stat.S_ISDIR(os.lstat(path).st_mode):
        for name in os.listdir(path):
            remove(os.path.join(path, name))
        os.rmdir(path)
    else:
        os.unlink(path)


def space(path: str) -> dict[str, int]:
    """Return what df shows, and the device number by which programs tell file systems apart."""
    answer = os.statvfs(path)
    _expect(answer.f_blocks > 0, f"the file system has {answer.f_blocks} blocks")
    _expect(0 < answer.f_bavail <= answer.f_blocks, f"{answer.f_bavail} of {answer.f_blocks} blocks are free")
    return {"total": answer.f_blocks * answer.f_frsize, "device": os.stat(path).st_dev}


def write_and_read(here: str, there: str) -> None:
    content = os.urandom(100_000)
    _write(f"{here}/written", content)
    _same(content, f"{here}/written", f"{there}/written")


def append(here: str, there: str) -> None:
    _write(f"{here}/log", b"first line\n")
    for _time in range(2):
        with open(f"{here}/log", "ab") as stream:
            stream.write(b"another line\n")
    _same(b"first line\n" + 2 * b"another line\n", f"{here}/log", f"{there}/log")


def rename_over(here: str, there: str) -> None:
    _write(f"{here}/result", b"old")
    _write(f"{here}/result.part", b"new and longer")
    os.replace(f"{here}/result.part", f"{here}/result")
    _same(b"new and longer", f"{here}/result", f"{there}/result")
    for place in (here, there):
        _expect("result.part" not in os.listdir(place), f"{place}/result.part is still there")


def directories(here: str, there: str) -> None:
    os.makedirs(f"{here}/outer/inner")
    _write(f"{here}/outer/inner/file", b"x")
    _expect(os.listdir(f"{there}/outer") == ["inner"], f"outer has {os.listdir(f'{there}/outer')}")
    _refused((errno.ENOTEMPTY,), lambda: os.rmdir(f"{here}/outer/inner"))
    os.rename(f"{here}/outer/inner", f"{here}/moved")
    os.rmdir(f"{here}/outer")
    _same(b"x", f"{there}/moved/file")
    _expect("outer" not in os.listdir(there), "outer is still there")


def exclusive_create(here: str, there: str) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    os.close(os.open(f"{here}/exclusive", flags))
    # The second mount does not know of the file: it is the server that refuses.
    for place in (there, here):
        _refused((errno.EEXIST,), functools.partial(os.open, f"{place}/exclusive", flags))


def many_files(here: str, there: str) -> None:
    os.mkdir(f"{here}/many")
    expected = {f"{number:03}.txt": b"file %d" % number for number in range(SMALL_FILES)}
    for name, content in expected.items():
        with open(f"{here}/many/{name}", "wb") as stream:
            stream.write(content)
    seen = set(os.listdir(f"{there}/many"))
    _expect(seen == set(expected), f"of {SMALL_FILES} files the server lists {len(seen)}")
    for name in sorted(seen)[:: SMALL_FILES // 10]:
        _same(expected[name], f"{there}/many/{name}")


def large_file(here: str, there: str) -> None:
    content = os.urandom(LARGE_FILE)
    _write(f"{here}/large", content)
    _same(content, f"{there}/large")


def change_owner(here: str, there: str) -> None:
    _write(f"{here}/owned", b"x")
    os.chown(f"{here}/owned", 1234, 5678)
    os.chmod(f"{here}/owned", 0o640)
    seen = os.stat(f"{there}/owned")
    facts = (seen.st_uid, seen.st_gid, oct(seen.st_mode & 0o7777))
    _expect(facts == (1234, 5678, "0o640"), f"owner, group and mode are {facts}")


def setgid_directory(here: str, there: str) -> None:
    """What is made in a directory with setgid has its group, and directories the setgid bit, as on a local disk."""
    os.mkdir(f"{here}/shared")
    os.chown(f"{here}/shared", -1, 5678)
    os.chmod(f"{here}/shared", 0o2775)
    os.mkdir(f"{here}/shared/inner")
    _write(f"{here}/shared/inner/file", b"x")
    inner, file = os.stat(f"{there}/shared/inner"), os.stat(f"{there}/shared/inner/file")
    facts = (inner.st_gid, bool(inner.st_mode & stat.S_ISGID), file.st_gid)
    _expect(facts == (5678, True, 5678), f"group and setgid of a directory, group of a file in it are {facts}")


def busy_directory(here: str, there: str) -> None:
    """What one client removes does not hide its neighbours from another for a moment."""
    os.makedirs(f"{here}/busy/stays")
    _write(f"{here}/busy/stays/file", b"x")
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            for name in ("one", "two", "three"):
                os.mkdir(f"{there}/busy/{name}")
            for name in ("one", "two", "three"):
                os.rmdir(f"{there}/busy/{name}")

    other = threading.Thread(target=come_and_go)
    other.start()
    looks, missed = 0, 0
    try:
        deadline = time.monotonic() + BUSY_SECONDS
        while time.monotonic() < deadline:
            looks += 1
            try:
                os.close(os.open(f"{here}/busy/stays/file", os.O_RDONLY))
            except FileNotFoundError:
                missed += 1
    finally:
        stop.set()
        other.join()
    _expect(not missed, f"of {looks} times that a file was opened, {missed} ended with ENOENT")


def locks(here: str, there: str) -> None:
    """Both kinds of locks. Between two mounts, it is the server that must know of them."""
    for lock in (fcntl.lockf, fcntl.flock):
        with open(f"{here}/locked", "wb") as holder, open(f"{there}/locked", "r+b") as rival:
            lock(holder, fcntl.LOCK_EX)
            _refused((errno.EAGAIN,), functools.partial(lock, rival, fcntl.LOCK_EX | fcntl.LOCK_NB))
            lock(holder, fcntl.LOCK_UN)
            lock(rival, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock(rival, fcntl.LOCK_UN)


def refuses_changes(path: str, file: str) -> None:
    """Check that each way to change a file or a directory ends with EROFS, and that reading goes on."""
    before = _read(f"{path}/{file}")
    attempts: dict[str, t.Callable[[], object]] = {
        "create": lambda: _write(f"{path}/new", b"x"),
        "open for writing": lambda: os.close(os.open(f"{path}/{file}", os.O_WRONLY)),
        "append": lambda: os.close(os.open(f"{path}/{file}", os.O_WRONLY | os.O_APPEND)),
        "truncate": lambda: os.truncate(f"{path}/{file}", 0),
        "mkdir": lambda: os.mkdir(f"{path}/new"),
        "rename": lambda: os.rename(f"{path}/{file}", f"{path}/new"),
        "link": lambda: os.link(f"{path}/{file}", f"{path}/new"),
        "symlink": lambda: os.symlink("x", f"{path}/new"),
        "unlink": lambda: os.unlink(f"{path}/{file}"),
        "chmod": lambda: os.chmod(f"{path}/{file}", 0o600),
        "chown": lambda: os.chown(f"{path}/{file}", 1, 1),
        "utime": lambda: os.utime(f"{path}/{file}", (0, 0)),
    }
    wrong = []
    for name, attempt in attempts.items():
        # truncate(2) asks for permission first, which the server denies; the kernel's own NFS server does so, too.
        allowed = (errno.EROFS, errno.EACCES) if name == "truncate" else (errno.EROFS,)
        try:
            _refused(allowed, attempt)
        except AssertionError as error:
            wrong.append(f"{name} {error}")
    _expect(not wrong, "; ".join(wrong))
    _same(before, f"{path}/{file}")


def wait_for(path: str, sha256: str, limit: float) -> None:
    """Wait until a file can be opened by its name and has the content."""
    deadline, seen = time.monotonic() + limit, "nothing"
    while seen != sha256:
        _expect(time.monotonic() < deadline, f"{path} has {seen} after {limit:g} s, not {sha256}")
        time.sleep(0.02)
        try:
            seen = digest(path)
        except FileNotFoundError:
            continue


_held: dict[str, int] = {}


def hold(path: str, size: int) -> None:
    """Open a file, read its beginning and nothing ahead of it, and keep it open."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
    _expect(len(os.pread(descriptor, size, 0)) == size, f"{path} is shorter than {size}")
    _held[path] = descriptor


def read_held(path: str) -> dict[str, str]:
    """Read the whole of a file that is held open, and close it; return its SHA-256 or the error's name."""
    descriptor = _held.pop(path)
    try:
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            return {"sha256": hashlib.sha256(stream.readall()).hexdigest()}
    except OSError as error:
        return {"errno": errno.errorcode.get(error.errno or 0, str(error))}


def watch_replacement(path: str, old: str, new: str, limit: float) -> dict[str, int]:
    """Open and read a file by its name again and again until it is the new one.

    Each look must find the old content or the new one, whole. Return how often which was found.
    """
    seen = {"old": 0, "new": 0, "stale while reading": 0}
    deadline = time.monotonic() + limit
    while not seen["new"]:
        _expect(time.monotonic() < deadline, f"{path} is still the old one after {limit:g} s: {seen}")
        time.sleep(0.02)
        with open(path, "rb", buffering=0) as stream:
            try:
                found = hashlib.sha256(stream.readall()).hexdigest()
            except OSError as error:
                _expect(error.errno == errno.ESTALE, f"reading: {error}")
                seen["stale while reading"] += 1
                continue
        _expect(found in (old, new), f"{path} is a mixture: neither the old nor the new content")
        seen["new" if found == new else "old"] += 1
    return seen


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise AssertionError(otherwise)


def _same(expected: bytes, *paths: str) -> None:
    for path in paths:
        found = _read(path)
        _expect(
            found == expected, f"{path} has {len(found)} bytes {found[:40]!r}, not {len(expected)} {expected[:40]!r}"
        )


def _refused(allowed: tuple[int, ...], attempt: t.Callable[[], object]) -> None:
    """Check that an attempt ends with one of the errors."""
    expected = " or ".join(errno.errorcode[number] for number in allowed)
    try:
        attempt()
    except OSError as error:
        if error.errno not in allowed:
            raise AssertionError(f"ended with {error}, not with {expected}") from error
        return
    raise AssertionError(f"was let through, without {expected}")
