# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking a server for all that it serves, and waiting until it answers. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer, ProbeError, probe

_PROBE_SECONDS = 2.0


@dataclass(frozen=True)
class NfsService:
    """What a server is to answer: each of ``versions`` of NFS, for each of ``paths``.

    ``mount_port`` is that of NFSv3's MOUNT; where it is 0 and not known, NFSv3 is asked only where nothing else is served.
    ``rpcbind`` is where its clients ask for that port, 0 where they are told.
    """

    host: str
    port: int
    versions: tuple[int, ...] = (4,)
    paths: tuple[str, ...] = ("/data",)
    mount_port: int = 0
    rpcbind: int = 0


def ask(service: NfsService, timeout: float) -> Answer:
    """Ask for everything; return what the server says of the first path in the highest version.

    ``timeout`` is in seconds, for each wait on the network. Raises the first ProbeError.
    """
    versions = [each for each in service.versions if each != 3 or service.mount_port or service.versions == (3,)]
    answers = [
        probe(
            service.host,
            service.port,
            path=path,
            timeout=timeout,
            version=version,
            mount_port=service.mount_port,
            rpcbind=service.rpcbind,
        )
        for version in sorted(versions, reverse=True)
        for path in service.paths
    ]
    return answers[0]


def wait_for_nfs(service: NfsService, timeout: float) -> Answer:
    """Ask the server until it answers as an NFS server; raise the last ProbeError after ``timeout`` seconds."""
    answers: list[Answer] = []
    problems: list[ProbeError] = []

    def answered() -> bool:
        try:
            answers.append(ask(service, _PROBE_SECONDS))
        except ProbeError as error:
            problems.append(error)
        return bool(answers)

    if not wait_until(answered, timeout):
        raise problems[-1]
    return answers[-1]
