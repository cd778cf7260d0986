# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export options: what each word means, and that none is accepted and ignored."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import (
    ExportOptions,
    parse_export_options,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError

from ...strategies import QUICK

READ_WRITE = ExportOptions(
    read_only=False, squash="root", privileged_port=False, anonymous_uid=65534, anonymous_gid=65534
)


def test_silence_means_what_exports_5_says_but_for_the_port() -> None:
    assert parse_export_options("rw") == READ_WRITE


@pytest.mark.parametrize(
    ("word", "difference"),
    [
        ("rw", {}),
        ("root_squash", {}),
        ("no_root_squash", {"squash": "none"}),
        ("all_squash", {"squash": "all"}),
        ("secure", {"privileged_port": True}),
        ("insecure", {"privileged_port": False}),
        ("anonuid=0", {"anonymous_uid": 0}),
        ("anonuid=4294967294", {"anonymous_uid": 4294967294}),
        ("anongid=1000", {"anonymous_gid": 1000}),
        *[(word, {}) for word in ("sync", "no_subtree_check", "sec=sys", "no_acl", "no_all_squash")],
    ],
)
def test_word_means(word: str, difference: dict[str, t.Any]) -> None:
    expected = dataclasses.replace(READ_WRITE, **difference)
    assert parse_export_options(f"rw,{word}") == expected
    assert parse_export_options(f"{word}, rw") == expected
    assert parse_export_options(f"rw,{word},{word}") == expected


def test_ro_is_read_only() -> None:
    assert parse_export_options("ro").read_only


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rw,ro", "'rw' and 'ro' contradict each other"),
        ("rw,root_squash,no_root_squash", "'root_squash' and 'no_root_squash' contradict"),
        ("rw,all_squash,no_root_squash", "contradict"),
        ("rw,secure,insecure", "'secure' and 'insecure' contradict"),
        ("rw,anonuid=1,anonuid=2", "'anonuid=1' and 'anonuid=2' contradict"),
        ("rw,fsid=7", "option 'fsid=7' cannot be honoured: the fsid follows from export_id"),
        ("rw,fsid=x", "option 'fsid=x' cannot be honoured"),
        ("rw,async", "option 'async' cannot be honoured"),
        ("rw,subtree_check", "option 'subtree_check' cannot be honoured"),
        ("rw,sec=krb5p", "option 'sec=krb5p' cannot be honoured: the servers speak AUTH_SYS only"),
        ("rw,crossmnt", "option 'crossmnt' cannot be honoured: unknown; known are .*all_squash.* anonuid=N"),
        ("RW", "option 'RW' cannot be honoured"),
        ("rw=1", "option 'rw=1' cannot be honoured"),
        ("rw,anonuid", "option 'anonuid' cannot be honoured"),
        ("rw,anonuid=", "anonuid: expected a whole number"),
        ("rw,anonuid=nobody", "anonuid: expected a whole number"),
        ("rw,anonuid=-1", "anonuid: -1 is outside"),
        ("rw,anongid=4294967295", "anongid: 4294967295 is outside"),
        ("", "empty word"),
        ("rw,,sync", "empty word in 'rw,,sync'"),
        ("rw,", "empty word"),
        ("sync,no_root_squash", "'sync,no_root_squash' says neither rw nor ro; add one"),
        (None, "expected words"),
        (["rw"], "expected words"),
    ],
)
def test_refused(text: t.Any, message: str) -> None:
    with pytest.raises(FieldError, match=f"export_options.*{message}"):
        parse_export_options(text)


@pytest.mark.parametrize("squash", ["all_squash,no_all_squash", "no_all_squash,all_squash"])
def test_all_squash_and_its_negation_contradict(squash: str) -> None:
    with pytest.raises(FieldError, match="contradict"):
        parse_export_options(f"rw,{squash}")


@QUICK
@given(
    st.lists(st.sampled_from(["rw", "ro", "sync", "root_squash", "no_root_squash", "secure", "anonuid=5", "anongid=6"]))
)
def test_order_of_words_does_not_matter(words: list[str]) -> None:
    def outcome(text: str) -> ExportOptions | None:
        try:
            return parse_export_options(text)
        except FieldError:
            return None

    assert outcome(",".join(words)) == outcome(",".join(reversed(words)))


@QUICK
@given(st.text(st.sampled_from("rwoanuigd=,_ 01squash"), max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_export_options(text)
    except FieldError as error:
        assert error.field.startswith("export_options")
