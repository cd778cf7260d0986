# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of this machine: who has one, and how a server behind one is reached. Private to file_simulator.nas."""

from __future__ import annotations

import errno
import socket
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.listeners import listeners

# Who has a port without a process that can be seen.
UNKNOWN = "another program"
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def connect_address(listen_address: str) -> str:
    """Return the address at which this machine reaches what listens on ``listen_address``."""
    return _ANY.get(listen_address, listen_address)


def port_holder(address: str, port: int, known: t.Mapping[str, str] | None = None, protocol: str = "tcp") -> str:
    """Return who keeps us from listening on ``address`` and ``port``, empty when nobody does.

    ``known`` names holders by a word of their command line, such as a container's id. One with an empty name is
    about to go, so that it is in nobody's way. ``protocol`` is tcp or udp.
    """
    known = known or {}
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM) as attempt:
        if protocol == "tcp":
            # A connection that has just ended does not count: who listens next may take its place.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return _listener(address, port, known, protocol)
            return f"nobody, but this machine cannot listen there ({error.strerror})"
    if "" in known.values() or protocol == "udp":
        return ""  # what answers there may be just that
    # What kube-proxy publishes holds no socket, yet answers.
    with socket.socket(family, socket.SOCK_STREAM) as visitor:
        visitor.settimeout(0.5)
        return (
            ""
            if visitor.connect_ex((connect_address(address), port))
            else "a Kubernetes NodePort or another forwarding"
        )


def _listener(address: str, port: int, known: t.Mapping[str, str], protocol: str) -> str:
    found = [each for each in listeners(port, protocol) if _meet(each.address, address)]
    names = [next((known[word] for word in each.command if word in known), each.name or UNKNOWN) for each in found]
    return ", ".join(sorted({name for name in names if name})) if names else UNKNOWN


def _meet(one: str, other: str) -> bool:
    # A listener on all IPv6 addresses usually has those of IPv4, too.
    return one == other or bool({one, other} & set(_ANY))
