# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The NFS client of checks and test data, by nfs-rs. Private to file_simulator.nas. Talks to the outside.

nfs-rs (PyPI) speaks NFS from user space, without root and without a mount. Used in the way that works: NFSv4.0
with the pseudo root mounted (with 4.1 it loses its session against NFS-Ganesha 4.3, and it cannot list the very
directory that it has mounted). It cannot list an NFSv3 server without READDIRPLUS, as unfs3 is.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import posixpath
import time
import traceback
import typing as t

try:
    import nfs_rs
except ImportError:
    NFS_RS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    NFS_RS_IMPORT_ERROR = None

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import (
    Address,
    Attributes,
    CannotList,
    Entry,
    InGrace,
    NasError,
    NotThere,
)

_CONNECT_SECONDS = 5.0
_OPERATION_SECONDS = 15.0
# A server that was restarted keeps clients waiting who are not taking back what they held before: for its grace
# period of 15 s, and a moment more. The kernel's client waits by itself, this one is told.
_GRACE_SECONDS = 30.0
_GRACE_PAUSE = 0.5
# A listing whose directory changes in between may have to begin again.
_LISTINGS = 10
_PART_BYTES = 1 << 20

_Answer = t.TypeVar("_Answer")


@contextlib.contextmanager
def _told() -> t.Iterator[None]:
    """Let errors of nfs-rs be NasErrors. Not all of its errors are OSErrors."""
    try:
        yield
    except (nfs_rs.NfsNotFoundError, nfs_rs.NfsStateLostError) as error:
        raise NotThere(_words(error), errno.ENOENT) from None
    except nfs_rs.NfsUnsupportedError as error:
        raise CannotList(_words(error)) from None
    except nfs_rs.NfsRetryableError as error:
        raise (InGrace if "grace period" in str(error) else NasError)(_words(error)) from None
    except (nfs_rs.NfsError, OSError) as error:
        raise NasError(_words(error), int(getattr(error, "errno", 0) or 0)) from None


def _patiently(ask: t.Callable[[], _Answer]) -> _Answer:
    """Ask again while the server is in grace.

    What was refused has not taken effect, so it may be asked again as it is: for OPEN, REMOVE, RENAME and SETATTR
    NFS-Ganesha 4.3 answers NFS4ERR_GRACE and does nothing, and nfs-rs sends each of them as a request of its own. The one
    exception is mkdir, seen on the wire: nfs-rs sends CREATE, which the server does in grace, as it does LINK; then
    SETATTR for the mode, which is refused; then REMOVE to undo the first, which is refused too. (By that SETATTR a directory
    made in one with setgid loses the bit that the server has given it. The kernel's client sends the mode with CREATE.)
    """
    deadline = time.monotonic() + _GRACE_SECONDS
    while True:
        try:
            with _told():
                return ask()
        except InGrace:
            if time.monotonic() > deadline:
                raise
        time.sleep(_GRACE_PAUSE)


def _words(error: t.Any) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _url(address: Address, mounted: str) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    version = f"version=3&mountport={address.mount_port or address.port}" if address.version == 3 else "version=4.0"
    return f"nfs://{host}{mounted}?{version}&nfsport={address.port}"


def _connected(address: Address, mounted: str) -> t.Any:
    """Return a client of nfs-rs that has mounted a path."""
    return nfs_rs.Client.connect(
        _url(address, mounted),
        uid=address.user,
        gid=address.user,
        noresvport=not address.privileged_port,
        connect_timeout=_CONNECT_SECONDS,
        operation_timeout=_OPERATION_SECONDS,
    )


def _entry(found: t.Any) -> Entry:
    kinds = {
        nfs_rs.FileType.FILE: "file",
        nfs_rs.FileType.DIRECTORY: "directory",
        nfs_rs.FileType.SYMLINK: "link",
    }
    info = found.info
    kind = kinds.get(info.type, "other")
    return Entry(found.name, kind, info.size, info.mtime, info.uid, info.gid, info.mode & 0o7777)


