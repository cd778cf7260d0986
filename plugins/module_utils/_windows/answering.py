# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks at directories whose drive may not answer. Private to file_simulator.nas. Runs Python.

Who looks at a mount whose other end has frozen waits until that is back. He cannot be killed meanwhile, and neither can a
thread of his, with which his whole process stays. So another process looks, and is left alone when it does not answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each

_LOOK = """
import os, sys
for path in sys.argv[1:]:
    try:
        found, drive = os.stat(path), os.statvfs(path)
        told = found.st_dev, found.st_ino, drive.f_bavail * drive.f_frsize, drive.f_blocks * drive.f_frsize, 0
    except OSError as error:
        told = 0, 0, 0, 0, error.errno
    print(*told, flush=True)
"""


class Answer(t.NamedTuple):
    """What a directory tells. Where ``error`` is the number of one, the rest means nothing."""

    device: int
    inode: int
    free_bytes: int
    all_bytes: int
    error: int

    @property
    def identity(self) -> tuple[int, int]:
        """The numbers of the directory's file system and of itself."""
        return self.device, self.inode


def answers(paths: t.Sequence[str], seconds: float) -> list[Answer]:
    """Return what directories tell within ``seconds``, in their order: the first that does not answer ends the list."""
    looking = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LOOK, *paths],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    try:
        told = looking.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired as error:
        told = error.output or b""
        looking.kill()  # it ends when its drive is back
        if looking.stdout:
            looking.stdout.close()
        looking.returncode = 0  # nobody is to wait for it
    return [Answer(*map(int, line.split())) for line in told.splitlines()]


def each_answer(paths: t.Sequence[str], seconds: float) -> list[Answer | None]:
    """Return what each directory tells, None for one that does not within ``seconds``.

    Where all are well, one process has looked at all of them.
    """
    found = answers(paths, seconds) if paths else []
    rest = paths[len(found) + 1 :]
    if len(found) == len(paths):
        return [*found]
    return [*found, None, *for_each(rest, lambda path: answer(path, seconds))]


def answer(path: str, seconds: float) -> Answer | None:
    """Return what one directory tells, None when it does not in time."""
    found = answers([path], seconds)
    return found[0] if found else None


def words(error: int) -> str:
    """Return an error's number in words."""
    return os.strerror(error)
