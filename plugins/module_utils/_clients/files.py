# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients' files on the managed machine's disk. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import os
import tempfile
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular

_MODE = 0o644


class ClientFiles:
    """A directory of files, of which some are ours."""

    def __init__(self, directory: str) -> None:
        self._directory = os.path.abspath(directory)

    def read(self, paths: t.Iterable[str]) -> dict[str, str]:
        """Return the content of those files that are there; raise SimulatorError where files cannot be put."""
        place = self._directory
        while not os.path.lexists(place):
            place = os.path.dirname(place)
        if not os.path.isdir(place):
            raise SimulatorError(f"directory: {place} is no directory; choose another for the clients' files")
        if not os.access(place, os.W_OK | os.X_OK):
            raise SimulatorError(f"directory: {place} cannot be written to; choose another, or become its owner")
        found = {}
        for path in paths:
            try:
                found[path] = read_regular(self._full(path)).decode("utf-8")
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise SimulatorError(f"directory: {self._full(path)} cannot be read: {error}") from None
        return found

    def write(self, files: t.Mapping[str, str]) -> None:
        """Write files, each whole or not at all."""
        for path, content in files.items():
            target = self._full(path)
            try:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                descriptor, part = tempfile.mkstemp(prefix=".part-", dir=os.path.dirname(target))
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
                    stream.write(content)
                    os.fchmod(stream.fileno(), _MODE | (0o111 if content.startswith("#!") else 0))
                os.replace(part, target)
            except OSError as error:
                raise SimulatorError(f"directory: {target} cannot be written: {error.strerror}") from None

    def remove(self, paths: t.Iterable[str]) -> None:
        """Remove files, and the directories that are empty then."""
        try:
            for path in paths:
                target = self._full(path)
                os.unlink(target)
                for directory in (os.path.dirname(target), self._directory):
                    if not os.listdir(directory):
                        os.rmdir(directory)
                        if directory == self._directory:
                            return
        except OSError as error:
            raise SimulatorError(f"directory: {error.filename} cannot be removed: {error.strerror}") from None

    def _full(self, path: str) -> str:
        return os.path.join(self._directory, path)
