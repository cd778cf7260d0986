# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a node sees the data root: verified by its marker. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import json
import posixpath
import shlex
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import (
    CONTAINER_DRIVERS,
    DesiredProfile,
    start_arguments,
    stop_arguments,
    unmount_arguments,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import MARKER_NAME, Marker

# minikube start ends a moment before the mount process that it leaves behind has mounted.
_PATIENCE = 20.0


@dataclass(frozen=True)
class Verification:
    """Whether the node sees the data root, and if not, what it sees; ``restored`` where that took a new mount."""

    verified: bool
    problem: str = ""
    restored: bool = False

    def as_result(self, desired: str) -> dict[str, t.Any]:
        """Return the verification as modules return it; ``desired`` is the mount, ``source:target``."""
        source, _colon, target = desired.rpartition(":")
        return {
            "source": source,
            "target": target,
            "verified": self.verified,
            "problem": self.problem,
            "restored": self.restored,
        }


def verify(minikube: Minikube, name: str, node_data_root: str, marker: Marker) -> Verification:
    """Read the marker inside the node and compare it with the one on this machine."""
    path = posixpath.join(node_data_root, MARKER_NAME)
    # What is handed to ssh is a command line there. Directories of drvfs or 9p may be root's alone.
    answer = minikube.run(["ssh", f"--profile={name}", "--", f"sudo cat {shlex.quote(path)}"])
    if answer.status:
        # Both streams of the node come in the output, and minikube's own "Process exited" beside it.
        said = (answer.out or answer.err).strip().splitlines()
        return Verification(
            False, f"the node has no {path}: {said[0].strip() if said else f'exit status {answer.status}'}"
        )
    try:
        seen = str(json.loads(answer.out)["generation"])
    except (ValueError, KeyError, TypeError):
        return Verification(False, f"{path} in the node is no marker")
    if seen != marker.generation:
        return Verification(False, f"{path} in the node is that of another data root ({seen}, not {marker.generation})")
    return Verification(True)


def verify_soon(minikube: Minikube, name: str, node_data_root: str, marker: Marker) -> Verification:
    """Read the marker until it is there, for a while."""
    attempts = [Verification(False)]

    def seen() -> bool:
        attempts.append(verify(minikube, name, node_data_root, marker))
        return attempts[-1].verified

    wait_until(seen, _PATIENCE)
    return attempts[-1]


def restore(minikube: Minikube, desired: DesiredProfile, node_data_root: str, marker: Marker) -> Verification:
    """Mount again what the running node has lost, and verify it.

    A container's mount comes with the container, so that is started again. Elsewhere minikube's mount
    process has died; what is left of it is ended, and ``start`` on a running profile leaves a new one
    behind, which ``stop`` and ``delete`` end.
    """
    operation = f"profile {desired.name}: restore the mount"
    if desired.driver in CONTAINER_DRIVERS:
        minikube.call(stop_arguments(desired.name), operation)
    else:
        # It fails for a process that is gone, which is what we are here for.
        minikube.run(unmount_arguments(desired.name))
    minikube.call(start_arguments(desired), operation)
    verification = verify_soon(minikube, desired.name, node_data_root, marker)
    return Verification(verification.verified, verification.problem, restored=True)


def advice(desired: DesiredProfile) -> str:
    """Return what a tester does about a mount that did not come back."""
    if desired.driver in CONTAINER_DRIVERS:
        return (
            f"check that {desired.driver} may share that directory (Docker Desktop: Settings, Resources, File sharing), "
            f"or have the profile made anew with {remedies.RECREATE_PROFILE}"
        )
    return (
        "let the firewall pass connections from the node to minikube's mount process, then run this again; by hand: "
        f'minikube mount --profile={desired.name} "{desired.mount}"'
    )
