# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What files an NFS client sees, with their fingerprints, and waiting for them. Private to file_simulator.nas.

Talks to the outside through a NasClient.
"""

from __future__ import annotations

import fnmatch
import hashlib
import posixpath
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted, duration, named, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import is_ignored
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import Entry, NasError, NotThere

# Bytes: what is returned goes through Ansible's memory several times.
LARGEST_CONTENT = 1 << 20
# Seconds.
_LONGEST_PAUSE = 0.25
_NAMED_WHEN_MISSING = 10


@dataclass(frozen=True)
class Wanted:
    """What is waited for: at least ``count`` files that match, within ``timeout`` seconds."""

    pattern: str
    count: int
    timeout: float


@dataclass(frozen=True)
class Query:
    """Which files are meant. ``top`` is a directory of the export, empty for all of it; ``kind`` is empty for all kinds.

    ``checksum`` and ``content`` tell whether regular files are read.
    """

    top: str = ""
    patterns: tuple[str, ...] = ("*",)
    kind: str = "file"
    recurse: bool = True
    checksum: bool = True
    content: bool = False
    wanted: Wanted | None = None


class Seen(t.NamedTuple):
    """One path of an export. ``sha256`` and ``content`` are None where the file was not read, or is too long to be returned."""

    path: str
    entry: Entry
    sha256: str | None = None
    content: bytes | None = None


class Listing(t.Protocol):
    """What a listing wants of an NFS client, or of what stands for several; see NasClient."""

    def entries(self, directory: str = "") -> list[Entry]:
        """Return what is in a directory."""

    def parts(self, path: str) -> t.Iterator[bytes]:
        """Yield a file's content in parts."""


def look(client: Listing, query: Query) -> tuple[list[Seen], str]:
    """Return the paths that match, sorted, and what is missing of what was waited for, in words; empty when nothing is.

    What goes while it is looked at is left out. A directory that is not there has no files. Raises NasError.
    """
    seen: list[Seen] = []

    def enough() -> bool:
        seen[:] = sorted(_walk(client, query.top, recurse=query.recurse))
        return not query.wanted or len(_wanted(seen, query)) >= query.wanted.count

    met = wait_until(enough, query.wanted.timeout if query.wanted else 0, longest_pause=_LONGEST_PAUSE)
    missing = "" if met else _missing(seen, query)
    matching = [each for each in seen if _matches(each, query.patterns, query)]
    return [read for each in matching for read in _read(client, each, query)], missing


def _walk(client: Listing, directory: str, *, recurse: bool) -> t.Iterator[Seen]:
    try:
        entries = client.entries(directory)
    except NotThere:
        return
    for entry in entries:
        if is_ignored(entry.name):
            continue  # a sync agent is writing it, or it is deleted and still open
        path = posixpath.join(directory, entry.name)
        yield Seen(path, entry)
        if recurse and entry.kind == "directory":
            yield from _walk(client, path, recurse=True)


def _matches(seen: Seen, patterns: t.Iterable[str], query: Query) -> bool:
    """Tell whether a path is of the kind, and its name matches; one with a slash in it is compared as a whole below the top."""
    below = posixpath.relpath(seen.path, query.top) if query.top else seen.path
    return query.kind in ("", seen.entry.kind) and any(
        fnmatch.fnmatchcase(below if "/" in pattern else seen.entry.name, pattern) for pattern in patterns
    )


def _wanted(seen: t.Iterable[Seen], query: Query) -> list[Seen]:
    return [each for each in seen if query.wanted and _matches(each, [query.wanted.pattern], query)]


def _missing(seen: t.Sequence[Seen], query: Query) -> str:
    wanted = query.wanted
    if wanted is None:
        return ""
    there = [each.path for each in seen if each.entry.kind != "directory"]
    return (
        f"{len(_wanted(seen, query))} of {counted(wanted.count, 'file')} that match '{visible(wanted.pattern)}' after "
        f"{duration(wanted.timeout)}; it has {named(there, _NAMED_WHEN_MISSING) or 'no file'}"
    )


def _read(client: Listing, seen: Seen, query: Query) -> t.Iterator[Seen]:
    """Yield it with what its content says, nothing when it is not there any more. Size and fingerprint are of one reading."""
    if seen.entry.kind != "file" or not (query.checksum or query.content):
        yield seen
        return
    digest, length, kept = hashlib.sha256(), 0, bytearray()
    try:
        for part in client.parts(seen.path):
            digest.update(part)
            length += len(part)
            kept += part if query.content and length <= LARGEST_CONTENT else b""
    except NotThere:
        return
    except NasError as error:
        raise NasError(f"{visible(seen.path)}: {error}", error.number) from None
    content = bytes(kept) if query.content and length <= LARGEST_CONTENT else None
    yield Seen(seen.path, replace(seen.entry, size=length), digest.hexdigest() if query.checksum else None, content)
