# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fault is, which options it takes, and which faults can be on together."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import (
    KINDS,
    OPERATIONS,
    Fault,
    check_server,
    check_together,
    read_fault,
)

# What each kind needs at least.
LEAST: dict[str, dict[str, t.Any]] = {"slow": {"delay": 300}, "disconnect": {"every": 5}}
VALUES: dict[str, t.Any] = {"delay": 300, "jitter": 50, "operations": ["write", "read"], "every": 3}


def least(kind: str) -> Fault:
    return read_fault({"fault": kind, **LEAST.get(kind, {})})


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_that_each_kind_takes(kind: str) -> None:
    fault = least(kind)
    assert fault.kind == kind and fault.duration == 0
    assert fault.operations == KINDS[kind].usual


@pytest.mark.parametrize("kind", KINDS)
def test_options_that_were_not_given_are_null_in_modules(kind: str) -> None:
    nothing = dict.fromkeys((*VALUES, "duration"))
    assert read_fault({"fault": kind, **nothing, **LEAST.get(kind, {})}) == least(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_durations(kind: str) -> None:
    assert read_fault({"fault": kind, **LEAST.get(kind, {}), "duration": 60}).duration == 60


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, option) for kind, option in itertools.product(KINDS, VALUES) if option in KINDS[kind].takes],
)
def test_options_that_a_kind_takes(kind: str, option: str) -> None:
    fault = read_fault({"fault": kind, **LEAST.get(kind, {}), option: VALUES[option]})
    assert getattr(fault, option) == (("read", "write") if option == "operations" else VALUES[option])


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, option) for kind, option in itertools.product(KINDS, VALUES) if option not in KINDS[kind].takes],
)
def test_options_that_a_kind_does_not_take(kind: str, option: str) -> None:
    with pytest.raises(SimulatorError, match=rf"^{option}: is no option of the fault '{kind}', which takes "):
        read_fault({"fault": kind, **LEAST.get(kind, {}), option: VALUES[option]})


@pytest.mark.parametrize("kind", LEAST)
def test_options_that_a_kind_needs(kind: str) -> None:
    (option,) = LEAST[kind]
    with pytest.raises(SimulatorError, match=f"^{option}: is missing; the fault '{kind}' needs it"):
        read_fault({"fault": kind})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fault": "flood"}, "fault: 'flood' is unknown; choose one of slow, full"),
        ({"fault": "slow", "delay": -1}, "delay: is -1; give 0 to 3600000"),
        ({"fault": "slow", "delay": 3_600_001}, "delay: is 3600001; give"),
        ({"fault": "slow", "delay": 100, "jitter": 101}, "jitter: is 101 ms, and must not be above delay, 100 ms"),
        ({"fault": "slow", "delay": 1, "operations": []}, "operations: is empty; leave it out"),
        ({"fault": "slow", "delay": 1, "operations": ["fly"]}, "operations: 'fly' is unknown; known are read, write"),
        ({"fault": "io_error", "every": 0}, "every: is 0; give 1 or more"),
        ({"fault": "disconnect", "every": 0}, "every: is 0; give 1 or more"),
        ({"fault": "hang", "duration": -5}, "duration: is -5; give 0 to"),
        ({"fault": "hang", "duration": 604_801}, "duration: is 604801; give"),
    ],
)
def test_what_is_refused(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(SimulatorError) as error:
        read_fault(given)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_operations_are_the_same_in_whichever_order_they_are_given() -> None:
    given = [{"fault": "io_error", "operations": list(names)} for names in itertools.permutations(OPERATIONS[:3])]
    assert len({read_fault(each) for each in given}) == 1
    twice = read_fault({"fault": "io_error", "operations": ["sync", "read", "sync"]})
    assert twice.operations == ("read", "sync")


TOGETHER = {
    frozenset(pair)
    for pair in [
        ("slow", "full"), ("slow", "quota"), ("slow", "io_error"), ("slow", "read_only"), ("slow", "permission"),
        ("slow", "stale"), ("slow", "disconnect"), ("disconnect", "full"), ("disconnect", "quota"),
        ("disconnect", "io_error"), ("disconnect", "read_only"), ("disconnect", "permission"), ("disconnect", "stale"),
    ]
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(KINDS, 2)))
def test_which_faults_can_be_on_together(one: str, other: str) -> None:
    faults = [least(one), least(other)]
    if {one, other} in TOGETHER:
        check_together(faults)
    else:
        with pytest.raises(SimulatorError, match=f"fault: '{other}' cannot be on beside '{one}': .*; end the other"):
            check_together(faults)


def test_errors_of_different_operations_can_be_on_together() -> None:
    reading = read_fault({"fault": "io_error", "operations": ["read", "list"]})
    check_together([reading, least("full"), least("slow"), least("disconnect")])
    check_together([reading, least("read_only")])
    with pytest.raises(SimulatorError, match="'permission' cannot be on beside 'io_error': both would answer read"):
        check_together([reading, least("permission")])


@pytest.mark.parametrize("kind", KINDS)
def test_servers_that_are_no_ganesha(kind: str) -> None:
    check_server(least(kind), "nas-1", "ganesha")
    if kind == "unreachable":
        check_server(least(kind), "nas-1", "unfs3")
    else:
        with pytest.raises(SimulatorError, match=f"server nas-1: '{kind}' is made of NFS-Ganesha's system calls"):
            check_server(least(kind), "nas-1", "unfs3")
