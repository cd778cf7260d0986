# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names Windows cannot hold, and which are one name to it."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold, name_problem

# Of $UpCase, 65,536 units of 16 bits, little endian, as read from drives that Windows 7, 8, 10 and 11 had formatted.
UPCASE_MD5 = "7ff498a44e45e77374cc7c962b1b92f2"


def test_fold_is_the_table_of_ntfs() -> None:
    table = b"".join(fold(chr(unit)).encode("utf-16-le", "surrogatepass") for unit in range(0x10000))
    assert hashlib.md5(table, usedforsecurity=False).hexdigest() == UPCASE_MD5


@pytest.mark.parametrize("pair", ["aA", "äÄ", "ÿŸ", "σΣ", "яЯ", "ǆǄ", "éÉ", "ａＡ", "ᾀᾈ", "ᾳᾼ", "ῃῌ", "ῳῼ", "ⓐⒶ"])  # noqa: RUF001
def test_one_name(pair: str) -> None:
    assert fold(f"x{pair[0]}.csv") == fold(f"X{pair[1]}.CSV")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ß", "ss"), ("ß", "ẞ"), ("ς", "σ"), ("ſ", "s"), ("ı", "i"), ("ı", "I"), ("İ", "i"), ("ǅ", "Ǆ"),  # noqa: RUF001
        ("\u212a", "k"), ("µ", "Μ"), ("é", "e\u0301"), ("ﬁ", "fi"), ("ა", "Ა"), ("\u13a0", "\uab70"),  # noqa: RUF001
        ("\U00010428", "\U00010400"),
    ],
)  # fmt: skip
def test_two_names(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "name", ["nul", "nul.txt", "nul .txt", "NUL  .tar.gz", "com¹", "Lpt9.x", "conin$", "CONOUT$.log", "aux ."]
)
def test_device(name: str) -> None:
    assert name_problem(name)


@pytest.mark.parametrize("name", ["a\ud800", "\udcff"])
def test_name_that_is_no_text_is_a_problem_and_no_exception(name: str) -> None:
    assert name_problem(name)


@pytest.mark.parametrize(
    "name", ["a" * 255, "\U0001f4c1" * 127, "COM", "COM0", "nul-1", "a b", "~", "con1", "con x", "conin", "a.con"]
)
def test_name_is_good(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "nul", "NUL.txt", "prn", "COM1.", "\x1f", "a|b", 'a"b'])
def test_name_is_refused(name: str) -> None:
    assert name_problem(name)
