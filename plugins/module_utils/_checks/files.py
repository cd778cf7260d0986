# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of checks: named so that nobody takes them for his own, and gone afterwards. Private to file_simulator.nas.

Talks to the outside: the Windows directories, and the servers through a NasClient.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasClient, NasError, NotThere
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME

PREFIX = "file-simulator-check-"
_HIDDEN_MARKER = f"{MARKER_NAME}.{PREFIX}"


def sha256(content: bytes) -> str:
    """Return a content's fingerprint, as results show it."""
    return hashlib.sha256(content).hexdigest()


def random_content(size: int) -> bytes:
    """Return content that no other file has."""
    return os.urandom(size)


class Files:
    """The files of one check on one server. Names are relative, the same on both sides.

    Use as a context manager: it removes on both sides whatever was named, however the check ended.
    """

    def __init__(self, context: CheckContext, target: Target, client: NasClient) -> None:
        self._context = context
        self._target = target
        self.client = client
        self._names: list[str] = []

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *_how: t.Any) -> None:
        self.clear()

    def name(self, what: str) -> str:
        """Return the name of a file or directory of this check."""
        name = f"{PREFIX}{self._context.run}-{what}"
        self._names.append(name)
        return name

    # The Windows side

    def _local(self, name: str) -> str:
        return os.path.join(self._target.exported_directory, name)

    def put(self, name: str, content: bytes) -> None:
        """Put a file into the Windows directory, as a tester does."""
        try:
            with open(self._local(name), "wb") as stream:
                stream.write(content)
        except OSError as error:
            raise Failed(f"{self._target.server.directory}: cannot be written to: {error.strerror}") from None

    def delete(self, name: str) -> None:
        """Delete a file from the Windows directory."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._local(name))

    def in_windows(self, name: str) -> bytes | None:
        """Return a file's content in the Windows directory, None when it is not there."""
        try:
            with open(self._local(name), "rb") as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    def windows_identity(self, name: str) -> tuple[int, ...] | None:
        """Return what changes when somebody writes or replaces a file in the Windows directory."""
        try:
            found = os.stat(self._local(name))
        except FileNotFoundError:
            return None
        return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    # The NAS side

    def on_nas(self, name: str) -> bytes | None:
        """Return a file's content on the server, None when it is not there."""
        try:
            return self.client.read(name)
        except NotThere:
            return None

    def is_on_nas(self, name: str) -> bool:
        """Tell whether a name is on the server."""
        try:
            self.client.attributes(name)
        except NotThere:
            return False
        return True

    # Afterwards

    def clear(self) -> None:
        """Remove everything on both sides. What cannot be removed is left to ``remove_leftovers``, which tells of it."""
        if not self._target.options.read_only:
            for name in self._names:
                with contextlib.suppress(NasError):
                    remove_from_nas(self.client, name)
        for name in self._names:
            with contextlib.suppress(OSError):
                remove_from_windows(self._local(name))


def remove_from_nas(client: NasClient, path: str) -> None:
    """Remove a file, or a directory with all that is in it; one that is not there counts as removed."""
    try:
        if not client.attributes(path).directory:
            client.remove(path)
            return
        for name in client.names(path):
            remove_from_nas(client, f"{path}/{name}")
        client.remove_directory(path)
    except NotThere:
        return


def remove_from_windows(path: str) -> None:
    """Remove a file, or a directory with all that is in it; one that is not there counts as removed."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
        return
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def remove_leftovers(context: CheckContext, prefix: str) -> list[str]:
    """Remove files of checks whose names begin with ``prefix`` from all servers; return what is still there."""
    exports = [each for target in context.targets for each in target.by_each_export()]
    found = for_each(exports, lambda each: list(_remove_from(context, each, prefix)))
    return [path for paths in found for path in paths]


def _remove_from(context: CheckContext, target: Target, prefix: str) -> t.Iterator[str]:
    for name in _names_in(target.exported_directory, prefix):
        path = os.path.join(target.exported_directory, name)
        with contextlib.suppress(OSError):
            remove_from_windows(path)
        if os.path.lexists(path):
            yield path
    if not target.status.ready:
        return
    with contextlib.suppress(NasError), context.client(target) as client:
        for name in sorted(name for name in client.names() if name.startswith(prefix)):
            with contextlib.suppress(NasError):
                remove_from_nas(client, name)
            if name in client.names():
                yield f"{target.name}:{target.export.path}/{name}"


def _names_in(directory: str, prefix: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(directory) if name.startswith(prefix))
    except OSError:
        return []


# The marker, for the check that lets a Windows directory disappear


def hide_marker(context: CheckContext, target: Target) -> None:
    """Make the Windows directory look like one that is not mounted: nothing but its marker tells."""
    directory = target.local_directory
    os.rename(os.path.join(directory, MARKER_NAME), os.path.join(directory, _HIDDEN_MARKER + context.run))


def restore_marker(target: Target) -> bool:
    """Put back a marker that checks have hidden, be they killed ones; tell whether there was any."""
    directory = target.local_directory
    names = _names_in(directory, _HIDDEN_MARKER)
    for name in names:
        hidden = os.path.join(directory, name)
        if os.path.lexists(os.path.join(directory, MARKER_NAME)):
            os.unlink(hidden)
        else:
            os.rename(hidden, os.path.join(directory, MARKER_NAME))
    return bool(names)
