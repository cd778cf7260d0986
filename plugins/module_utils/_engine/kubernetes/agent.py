# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the sync agents of a cluster's pods, inside the pods. Private to file_simulator.nas. Talks to the outside.

An agent serves its answers to its own pod alone.
"""

from __future__ import annotations

import contextlib
import json
import time
import typing as t
import uuid

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.acceptance import ARGUMENTS, withheld
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.removal import (
    Directory,
    Look,
    question,
    refusal,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.execution import execute
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import (
    AGENT_CONTAINER,
    AGENT_PROGRAM,
    SERVER_CONTAINER,
)

_STATUS_SECONDS = 15.0
_ANSWER_SECONDS = 60
# What waits is on its way; a pod whose storage goes with it must not end before it has arrived.
_PATIENCE_SECONDS = 30.0
_PAUSE = 1.0
# An agent is the first process of its container, and has its last word before it ends.
_END = ("python3", "-c", "import os, signal; os.kill(1, signal.SIGTERM)")
_RESTART_SECONDS = 60.0


def sync_status(cluster: Cluster, namespace: str, pod: Object) -> Object | None:
    """Return what the sync agent of a pod says of itself now, None when it says nothing."""
    try:
        found = json.loads(_run(cluster, namespace, pod, ["status"], _STATUS_SECONDS))
    except (SimulatorError, ValueError):
        return None
    return t.cast(Object, encodable(found)) if isinstance(found, dict) else None


def accept(cluster: Cluster, namespace: str, server: str, pod: Object) -> str:
    """Say that what the agent withholds is meant; return what that is, empty when nothing is. Raises SimulatorError."""
    try:
        answer = _run(cluster, namespace, pod, ARGUMENTS, _STATUS_SECONDS)
    except SimulatorError as error:
        raise SimulatorError(f"server {server}: its sync agent does not answer: {error.message}") from None
    return withheld(server, answer)


def objection(cluster: Cluster, namespace: str, pod: Object, directory: Directory, *, at_once: bool = False) -> str:
    """Return why a pod whose storage goes with it must not end; empty when it may.

    What merely waits gets some time to arrive, and with ``at_once`` counts as if it had.
    """
    if not _has_served(pod):
        return ""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        nonce = uuid.uuid4().hex
        try:
            words = question(nonce, _ANSWER_SECONDS)
            look = Look(nonce, _run(cluster, namespace, pod, words, _ANSWER_SECONDS + _STATUS_SECONDS))
        except SimulatorError as error:
            look = Look(nonce, problem=error.message)
        if at_once:
            return refusal(look, directory, flushing=True)
        found = refusal(look, directory, flushing=False)
        # What an agent can carry, it carries soon; all else is as true now as later.
        waits = found and not refusal(look, directory, flushing=True)
        if not waits or time.monotonic() > deadline:
            return found
        time.sleep(_PAUSE)


def restart(cluster: Cluster, namespace: str, pod: Object) -> None:
    """Have the kubelet start a pod's agent again, which mounts the Windows directory anew, and wait until it works.

    Its storage is the pod's and stays. Whether it came to work is for ``objection`` to find out.
    """
    before = (sync_status(cluster, namespace, pod) or {}).get("started")
    with contextlib.suppress(SimulatorError):  # what ends may not answer any more
        execute(cluster, namespace, pod["metadata"]["name"], AGENT_CONTAINER, list(_END), _STATUS_SECONDS)

    def works() -> bool:
        now = sync_status(cluster, namespace, pod) or {}
        return now.get("started") not in (None, before) and now.get("state") in ("idle", "running")

    wait_until(works, _RESTART_SECONDS)


def _run(cluster: Cluster, namespace: str, pod: Object, words: t.Sequence[str], seconds: float) -> str:
    command = [*AGENT_PROGRAM, *words]
    return execute(cluster, namespace, pod["metadata"]["name"], AGENT_CONTAINER, command, seconds)


def _has_served(pod: Object) -> bool:
    """Tell whether a pod's NFS server has ever run: before that, no client can have written anything."""
    statuses = pod.get("status", {}).get("containerStatuses") or []
    server: Object = next((each for each in statuses if each["name"] == SERVER_CONTAINER), {})
    ran = [*(server.get("state") or {}), *(server.get("lastState") or {})]
    return bool(server.get("restartCount")) or "running" in ran or "terminated" in ran
