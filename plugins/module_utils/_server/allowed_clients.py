# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a server lets in, as a server in a pod sees its clients. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import ipaddress
import typing as t

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def let_in(clients: t.Sequence[str], listen_address: str, gateway: str) -> tuple[str, ...]:
    """Return whom a server in a pod lets in; nobody named means everybody who reaches it.

    ``clients`` are the server's own. A server that listens on a loopback address and names none is for this
    machine alone, which it sees as the pod network's ``gateway``: whoever else finds a way to the pod is refused.
    """
    if clients:
        return seen_from_pods(clients, gateway)
    if gateway and ipaddress.ip_address(listen_address).is_loopback:
        return (_alone(gateway),)
    return ()


def seen_from_pods(clients: t.Sequence[str], *gateways: str) -> tuple[str, ...]:
    """Return ``clients`` with the pod network's gateways added where they include this machine itself.

    A published port is reached through address translation: what comes from the machine's own
    loopback address has a gateway's address by the time it reaches the server.
    """
    networks = [ipaddress.ip_network(client) for client in clients]
    local = any(network.version == own.version and network.overlaps(own) for network in networks for own in _LOOPBACK)
    if not local:
        return tuple(clients)
    return (*clients, *(_alone(gateway) for gateway in gateways if gateway))


def _alone(address: str) -> str:
    return f"{address}/{ipaddress.ip_address(address).max_prefixlen}"
