# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: aggregate
short_description: Print how far a task is that takes long
version_added: 1.1.0
description:
  - Prints how far M(file_simulator.nas.nas_image) and M(file_simulator.nas.nas_server) are while they run, where they run on
    the machine that Ansible runs on. A task of a few seconds prints nothing.
author:
  - file_simulator.nas contributors (@file-simulator)
requirements:
  - enabled in the configuration, C(callbacks_enabled = file_simulator.nas.progress)
"""

import contextlib
import os
import threading

from ansible.plugins.callback import CallbackBase

from ansible_collections.file_simulator.nas.plugins.module_utils._common.progress import DIRECTORY, PREFIX
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible

_LOOK_SECONDS = 1.0
# Of what changes all the time, a line now and then says enough.
_QUIET_LOOKS = 5


class CallbackModule(CallbackBase):
    """Looks at what modules write while they run, in a thread of its own."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "file_simulator.nas.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, directory: str = DIRECTORY, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._directory = directory
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._shown: dict[str, str] = {}
        self._quiet = 0

    def v2_playbook_on_start(self, playbook) -> None:
        self._thread.start()

    def v2_playbook_on_stats(self, stats) -> None:
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Print what is new since the last line, but not each second."""
        self._quiet -= 1
        if self._quiet > 0:
            return
        for name, text in self._told().items():
            if text and self._shown.get(name) != text:
                self._shown[name] = text
                self._quiet = _QUIET_LOOKS
                for line in text.splitlines():
                    self._display.display(f"    … {visible(line)}")

    def _told(self) -> dict[str, str]:
        """Return what modules of this run tell, by the names of their files."""
        told = {}
        # No such directory, or a module that has ended since its file was seen.
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(self._directory)):
                number = name[len(PREFIX) :]
                if name.startswith(PREFIX) and number.isdigit() and _is_ours(int(number)):
                    with open(os.path.join(self._directory, name), encoding="utf-8", errors="replace") as file:
                        told[name] = file.read()
        return told


def _is_ours(process: int) -> bool:
    """Tell whether a process descends from this one, which is Ansible's."""
    while process > 1:
        if process == os.getpid():
            return True
        try:
            with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as stat:
                # The name, in parentheses, may have spaces and parentheses itself; state and parent follow.
                process = int(stat.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return False
    return False
