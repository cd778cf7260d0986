# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A build that leaves nothing behind when it is interrupted. Private to file_simulator.nas. Talks to the outside.

Ctrl-C reaches Ansible, which sends a signal on and goes; by way of sudo none comes through. mmdebstrap takes down what it
has mounted when all of its parts get one SIGTERM. A second signal interrupts that, and leaves mounts and hundreds of megabytes.
Told alone, its first process waits until what it has started is done.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import types
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import Runner

_MOUNTINFO = "/proc/self/mountinfo"
_STDOUT = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds; it takes less than one.
_PATIENCE = 30.0
_PAUSE = 0.5
# A session of its own, so that signals for the caller's processes do not reach it; told to end when the caller is killed.
_OWN_SESSION = ("setsid", "setpriv", "--pdeathsig", "TERM")


@contextlib.contextmanager
def interruptible() -> t.Iterator[None]:
    """Let signals, and the end of whoever reads this process's output, raise SystemExit in the block, once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody else may set what signals do
        return
    interrupted = False

    def interrupt(number: int, _frame: types.FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:  # what clears away is not interrupted again
            interrupted = True
            raise SystemExit(128 + number)

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    done = threading.Event()
    watch = threading.Thread(target=_end_with_reader, args=(done,), daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_reader(done: threading.Event) -> None:
    """Send this process SIGTERM when nobody reads its output any more."""
    output = select.poll()
    output.register(_STDOUT, 0)
    while not done.wait(_PAUSE):
        events = [event for _descriptor, event in output.poll(0)]
        if any(event & select.POLLNVAL for event in events):
            return
        if events:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def run_alone(run_command: Runner, command: t.Sequence[str], directory: str) -> tuple[int, str, str]:
    """Run a program that builds in ``directory``, in a session of its own; end it when this process is interrupted."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        return run_command(
            [*_OWN_SESSION, *command],
            environ_update={"TMPDIR": directory},
            before_communicate_callback=started.append,
        )
    finally:
        for process in started:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def temporary_directory(prefix: str, parent: str, run_command: Runner) -> t.Iterator[str]:
    """Make a directory for the block, with nothing mounted in it afterwards; raise OSError where it cannot be made.

    Those of its kind that killed processes have left go first: a directory in use is locked by who uses it.
    """
    for name in os.listdir(parent):
        path = os.path.join(parent, name)
        if name.startswith(prefix) and not os.path.islink(path) and os.lstat(path).st_uid == os.geteuid():
            with _locked(path) as alone:
                if alone:
                    _remove(path, run_command)
    made = tempfile.mkdtemp(prefix=prefix, dir=parent)
    try:
        with _locked(made):
            yield made
    finally:
        _remove(made, run_command)


@contextlib.contextmanager
def _locked(path: str) -> t.Iterator[bool]:
    """Lock a directory for the block; tell whether that was possible, which it is not where somebody else has."""
    descriptor, alone = _lock(path)
    try:
        yield alone
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(path: str) -> tuple[int | None, bool]:
    """Return a descriptor of a directory, None where it cannot be opened, and whether that has the lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None, False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return descriptor, False
    return descriptor, True


def _remove(directory: str, run_command: Runner) -> None:
    """Remove a directory; what cannot be unmounted stays, for its files are another file system's."""
    for point in reversed(_mounted_below(directory)):
        run_command(["umount", "--lazy", point], handle_exceptions=False)
    if not _mounted_below(directory):
        shutil.rmtree(directory, ignore_errors=True)


def _mounted_below(directory: str) -> list[str]:
    """Return the mount points below a directory, in the order in which they were mounted."""
    with open(_MOUNTINFO, encoding="utf-8", errors="surrogateescape") as stream:
        points = [_unescaped(line.split()[4]) for line in stream]
    return [point for point in points if point.startswith(os.path.realpath(directory) + os.sep)]


def _unescaped(path: str) -> str:
    for escaped, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(escaped, character)
    return path
