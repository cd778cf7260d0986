# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test data as it is given: a directory, an archive, or texts. Private to file_simulator.nas. Reads the disk.

Names in a fixture are data. What would lie outside of a Windows directory, or cannot lie in one, is refused before
anything is touched: absolute paths, "..", links, devices, names that Windows cannot hold or takes for one.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import os
import stat
import tarfile
import tempfile
import typing as t
import zipfile
import zlib
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import measured
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.temporary_names import is_ignored
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold, name_problem
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME

_ARCHIVES = "a directory, or an archive of the kinds tar, tar.gz and zip"

Opener = t.Callable[[], t.ContextManager[t.IO[bytes]]]


@dataclass(frozen=True)
class Item:
    """One file: what it is, and how it is read. Sizes are in bytes."""

    size: int
    sha256: str
    open: Opener = field(compare=False, repr=False)


@dataclass(frozen=True)
class Fixture:
    """Files by path, and all directories that are to be there; paths are relative and have slashes."""

    files: t.Mapping[str, Item] = field(default_factory=dict)
    directories: frozenset[str] = frozenset()


class _Member(t.NamedTuple):
    path: str
    open: Opener | None
    """None for a directory."""


@contextlib.contextmanager
def fixture(src: str | None, contents: t.Mapping[str, t.Any] | None) -> t.Iterator[Fixture]:
    """Read a fixture, which is good for the time of the block: an archive is unpacked for so long. Raises SimulatorError."""
    with contextlib.ExitStack() as opened:
        if src is not None:
            yield _of_source(src, opened)
        else:
            yield _checked([_Member(name, _text(str(text))) for name, text in (contents or {}).items()])


def _of_source(src: str, opened: contextlib.ExitStack) -> Fixture:
    try:
        if os.path.isdir(src):
            return _checked(_of_directory(src))
        # Several servers read at once, which members of an archive cannot be.
        unpacked = opened.enter_context(tempfile.TemporaryDirectory(prefix="nas-data-"))
        return _checked(_members(src, opened), unpacked)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise SimulatorError(f"src: {src} is damaged: {one_line(error)}") from None
    except OSError as error:
        raise SimulatorError(f"src: {error.filename or src} cannot be read: {error.strerror or error}") from None


def _members(src: str, opened: contextlib.ExitStack) -> t.Iterable[_Member]:
    if not os.path.isfile(src):
        raise SimulatorError(f"src: {src} is not there; name {_ARCHIVES}")
    if zipfile.is_zipfile(src):
        return _of_zip(opened.enter_context(zipfile.ZipFile(src)))
    if tarfile.is_tarfile(src):
        return _of_tar(opened.enter_context(tarfile.open(src)))
    raise SimulatorError(f"src: {src} is no archive; name {_ARCHIVES}")


def _of_directory(top: str) -> t.Iterator[_Member]:
    def fail(error: OSError) -> t.NoReturn:
        raise error

    for where, directories, files in os.walk(top, onerror=fail):
        for name in sorted(directories + files):
            path = os.path.join(where, name)
            shown = os.path.relpath(path, top)
            mode = os.lstat(path).st_mode
            if stat.S_ISDIR(mode):
                yield _Member(shown, None)
            elif stat.S_ISREG(mode):
                yield _Member(shown, _file(path))
            else:
                raise _no_file(shown)


def _of_zip(archive: zipfile.ZipFile) -> t.Iterator[_Member]:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        if info.is_dir():
            yield _Member(info.filename, None)
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise _no_file(info.filename)
        else:
            yield _Member(info.filename, _zipped(archive, info))


def _of_tar(archive: tarfile.TarFile) -> t.Iterator[_Member]:
    for info in archive:
        if info.isdir():
            yield _Member(info.name, None)
        elif not info.isreg():
            raise _no_file(info.name)
        else:
            yield _Member(info.name, _tarred(archive, info))


def _file(path: str) -> Opener:
    return lambda: open(path, "rb")


def _text(text: str) -> Opener:
    return lambda: io.BytesIO(text.encode("utf-8", "surrogateescape"))


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Opener:
    return lambda: archive.open(info)


def _tarred(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Opener:
    return lambda: t.cast("t.IO[bytes]", archive.extractfile(info))


def _no_file(path: str) -> SimulatorError:
    return SimulatorError(
        f"fixture: '{visible(path)}' is a link or a device; a Windows directory takes files and directories alone"
    )


def _checked(members: t.Iterable[_Member], unpacked: str = "") -> Fixture:
    """Return the fixture of what is listed; raise SimulatorError for the first name that cannot be.

    ``unpacked`` is a directory that gets the content of each file, under a number.
    """
    files: dict[str, Item] = {}
    directories: set[str] = set()
    spelled: dict[str, str] = {}
    for number, member in enumerate(members):
        path = _path(member.path)
        if not path:
            if member.open is not None:
                raise SimulatorError(f"fixture: '{visible(member.path)}' is no name of a file")
            continue  # the top itself, as tar has it
        above = [path[:at] for at, letter in enumerate(path) if letter == "/"]
        for each in [*above, path]:
            other = spelled.setdefault(fold(each), each)
            if other != each:
                raise SimulatorError(f"fixture: '{visible(other)}' and '{visible(each)}' are one name to Windows")
        directories.update(above)
        if member.open is None:
            directories.add(path)
        else:
            copy = os.path.join(unpacked, str(number)) if unpacked else ""
            files[path] = Item(*_measured(member.open, copy), open=_file(copy) if copy else member.open)
    both = sorted(directories & set(files))
    if both:
        raise SimulatorError(f"fixture: '{visible(both[0])}' is a file and a directory")
    return Fixture(files, frozenset(directories))


def _path(given: str) -> str:
    parts = [part for part in given.split("/") if part not in ("", ".")]
    if given.startswith("/"):
        raise SimulatorError(
            f"fixture: '{visible(given)}' is an absolute path; name what is below the Windows directory"
        )
    for part in parts:
        problem = "leads out of the Windows directory" if part == ".." else name_problem(part)
        if problem:
            raise SimulatorError(f"fixture: '{visible(given)}': '{visible(part)}' {problem}")
        if fold(part) == fold(MARKER_NAME) or is_ignored(part):
            raise SimulatorError(f"fixture: '{visible(given)}': '{visible(part)}' is a name of the simulator's own")
    return "/".join(parts)


def _measured(opener: Opener, copy: str) -> tuple[int, str]:
    """Return size and checksum of a content, which is written to ``copy`` unless that is empty."""
    with opener() as stream, open(copy or os.devnull, "wb") as target:
        return measured(stream, target)
