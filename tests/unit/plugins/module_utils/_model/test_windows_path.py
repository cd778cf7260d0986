# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows paths as people write them."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import name_problem
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import (
    WindowsPath,
    is_absolute,
)

from ...strategies import QUICK, windows_paths


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"C:\simulator-data", r"C:\simulator-data"),
        ("c:/simulator-data", r"C:\simulator-data"),
        ("C:\\simulator-data\\", r"C:\simulator-data"),
        ("C:/simulator-data//", r"C:\simulator-data"),
        (r"d:\a/b\c", r"D:\a\b\c"),
        (r"C:\\a", r"C:\a"),
        (r"C:\Prüfdaten\Käse und Öl", r"C:\Prüfdaten\Käse und Öl"),
        (r"C:\.hidden\a.b.c", r"C:\.hidden\a.b.c"),
        (r"C:\console\auxiliary\com10", r"C:\console\auxiliary\com10"),
        (r"C:\a,b'c;d=e[f]%g%", r"C:\a,b'c;d=e[f]%g%"),
        ("Z:\\", "Z:\\"),
    ],
)
def test_read(text: str, shown: str) -> None:
    assert str(WindowsPath.parse(text)) == shown
    assert is_absolute(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"\\server\share", "is a network .UNC. path"),
        ("//server/share", "is a network .UNC. path"),
        (r"\\?\C:\a", "is a network .UNC. path"),
        ("simulator-data", "has no drive"),
        (r"\simulator-data", "has no drive"),
        ("/mnt/c/simulator-data", "has no drive"),
        (r"CD:\a", "has no drive"),
        (r"Ä:\a", "has no drive"),
        ("C:simulator-data", r"relative to the drive's current directory; write C:\\simulator-data"),
        ("C:", "relative to the drive's current directory"),
        (r"C:\a\..\b", r"'C:\\a\\..\\b': '\.\.' is no name"),
        (r"C:\.\b", r"'\.' is no name"),
        (r"C:\a:b", "has the character ':'"),
        (r"C:\a*", r"has the character '\*'"),
        ("C:\\a\nb", r"has the character '\\n'"),
        ("C:\\a\n", r"has the character '\\n'"),
        (r"C:\CON", "'CON' is a device name"),
        (r"C:\data\aux.txt", "'aux.txt' is a device name"),
        (r"C:\data\Lpt9.tar.gz", "is a device name"),
        (r"C:\com²", "is a device name"),
        (r"C:\data.", "ends in a dot or a space"),
        ("C:\\data \\x", "'data ' ends in a dot or a space"),
        ("C:\\" + "a" * 256, "is longer than 255 characters"),
        ("C:\\" + "\U0001f4c1" * 128, "is longer than 255 characters"),
        ("", "is no Windows path"),
        (None, "is no Windows path"),
        (5, "is no Windows path"),
    ],
)
def test_refused(text: t.Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        WindowsPath.parse(text)


@QUICK
@given(windows_paths)
def test_what_is_shown_is_read_back(path: WindowsPath) -> None:
    assert WindowsPath.parse(str(path)) == path


@QUICK
@given(st.text())
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    for candidate in (text, f"C:\\{text}"):
        try:
            path = WindowsPath.parse(candidate)
        except ValueError as error:
            assert str(error)
        else:
            assert all(name_problem(part) is None for part in path.parts)


def test_joined_goes_below_and_never_up() -> None:
    root = WindowsPath.parse(r"C:\data")
    assert str(root.joined(r"a\b/c")) == r"C:\data\a\b\c"
    with pytest.raises(ValueError, match="is no name"):
        root.joined(r"..\other")


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        (r"C:\data", r"C:\data", True),
        (r"C:\data", r"c:\DATA\x", True),
        (r"C:\Ärger", r"C:\ÄRGER\x", True),
        (r"C:\data\x", r"C:\data", False),
        (r"C:\data", r"C:\data-2", False),
        (r"C:\data", r"D:\data", False),
        ("C:\\", r"C:\data", True),
    ],
)
def test_holds(outer: str, inner: str, holds: bool) -> None:
    assert WindowsPath.parse(outer).holds(WindowsPath.parse(inner)) is holds


@QUICK
@given(windows_paths, windows_paths)
def test_two_paths_that_hold_each_other_have_one_key(one: WindowsPath, other: WindowsPath) -> None:
    assert (one.holds(other) and other.holds(one)) == (one.key == other.key)


@pytest.mark.parametrize(
    ("text", "absolute"),
    [("sub", False), (r"sub\x", False), ("C:x", True), (r"\x", True), ("/x", True), (r"\\s\x", True), ("", False)],
)
def test_is_absolute(text: str, absolute: bool) -> None:
    assert is_absolute(text) is absolute
