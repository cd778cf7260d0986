# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients' files on the managed machine's disk. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import read_regular, write_whole

_MODE = 0o644
# Tells which instance the files are of.
_OWNER = ".instance"


class ClientFiles:
    """A directory of files, of which some are ours: those of one instance."""

    def __init__(self, directory: str, instance: str) -> None:
        self._directory = os.path.abspath(directory)
        self._instance = instance

    @property
    def foreign(self) -> str:
        """The instance that has this directory, empty when it is ours or nobody's."""
        try:
            owner = read_regular(self._full(_OWNER)).decode("utf-8", "replace").strip()
        except OSError:
            return ""
        return "" if owner == self._instance else owner

    def read(self, paths: t.Iterable[str]) -> dict[str, str]:
        """Return the content of those files that are there; raise SimulatorError where files cannot be put."""
        place = self._directory
        while not os.path.lexists(place):
            place = os.path.dirname(place)
        if not os.path.isdir(place):
            raise SimulatorError(f"directory: {place} is no directory; choose another for the clients' files")
        if not os.access(place, os.W_OK | os.X_OK):
            raise SimulatorError(f"directory: {place} cannot be written to; choose another, or become its owner")
        if self.foreign:
            raise SimulatorError(
                f"directory: {self._directory} has the clients' files of instance {self.foreign}; choose another"
            )
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
        """Write files, each whole or not at all, and whose they are."""
        owner = {_OWNER: self._instance + "\n"} if files else {}
        for path, content in {**owner, **files}.items():
            target = self._full(path)
            try:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                mode = _MODE | (0o111 if content.startswith("#!") else 0)
                write_whole(target, content.encode("utf-8"), mode=mode)
            except OSError as error:
                raise SimulatorError(f"directory: {target} cannot be written: {error.strerror}") from None

    def remove(self, paths: t.Sequence[str], *, last: bool) -> None:
        """Remove files, and the directories that are empty then; with the ``last`` of them what tells whose they are."""
        try:
            if paths and last:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._full(_OWNER))
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
