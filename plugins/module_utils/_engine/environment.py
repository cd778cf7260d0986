# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine has that has a say in the choice of an engine. Private to file_simulator.nas.

Looks at the disk and at local sockets, and at the network only in ``download_answers``. Changes nothing
and runs no program, so that it is quick: what Minikube itself would say takes it seconds.
"""

from __future__ import annotations

import http
import json
import os
import re
import socket
import threading
import typing as t
import urllib.error

from ansible.module_utils.urls import open_url

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.choice import (
    KUBERNETES,
    MINIKUBE,
    ClusterAccess,
    Recorded,
)

_DOCKER_SOCKET = "/var/run/docker.sock"
_LIBVIRT_SOCKETS = ("/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock")
_KVM = "/dev/kvm"
_LOCAL_SECONDS = 0.5
FindProgram = t.Callable[[str], "str | None"]


def podman_runs(state_directory: str, instance: str) -> bool:
    """Tell whether the local engine has servers of ``instance``: their configuration lies there as long as they do.

    Raises SimulatorError when that cannot be seen: another engine would then be chosen beside it.
    """
    directory = os.path.join(state_directory, instance)
    try:
        with os.scandir(directory) as entries:
            return any(entry.is_dir() for entry in entries)
    except PermissionError:
        raise SimulatorError(
            f"{directory}: cannot be read, so whether podman runs servers is not known; let everybody read it: "
            f"sudo chmod -R a+rX {state_directory}"
        ) from None
    except OSError:
        return False


def read_record(path: str) -> Recorded | None:
    """Return what the role nas_engine wrote down of a cluster, None when it did not, or when it is no such thing."""
    try:
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
        choice = str(data["choice"])
        cluster = ClusterAccess(
            *(str(data[key]) for key in ("kubeconfig", "context")),
            *(str(data.get(key, "")) for key in ("node_address", "node_data_root")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if choice not in (KUBERNETES, MINIKUBE) or not cluster.context:
        return None
    return Recorded(choice, cluster, reachable=_mentions(cluster.kubeconfig, cluster.context))


def profile_exists(minikube_home: str, profile: str) -> bool:
    """Tell whether Minikube has a profile, from its own files: ``minikube profile list`` asks every node there is."""
    home = os.path.expanduser(minikube_home or "~")
    if os.path.basename(home.rstrip("/")) != ".minikube":
        home = os.path.join(home, ".minikube")
    return os.path.isfile(os.path.join(home, "profiles", profile, "config.json"))


def find_driver(asked: str, find_program: FindProgram, user: int) -> tuple[str, str]:
    """Return a driver that Minikube could use, and where there is none, why.

    One that the user names counts: Minikube itself says best what it lacks. Otherwise only those count
    whose NodePorts this machine can reach and that leave it as it is, which are docker and kvm2.
    """
    if asked not in ("", "auto"):
        return asked, ""
    docker = _docker_problem(find_program, user)
    if not docker:
        return "docker", ""
    if find_program("virsh") and os.access(_KVM, os.R_OK | os.W_OK) and any(map(_answers, _LIBVIRT_SOCKETS)):
        return "kvm2", ""
    return "", f"{docker}, and there is no libvirt with KVM"


def _docker_problem(find_program: FindProgram, user: int) -> str:
    if not find_program("docker"):
        return "docker is not installed"
    given = os.environ.get("DOCKER_HOST", "")
    path = given[len("unix://") :] if given.startswith("unix://") else _DOCKER_SOCKET
    if given and not given.startswith("unix://"):
        return "docker is on another machine (DOCKER_HOST)"
    if not _answers(path):
        return "docker does not answer this user"
    return "Minikube's driver docker refuses to run as root" if user == 0 else ""


def _answers(path: str) -> bool:
    """Tell whether somebody listens on a local socket, and lets us in."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
        visitor.settimeout(_LOCAL_SECONDS)
        try:
            visitor.connect(path)
        except (OSError, ValueError):
            return False
    return True


def download_answers(url: str, seconds: float) -> bool:
    """Tell whether the server of ``url`` lets us have what it has; ``seconds`` hold for a silent name server, too.

    A directory that it does not list counts as well: what is below it has names of its own.
    """
    answers: list[bool] = []

    def ask() -> None:
        try:
            answers.append(open_url(url, method="HEAD", timeout=seconds).getcode() < 400)
        except urllib.error.HTTPError as error:
            answers.append(error.code == http.HTTPStatus.NOT_FOUND)
        except Exception:  # whatever is wrong with the network, there is no download
            answers.append(False)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answers and answers[0])


def _mentions(kubeconfig: str, context: str) -> bool:
    """Tell whether a kubeconfig, as YAML or as JSON, has an entry of this very name. PyYAML need not be there."""
    entry = re.compile(rf"""["']?\bname["']?\s*:\s*(["']?){re.escape(context)}\1\s*(?:[,}}#]|$)""", re.MULTILINE)
    try:
        with open(os.path.expanduser(kubeconfig), encoding="utf-8", errors="replace") as stream:
            return entry.search(stream.read()) is not None
    except OSError:
        return False
