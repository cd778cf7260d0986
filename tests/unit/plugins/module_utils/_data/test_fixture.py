# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of every kind, and names that are refused."""

from __future__ import annotations

import io
import tarfile
import threading
import typing as t
import zipfile
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._data.fixture import Fixture, fixture

FILES = {"a.csv": b"first", "orders/b.csv": b"second", "orders/deep/c.csv": b""}
DIRECTORIES = {"orders", "orders/deep", "empty"}


def as_directory(top: Path, files: dict[str, bytes]) -> Path:
    (top / "fixture" / "empty").mkdir(parents=True)
    for path, content in files.items():
        (top / "fixture" / path).parent.mkdir(parents=True, exist_ok=True)
        (top / "fixture" / path).write_bytes(content)
    return top / "fixture"


def as_tar(top: Path, files: dict[str, bytes], mode: t.Literal["w", "w:gz", "w:xz"] = "w") -> Path:
    with tarfile.open(top / "fixture.tar", mode) as archive:
        for name in ("./", "./empty"):
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return top / "fixture.tar"


def as_zip(top: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(top / "fixture.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("empty/", b"")
        for path, content in files.items():
            archive.writestr(path, content)
    return top / "fixture.zip"


KINDS: dict[str, t.Callable[[Path, dict[str, bytes]], Path]] = {
    "directory": as_directory,
    "tar": as_tar,
    "tar.gz": lambda top, files: as_tar(top, files, "w:gz"),
    "tar.xz": lambda top, files: as_tar(top, files, "w:xz"),
    "zip": as_zip,
}


def content(found: Fixture) -> dict[str, bytes]:
    read = {}
    for path, item in found.files.items():
        with item.open() as stream:
            read[path] = stream.read()
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(tmp_path: Path, kind: str) -> None:
    with fixture(str(KINDS[kind](tmp_path, FILES)), None) as found:
        assert content(found) == FILES and found.directories == DIRECTORIES
        assert found.files["a.csv"].size == 5 and found.files["a.csv"].sha256.startswith("a7937b64b8ca")


@pytest.mark.parametrize("kind", KINDS)
def test_several_servers_read_at_once(tmp_path: Path, kind: str) -> None:
    files = {f"{number}": bytes([number]) * 100_000 for number in range(20)}
    with fixture(str(KINDS[kind](tmp_path, files)), None) as found:
        same: list[bool] = []
        threads = [threading.Thread(target=lambda: same.append(content(found) == files)) for _server in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert same == [True] * 4


def test_texts() -> None:
    with fixture(None, {"orders/1.csv": "née", "2": 7}) as found:
        assert content(found) == {"orders/1.csv": "née".encode(), "2": b"7"} and found.directories == {"orders"}


def test_later_member_of_an_archive_counts(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for name, text in (("a", b"old"), ("a", b"new"), ("b", b"other")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    with fixture(str(tmp_path / "x.tar"), None) as found:
        assert content(found) == {"a": b"new", "b": b"other"}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../x", r"'\.\.' leads out of the Windows directory"),
        ("a/../../x", r"'\.\.' leads out"),
        ("/etc/passwd", "is an absolute path"),
        ("a:b", "has the character ':'"),
        ("con.txt", "is a device name of Windows"),
        ("a\\\\b", "has the character"),
        ("ends.", "ends in a dot"),
        (".file-simulator.json", "is a name of the simulator's own"),
        ("x/.FILE-simulator.json", "is a name of the simulator's own"),
        (".~nas-data-0123456789abcdef.tmp", "is a name of the simulator's own"),
        ("", "is no name of a file"),
    ],
)
def test_names_are_refused(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(SimulatorError, match=problem), fixture(None, {name: "x"}):
        pass
    if name:
        with pytest.raises(SimulatorError, match=problem), fixture(str(as_tar(tmp_path, {name: b"x"})), None):
            pass


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["A.csv", "a.csv"], "'A.csv' and 'a.csv' are one name to Windows"),
        (["Orders/1", "orders/2"], "'Orders' and 'orders' are one name"),
        (["orders", "orders/1"], "'orders' is a file and a directory"),
    ],
)
def test_names_that_are_one(names: list[str], problem: str) -> None:
    with pytest.raises(SimulatorError, match=problem), fixture(None, dict.fromkeys(names, "x")):
        pass


def test_links_are_refused(tmp_path: Path) -> None:
    directory = as_directory(tmp_path, FILES)
    (directory / "link").symlink_to("/etc/passwd")
    with pytest.raises(SimulatorError, match="'link' is a link or a device"), fixture(str(directory), None):
        pass
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
        with tarfile.open(tmp_path / "x.tar", "w") as archive:
            info = tarfile.TarInfo("link")
            info.type, info.linkname = kind, "a.csv"
            archive.addfile(info)
        with (
            pytest.raises(SimulatorError, match="'link' is a link or a device"),
            fixture(str(tmp_path / "x.tar"), None),
        ):
            pass
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as zipped:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        zipped.writestr(entry, "/etc/passwd")
    with pytest.raises(SimulatorError, match="'link' is a link or a device"), fixture(str(tmp_path / "x.zip"), None):
        pass


def test_sources_that_cannot_be_read(tmp_path: Path) -> None:
    for src, problem in (
        ("nowhere", "is not there"),
        ("text", "is no archive"),
        ("cut.tar", "is damaged"),
        ("cut.zip", ""),
    ):
        path = tmp_path / src
        if src == "text":
            path.write_text("no archive")
        elif src == "cut.tar":
            path.write_bytes(as_tar(tmp_path, {"a": bytes(100_000)}).read_bytes()[:50_000])
        elif src == "cut.zip":
            path.write_bytes(as_zip(tmp_path, FILES).read_bytes().replace(b"first", b"f")[:-3])
        with pytest.raises(SimulatorError, match=f"src: {path} {problem}"), fixture(str(path), None):
            pass
