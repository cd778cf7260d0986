# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a server in a pod must let in so that this machine's own clients reach it."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._server.allowed_clients import let_in, seen_from_pods


@pytest.mark.parametrize(
    ("clients", "gateway", "seen"),
    [
        ([], "10.89.0.1", ()),
        (["192.0.2.0/24"], "10.89.0.1", ("192.0.2.0/24",)),
        (["127.0.0.1/32"], "10.89.0.1", ("127.0.0.1/32", "10.89.0.1/32")),
        (["127.0.0.0/8"], "10.89.0.1", ("127.0.0.0/8", "10.89.0.1/32")),
        (["0.0.0.0/0"], "10.89.0.1", ("0.0.0.0/0", "10.89.0.1/32")),
        (["192.0.2.0/24", "127.0.0.53/32"], "10.89.0.1", ("192.0.2.0/24", "127.0.0.53/32", "10.89.0.1/32")),
        (["::1/128"], "fd00::1", ("::1/128", "fd00::1/128")),
        (["::/0"], "10.89.0.1", ("::/0", "10.89.0.1/32")),
        (["2001:db8::/32"], "10.89.0.1", ("2001:db8::/32",)),
        (["127.0.0.1/32"], "", ("127.0.0.1/32",)),
        (["192.0.2.0/24"], "", ("192.0.2.0/24",)),
    ],
)
def test_gateway_is_let_in_where_this_machine_is(clients: list[str], gateway: str, seen: tuple[str, ...]) -> None:
    assert seen_from_pods(clients, gateway) == seen


def test_every_gateway_is_let_in() -> None:
    assert seen_from_pods(["127.0.0.1"], "10.89.0.1", "", "fd00::1") == ("127.0.0.1", "10.89.0.1/32", "fd00::1/128")
    assert seen_from_pods(["127.0.0.1"]) == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("clients", "listen_address", "expected"),
    [
        ([], "127.0.0.1", ("10.89.0.1/32",)),
        ([], "127.0.0.2", ("10.89.0.1/32",)),
        ([], "0.0.0.0", ()),
        ([], "192.0.2.7", ()),
        (["192.0.2.0/24"], "127.0.0.1", ("192.0.2.0/24",)),
        (["127.0.0.1/32"], "0.0.0.0", ("127.0.0.1/32", "10.89.0.1/32")),
    ],
)
def test_server_on_loopback_lets_this_machine_alone_in(
    clients: list[str], listen_address: str, expected: tuple[str, ...]
) -> None:
    assert let_in(clients, listen_address, "10.89.0.1") == expected