def client_version() -> str:
    """Return the version of nfs-rs, empty where it is not installed."""
    return "" if NFS_RS_IMPORT_ERROR else str(nfs_rs.__version__)


class RsClient:
    """A connection by nfs-rs, to the whole export or to one directory of it."""

    def __init__(self, address: Address) -> None:
        # With the pseudo root mounted everything below can be listed, the export's own root included.
        whole = address.version != 3 and not address.below
        mounted = posixpath.join(address.path, address.below).rstrip("/") or "/"
        self._address = address
        self._base = address.path.rstrip("/") if whole else ""
        # An export that is the root cannot be listed: no directory above it is there to mount.
        self._blind = whole and not self._base
        with _told():
            self._client = _connected(address, "/" if whole else mounted)

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}".rstrip("/") or "/"

    def _check_seen(self, directory: str) -> None:
        if self._blind and not directory:
            raise CannotList("nfs-rs cannot list the export / over NFSv4")

    def names(self, directory: str = "") -> set[str]:
        self._check_seen(directory)
        with _told():
            return set(self._client.listdir(self._at(directory)))

    def entries(self, directory: str = "") -> list[Entry]:
        self._check_seen(directory)
        for _attempt in range(_LISTINGS - 1):
            with _told(), contextlib.suppress(nfs_rs.NfsBadCookieError):
                return self._listed(directory)
        with _told():
            return self._listed(directory)

    def _listed(self, directory: str) -> list[Entry]:
        return [_entry(found) for found in self._client.scandir(self._at(directory))]

    def attributes(self, path: str = "") -> Attributes:
        with _told():
            found = self._client.stat(self._at(path))
        directory = found.type == nfs_rs.FileType.DIRECTORY
        identity = (found.fileid, found.size, found.mtime, found.ctime)
        return Attributes(directory, found.size, found.uid, found.gid, identity)

    def read(self, path: str) -> bytes:
        def read() -> bytes:
            with self._client.open(self._at(path), "rb") as stream:
                return bytes(stream.read())

        return _patiently(read)

    def parts(self, path: str) -> t.Iterator[bytes]:
        stream = _patiently(lambda: self._client.open(self._at(path), "rb"))
        with _told(), stream:
            part = stream.read(_PART_BYTES)
            while part:
                yield bytes(part)
                part = stream.read(_PART_BYTES)

    def write(self, path: str, content: bytes) -> None:
        def write() -> None:
            with self._client.open(self._at(path), "wb") as stream:
                stream.write(content)
                stream.flush()

        _patiently(write)

    def make_directory(self, path: str) -> None:
        make = functools.partial(self._client.mkdir, self._at(path))
        try:
            with _told():
                make()
        except InGrace:
            # Half of it has taken effect, see _patiently: it is undone once that is granted, and done again.
            with contextlib.suppress(NotThere):
                self.remove_directory(path)
            _patiently(make)

    def remove(self, path: str) -> None:
        _patiently(lambda: self._client.unlink(self._at(path)))

    def remove_directory(self, path: str) -> None:
        _patiently(lambda: self._client.rmdir(self._at(path)))

    def rename(self, path: str, new: str) -> None:
        _patiently(lambda: self._client.rename(self._at(path), self._at(new)))

    def change_owner(self, path: str, owner: int, group: int) -> None:
        _patiently(lambda: self._client.chown(self._at(path), owner, group))

    def free_bytes(self) -> int:
        if self._base:
            # The pseudo root's own figures are all zero.
            with _told(), _connected(self._address, self._base) as mounted:
                return int(mounted.fs_stat().available_bytes)
        with _told():
            return int(self._client.fs_stat().available_bytes)

    def close(self) -> None:
        with contextlib.suppress(NasError), _told():
            self._client.close()
