# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of this machine: who has one, and how a server behind one is reached. Private to file_simulator.nas."""

from __future__ import annotations

import errno
import socket

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def connect_address(listen_address: str) -> str:
    """Return the address at which this machine reaches what listens on ``listen_address``."""
    return _ANY.get(listen_address, listen_address)


def port_holder(address: str, port: int) -> str:
    """Return who keeps us from listening on ``address`` and ``port``, empty when nobody does."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        # A connection that has just ended does not count: who listens next may take its place.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "another program"
            return f"nobody, but this machine cannot listen there ({error.strerror})"
    # What kube-proxy publishes holds no socket, yet answers.
    with socket.socket(family, socket.SOCK_STREAM) as visitor:
        visitor.settimeout(0.5)
        return (
            ""
            if visitor.connect_ex((connect_address(address), port))
            else "a Kubernetes NodePort or another forwarding"
        )
