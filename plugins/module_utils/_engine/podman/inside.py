# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks what listens on loopback inside of a pod, from this very process. Private to file_simulator.nas. Talks to the outside.

``podman exec`` starts three processes for each question, of which one is another Python: a round of questions to seven
agents keeps two cores busy for seconds. A thread that enters the pod's network (setns(2)) asks within milliseconds.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import threading
import typing as t

_CLONE_NEWNET = 0x40000000
_LOOPBACK = "127.0.0.1"


class Reply(t.NamedTuple):
    """An HTTP status, and what came with it."""

    status: int
    text: str


def ask_inside(pid: int, port: int, method: str, path: str, seconds: float) -> Reply:
    """Send one HTTP request to a port in the network of the process ``pid``, and return the reply.

    Raises OSError where there is no such process, network or listener, or no reply within ``seconds`` (``socket.timeout``);
    http.client.HTTPException where it is no HTTP.
    """
    replies: list[Reply] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            _enter_network(pid)
            replies.append(_reply(port, method, path, seconds))
        except (OSError, http.client.HTTPException) as error:
            errors.append(error)

    # A namespace is a thread's: this one takes it along when it ends.
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return replies[0]


def _enter_network(pid: int) -> None:
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)


def _reply(port: int, method: str, path: str, seconds: float) -> Reply:
    connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=seconds)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()
