# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run at a time, from whichever machine: a Lease that its holder renews. Private to file_simulator.nas.

Talks to the outside: the cluster's API. A holder that died stops renewing; no two machines' clocks are compared.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import threading
import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import caller_name
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.problems import ApiError

# A lease that has not changed for so long is nobody's any more; its holder renews it more often than that.
_DURATION = 15.0
_RENEWAL = 3.0
_POLL_SECONDS = 0.3
_ANNOTATION_PROCESS = "file-simulator/process"


class Lease:
    """The lease ``name`` of a namespace. ``subject`` begins the message that says who holds it."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, labels: t.Mapping[str, str], subject: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._name = name
        self._labels = dict(labels)
        self._subject = subject
        self._version = ""

    @contextlib.contextmanager
    def held(self, command: str, patience: float) -> t.Iterator[str]:
        """Hold the lease for the time of the block; wait for it for up to ``patience`` seconds.

        ``command`` is what others are told that this run does. Raises SimulatorError that says who holds it,
        since when. The block gets a warning where this user may have no leases, and an empty text otherwise.
        """
        try:
            self._acquire(command, patience)
        except ApiError as error:
            if error.status != 403:
                raise
            yield f"{self._subject}: two runs at once are not kept apart, for this user may have no leases: {error.message}"
            return
        ended = threading.Event()
        renewal = threading.Thread(target=self._renew, args=(ended,), daemon=True)
        renewal.start()
        try:
            yield ""
        finally:
            ended.set()
            renewal.join()
            # What is not given back now lapses by itself.
            with contextlib.suppress(SimulatorError):
                self._cluster.delete("Lease", self._name, self._namespace, "give the lease back", version=self._version)

    def _acquire(self, command: str, patience: float) -> None:
        until = time.monotonic() + patience
        first = last = ""
        since = time.monotonic()
        while True:
            found = self._cluster.get("Lease", self._name, self._namespace)
            version = found["metadata"]["resourceVersion"] if found else ""
            if version != last:
                first, last, since = first or version, version, time.monotonic()
            lapsed = time.monotonic() - since > _DURATION
            if (found is None or lapsed or _has_ended(found)) and self._take(found, command):
                return
            # One that is not renewed may be that of a run that died: only time tells.
            late = time.monotonic() - until
            if (late >= 0 and last != first) or late > 2 * _DURATION:
                spec = found["spec"] if found else {}
                raise SimulatorError(
                    f"{self._subject}: {spec.get('holderIdentity')} holds it since {spec.get('acquireTime')}; "
                    "wait until it has ended"
                )
            time.sleep(_POLL_SECONDS)

    def _take(self, found: Object | None, command: str) -> bool:
        """Take a lease that is free; tell whether nobody else was quicker."""
        metadata: Object = {
            "name": self._name,
            "namespace": self._namespace,
            "labels": self._labels,
            "annotations": {_ANNOTATION_PROCESS: _process(os.getpid())},
        }
        spec = {
            "holderIdentity": f"{command} of {caller_name()}@{platform.node()} (pid {os.getpid()})",
            "leaseDurationSeconds": int(_DURATION),
            "acquireTime": _now(),
            "renewTime": _now(),
        }
        operation = f"take the lease {self._name}"
        try:
            if found is None:
                item = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
                taken = self._cluster.create(item, operation)
            else:
                metadata["resourceVersion"] = found["metadata"]["resourceVersion"]
                change = {"metadata": metadata, "spec": spec}
                taken = self._cluster.patch("Lease", self._name, self._namespace, change, operation)
        except ApiError as error:
            if error.status == 409 or (found and error.status == 404):
                return False
            raise
        self._version = str(taken["metadata"]["resourceVersion"])
        return True

    def _renew(self, ended: threading.Event) -> None:
        while not ended.wait(_RENEWAL):
            change = {"metadata": {"resourceVersion": self._version}, "spec": {"renewTime": _now()}}
            try:
                renewed = self._cluster.patch("Lease", self._name, self._namespace, change, "renew the lease")
                self._version = str(renewed["metadata"]["resourceVersion"])
            except ApiError as error:
                if error.status in (404, 409):
                    return  # somebody else's by now
            except SimulatorError:
                pass  # not to be reached just now


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _process(number: int) -> str:
    """Return what tells a process from every other one, of whichever machine, container or boot."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            boot = stream.read().strip()
        with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as stream:
            # The start's time is the twentieth field after the name, which may have blanks and parentheses.
            started = stream.read().rpartition(")")[2].split()[19]
        return f"{boot} {os.readlink(f'/proc/{number}/ns/pid')} {number} {started}"
    except (OSError, IndexError):
        return ""


def _has_ended(lease: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the lease's holder is a process of this machine that is no more."""
    held = str((lease["metadata"].get("annotations") or {}).get(_ANNOTATION_PROCESS, "")).split(" ")
    own = _process(os.getpid()).split(" ")
    if len(held) != len(own) or len(own) < 4 or held[:2] != own[:2] or not held[2].isdigit():
        return False
    return _process(int(held[2])) != " ".join(held)
