# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reader of a field: what it takes, what it makes of it, and what it refuses."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.parsing.convert_bool import BOOLEANS, boolean
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model import fields
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError

from ...strategies import QUICK

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
READERS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "mapping": lambda value: fields.mapping(value, "field", ("a", "b")),
    "choice": lambda value: fields.choice(value, "field", ("a", "b")),
    "integer": lambda value: fields.integer(value, "field", 1, 9),
    "boolean": lambda value: fields.boolean(value, "field"),
    "dns_label": lambda value: fields.dns_label(value, "field"),
    "memory": lambda value: fields.memory(value, "field"),
    "cpu": lambda value: fields.cpu(value, "field"),
    "address": lambda value: fields.address(value, "field"),
    "network": lambda value: fields.network(value, "field"),
}


@pytest.mark.parametrize("reader", READERS)
@QUICK
@given(value=ANYTHING)
def test_reader_refuses_with_nothing_but_a_field_error(reader: str, value: t.Any) -> None:
    try:
        READERS[reader](value)
    except FieldError as error:
        assert error.field.startswith("field")
        assert str(error).startswith(f"{error.field}: ")


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("mapping", None, {}),
        ("mapping", {"a": 1}, {"a": 1}),
        ("choice", "b", "b"),
        ("integer", 1, 1),
        ("integer", 9, 9),
        ("integer", "5", 5),
        ("boolean", True, True),
        ("boolean", "Yes", True),
        ("boolean", "off", False),
        ("boolean", 0, False),
        ("dns_label", "a", "a"),
        ("dns_label", "0-a", "0-a"),
        ("dns_label", "a" * 63, "a" * 63),
        ("memory", "64Mi", "64Mi"),
        ("memory", 1048576, "1Mi"),
        ("memory", "262144Ki", "256Mi"),
        ("memory", "1024Mi", "1Gi"),
        ("memory", "1000Mi", "1000Mi"),
        ("memory", "64M", "62500Ki"),
        ("memory", "1000k", "1M"),
        ("memory", "999", "999"),
        ("cpu", "50m", "50m"),
        ("cpu", 0.5, "500m"),
        ("cpu", "0.100", "100m"),
        ("cpu", 2, "2000m"),
        ("address", "127.0.0.1", "127.0.0.1"),
        ("address", "::0001", "::1"),
        ("network", "192.0.2.0/24", "192.0.2.0/24"),
        ("network", "192.0.2.7", "192.0.2.7/32"),
        ("network", "2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_reader_takes(reader: str, value: t.Any, expected: t.Any) -> None:
    found = READERS[reader](value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("reader", "value", "message"),
    [
        ("mapping", ["a"], r"field: expected a mapping, got \['a'\]"),
        ("mapping", "a", "field: expected a mapping, got 'a'"),
        ("mapping", {"c": 1}, "field.c: unknown key; known are a, b"),
        ("mapping", {1: 1}, "field.1: unknown key"),
        ("choice", "c", "'c' is unknown; choose one of a, b"),
        ("choice", ["a"], "is unknown"),
        ("choice", None, "None is unknown"),
        ("integer", 0, "0 is outside 1..9"),
        ("integer", "10", "10 is outside 1..9"),
        ("integer", -1, "-1 is outside"),
        ("integer", True, "expected a whole number, got True"),
        ("integer", 1.0, "expected a whole number"),
        ("integer", "1.0", "expected a whole number"),
        ("integer", "", "expected a whole number"),
        ("integer", "٣", "expected a whole number"),
        ("integer", "1\n", "expected a whole number"),
        ("integer", "9" * 5000, "expected a whole number"),
        ("boolean", "perhaps", "expected true or false, got 'perhaps'"),
        ("boolean", None, "expected true or false"),
        ("boolean", 2, "expected true or false"),
        ("dns_label", "", "is no DNS label"),
        ("dns_label", "NAS", "is no DNS label"),
        ("dns_label", "a_b", "is no DNS label"),
        ("dns_label", "-a", "is no DNS label"),
        ("dns_label", "a-", "is no DNS label"),
        ("dns_label", "a.b", "is no DNS label"),
        ("dns_label", "a\n", "is no DNS label"),
        ("dns_label", "a" * 64, "is no DNS label"),
        ("dns_label", 7, 'field: YAML reads it as the number 7, without leading zeros; quote it: field: "7"'),
        ("dns_label", False, 'field: YAML reads off, no and false as a boolean; quote it: field: "off"'),
        ("dns_label", True, 'field: YAML reads on, yes and true as a boolean; quote it: field: "on"'),
        ("integer", 0o7 + 8, r"15 is outside 1\.\.9$"),
        ("memory", "64MB", "'64MB' is no amount of memory"),
        ("memory", "0", "is no amount of memory"),
        ("memory", "-1Mi", "is no amount of memory"),
        ("memory", "1.5Gi", "is no amount of memory"),
        ("memory", None, "is no amount of memory"),
        ("memory", "1Mi\n", "is no amount of memory"),
        ("cpu", "0", "'0' is no amount of CPU"),
        ("cpu", "0.000", "is no amount of CPU"),
        ("cpu", "0m", "is no amount of CPU"),
        ("cpu", "0.0001", "is no amount of CPU"),
        ("cpu", "half", "is no amount of CPU"),
        ("cpu", True, "is no amount of CPU"),
        ("address", "localhost", "'localhost' is no IP address"),
        ("address", "127.0.0.1/8", "is no IP address"),
        ("address", "127.1", "is no IP address"),
        ("network", "192.0.2.1/24", r"is no network in CIDR notation \(.*host bits"),
        ("network", "everybody", "is no network in CIDR notation"),
        ("network", "*", "is no network in CIDR notation"),
    ],
)
def test_reader_refuses(reader: str, value: t.Any, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        READERS[reader](value)


@pytest.mark.parametrize("word", sorted(BOOLEANS, key=str))
def test_boolean_takes_each_word_that_ansible_takes(word: t.Any) -> None:
    assert fields.boolean(word, "field") is boolean(word)


def test_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(FieldError) as refusal:
        fields.choice("x" * 1000, "field", ("a",))
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("amount", "size"),
    [
        ("1", 1),
        ("2k", 2000),
        ("2Ki", 2048),
        ("3M", 3 * 10**6),
        ("3Mi", 3 * 2**20),
        ("1G", 10**9),
        ("1Gi", 2**30),
        ("1T", 10**12),
        ("1Ti", 2**40),
    ],
)
def test_memory_in_bytes(amount: str, size: int) -> None:
    assert fields.memory_bytes(fields.memory(amount, "field")) == size


def test_memory_that_was_not_checked_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="plenty"):
        fields.memory_bytes("plenty")


@pytest.mark.parametrize(("amount", "millicores"), [("1m", 1), ("250m", 250), ("0.5", 500), ("0.001", 1), ("2", 2000)])
def test_cpu_in_thousandths(amount: str, millicores: int) -> None:
    assert fields.cpu_millicores(fields.cpu(amount, "field")) == millicores


def test_unknown_key_of_the_whole_has_no_prefix() -> None:
    with pytest.raises(FieldError, match=r"\Aspare: unknown key"):
        fields.mapping({"spare": 1}, "", ("a",))
