# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a module is, told while it runs. Private to file_simulator.nas. Talks to the outside: a file.

Ansible hears nothing of a module before it has ended. What takes minutes writes how far it is to a file of the managed
machine; the callback file_simulator.nas.progress shows it, where that machine is also the one that Ansible runs on.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import duration

# On a file system that is empty after a start. The name of a file in it ends with the process that writes it.
DIRECTORY = "/run/file-simulator"
PREFIX = "progress-"
_SECONDS = 2.0

Lines = t.Callable[[], t.Sequence[str]]


@contextlib.contextmanager
def telling(lines: Lines, *, seconds: float = _SECONDS, directory: str = "") -> t.Iterator[None]:
    """Write what ``lines`` returns to this process's file every ``seconds``, until the block ends.

    Not being able to tell is no reason to fail: then nothing is told.
    """
    path = os.path.join(directory or DIRECTORY, f"{PREFIX}{os.getpid()}")
    ended = threading.Event()
    teller = threading.Thread(target=_tell, args=(lines, path, ended, seconds), daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        # What it asks may hang; the work is done, and nobody waits for how far it is.
        teller.join(2 * seconds)
        for name in (path, f"{path}.new"):
            with contextlib.suppress(OSError):
                os.unlink(name)


def elapsed(what: str) -> t.ContextManager[None]:
    """Tell how long something has taken so far, of which nothing else is known."""
    begin = time.monotonic()
    return telling(lambda: [f"{what}, {duration(round(time.monotonic() - begin))} so far"])


def _tell(lines: Lines, path: str, ended: threading.Event, seconds: float) -> None:
    while not ended.wait(seconds):
        try:
            text = "\n".join(lines())
            if ended.is_set():
                return
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(f"{path}.new", path)
        except Exception:  # the work goes on, whatever keeps it from being told
            return
