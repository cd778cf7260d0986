# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what an agent's rescue tells in lines to a directory of this machine. Private to file_simulator.nas.

The lines come from a container: what they name lies below the directory, or is refused.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# As the agent's own: no escaped name is like it.
_PARTIAL = "%partial"


class Receiver:
    """Takes lines in their order; ``result`` is what became of the files once all of them were taken."""

    def __init__(self, to: str) -> None:
        self._to = to
        # Whether any line has come.
        self.begun = False
        self._name = ""
        self._mtime_ns = 0
        self._file: t.BinaryIO | None = None
        self._written = 0
        self._failed: dict[str, str] = {}
        self._answer: dict[str, t.Any] | None = None

    def take(self, line: str) -> None:
        """Take one line. Raises SimulatorError when it is none of a rescue."""
        self.begun = True
        try:
            told = json.loads(line)
            if "copied" in told:
                self._answer = told
            elif "directory" in told:
                self._attempt(str(told["directory"]), lambda: self._make(str(told["directory"])))
            elif "file" in told:
                self.close()
                self._name, self._mtime_ns = str(told["file"]), int(told["mtime_ns"])
                self._attempt(self._name, self._begin)
            elif "data" in told:
                content = base64.b64decode(told["data"], validate=True)
                self._attempt(self._name, lambda: self._write(content))
            elif "end" in told:
                self._attempt(self._name, self._end)
            elif "failed" in told:
                self.close()
            else:
                raise ValueError(line)
        except (ValueError, TypeError, KeyError):
            self.close()
            raise SimulatorError("the agent's answer to a rescue cannot be read") from None

    def close(self) -> None:
        """Forget the file that is being written, if any: nothing of it stays."""
        if self._file:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                os.unlink(self._place(_PARTIAL, os.path.dirname(self._name)))

    def result(self) -> dict[str, t.Any]:
        """Return what the agent says, with what could not be written here. Raises SimulatorError without an answer."""
        self.close()
        if self._answer is None:
            raise SimulatorError(
                "the agent's answer to a rescue ended too early; what is there is whole, the rest is missing"
            )
        here = [{"path": path, "reason": reason} for path, reason in self._failed.items()]
        return {
            **self._answer,
            "copied": self._written,
            "failed": [*self._answer["failed"], *here],
            "failed_count": int(self._answer["failed_count"]) + len(here),
        }

    def _attempt(self, name: str, work: t.Callable[[], None]) -> None:
        """Do what can be done for one path; what fails is told of it, and the rest goes on."""
        try:
            work()
        except OSError as error:
            self._failed.setdefault(name, error.strerror or str(error))
            self.close()

    def _place(self, name: str, below: str = "") -> str:
        parts = [part for path in (below, name) if path for part in path.split("/")]
        if not parts or any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise OSError(0, "it is no path below the target")
        return os.path.join(self._to, *parts)

    def _make(self, name: str) -> None:
        """Make a directory and those that it lies in; none of them is a link to elsewhere."""
        place = self._to
        self._place(name)
        for part in name.split("/"):
            place = os.path.join(place, part)
            with contextlib.suppress(FileExistsError):
                os.mkdir(place)
            if os.path.islink(place) or not os.path.isdir(place):
                raise NotADirectoryError(0, f"{place} is no directory")

    def _begin(self) -> None:
        target = self._place(self._name)
        if os.path.lexists(target):
            raise FileExistsError(0, "File exists")
        parent = os.path.dirname(self._name)
        if parent:
            self._make(parent)
        partial = self._place(_PARTIAL, parent)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.fdopen(os.open(partial, flags, 0o666), "wb")

    def _write(self, content: bytes) -> None:
        if self._file:
            self._file.write(content)

    def _end(self) -> None:
        if not self._file:
            return  # it was given up
        self._file.flush()
        os.fsync(self._file.fileno())
        partial, target = self._place(_PARTIAL, os.path.dirname(self._name)), self._place(self._name)
        os.utime(partial, ns=(self._mtime_ns, self._mtime_ns))
        if os.path.lexists(target):
            raise FileExistsError(0, "File exists")
        os.rename(partial, target)
        self._file.close()
        self._file = None
        self._written += 1
