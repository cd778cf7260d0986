# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files are written whole or not at all, and nothing else than files is read or replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common import files
from ansible_collections.file_simulator.nas.plugins.module_utils._common.files import (
    existing_ancestor,
    write_if_other,
    write_together,
    write_whole,
)


def names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def test_file_is_replaced_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    write_whole(str(path), b"new")
    assert path.read_bytes() == b"new" and names(tmp_path) == ["a"]


def test_mode_holds_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_whole(str(tmp_path / "exact"), b"", mode=0o755)
        write_whole(str(tmp_path / "usual"), b"")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("exact", "usual")] == [0o755, 0o600]


def test_what_stands_beside_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "beside").write_bytes(b"another's")
    with pytest.raises(FileExistsError):
        write_whole(str(tmp_path / "a"), b"new", "beside")
    assert names(tmp_path) == ["beside"] and (tmp_path / "beside").read_bytes() == b"another's"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_failure_leaves_all_files_as_they_were(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(files.os, failing, fail)
    with pytest.raises(OSError, match="No space"):
        write_together({str(tmp_path / name): b"new" for name in ("a", "b")})
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_bytes() == b"old"


def test_last_of_several_that_cannot_be_written_leaves_all_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileNotFoundError):
        write_together({str(tmp_path / "a"): b"new", str(tmp_path / "missing" / "b"): b"new"})
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_bytes() == b"old"


def test_equal_content_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "made" / "a"
    assert write_if_other(str(path), b"x")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    assert not write_if_other(str(path), b"x") and (path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert write_if_other(str(path), b"y") and path.read_bytes() == b"y"


def test_nearest_directory_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "a" / "b", tmp_path / "file" / "b"):
        assert existing_ancestor(str(path)) == str(tmp_path)
