# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which engine is to run an instance's servers. Private to file_simulator.nas. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

AUTO = "auto"
PODMAN = "podman"
KUBERNETES = "kubernetes"
MINIKUBE = "minikube"
ASKED = (AUTO, MINIKUBE, KUBERNETES, PODMAN)


@dataclass(frozen=True)
class ClusterAccess:
    """How a cluster is reached, and where its nodes have the data root; empty fields are the engine's to find out."""

    kubeconfig: str
    context: str
    node_address: str = ""
    node_data_root: str = ""


@dataclass(frozen=True)
class Recorded:
    """The cluster that an instance was stood up in; ``reachable`` tells whether its context is still there."""

    choice: str
    cluster: ClusterAccess
    reachable: bool

    @property
    def context(self) -> str:
        """The cluster's name."""
        return self.cluster.context


@dataclass(frozen=True)
class EngineEnvironment:
    """What there is on a machine that has a say in the choice.

    ``context`` is the cluster that the user names, ``minikube`` the path of Minikube's program,
    ``profile_exists`` tells of its profile. ``driver`` is one that Minikube could use; where it is
    empty, ``no_driver`` says why. ``download`` tells whether Minikube can be had, None where nobody
    has looked: see ``wants_download``.
    """

    instance: str
    podman_runs: bool = False
    recorded: Recorded | None = None
    context: str = ""
    minikube: str = ""
    profile: str = "file-simulator"
    profile_exists: bool = False
    driver: str = ""
    no_driver: str = "no driver"
    may_install: bool = True
    download: bool | None = None


@dataclass(frozen=True)
class Choice:
    """What runs the servers: ``choice`` as the user calls it, and why. ``recorded`` is a cluster that is remembered."""

    choice: str
    reason: str
    recorded: Recorded | None = None

    @property
    def engine(self) -> str:
        """The engine as modules call it: Minikube is a cluster like any other."""
        return PODMAN if self.choice == PODMAN else KUBERNETES

    @property
    def line(self) -> str:
        """The choice and its reason, for people."""
        words = {PODMAN: "podman, on this machine", KUBERNETES: "kubernetes", MINIKUBE: "minikube"}
        return f"Engine: {words[self.choice]}: {self.reason}"


def wants_download(asked: str, seen: EngineEnvironment, *, running: bool = False) -> bool:
    """Tell whether the choice hangs on whether Minikube can be downloaded: only then is the network asked."""
    return (
        asked == AUTO
        and not running
        and seen.download is None
        and _settled(seen) is None
        and not seen.minikube
        and seen.may_install
        and bool(seen.driver)
    )


def choose(asked: str, seen: EngineEnvironment, *, running: bool = False) -> Choice:
    """Return what is to run the servers; with ``running``, what runs them now.

    ``auto`` keeps what runs already, then takes a cluster that is named, then Minikube where it can
    run, else podman. Raises SimulatorError when what is asked for would get into the way of what runs.
    """
    if asked == AUTO:
        return _settled(seen) or (_found(seen) if running else _best(seen))
    if asked == KUBERNETES and not seen.context:
        raise SimulatorError(
            "engine: kubernetes needs the cluster's name; set file_simulator_context to a context of yours"
        )
    if asked != PODMAN and seen.podman_runs and not running:
        raise SimulatorError(
            f"engine: podman runs instance {seen.instance}, and {asked} would answer on the same ports; "
            f"take it down first with {remedies.TAKE_DOWN}, or choose {AUTO}"
        )
    other = seen.recorded
    if asked == PODMAN and other and other.reachable and not running:
        raise SimulatorError(
            f"engine: instance {seen.instance} was stood up in the cluster {other.context}, and podman would answer "
            f"on the same ports; take it down first with {remedies.TAKE_DOWN}, or choose {AUTO}"
        )
    kept = other if other and other.choice == asked and seen.context in ("", other.context) else None
    return Choice(asked, "asked for", kept)


def _settled(seen: EngineEnvironment) -> Choice | None:
    """Return what runs the instance already, or is named; None when the choice is free."""
    if seen.podman_runs:
        return Choice(PODMAN, f"it runs instance {seen.instance} already")
    other = seen.recorded
    if other and other.reachable and seen.context in ("", other.context):
        return Choice(other.choice, f"instance {seen.instance} is in the cluster {other.context} already", other)
    if seen.context:
        return Choice(KUBERNETES, f"the cluster {seen.context} is named")
    return None


def _found(seen: EngineEnvironment) -> Choice:
    if seen.minikube and seen.profile_exists:
        return Choice(MINIKUBE, f"its profile {seen.profile} is there")
    return Choice(PODMAN, f"nothing runs instance {seen.instance}")


def _best(seen: EngineEnvironment) -> Choice:
    if seen.minikube:
        if seen.profile_exists:
            return Choice(MINIKUBE, f"its profile {seen.profile} is there")
        if seen.driver:
            return Choice(MINIKUBE, f"{seen.minikube} can use the driver {seen.driver}")
        return Choice(PODMAN, f"Minikube is here, but cannot run: {seen.no_driver}")
    if not seen.may_install:
        return Choice(PODMAN, "Minikube is not installed, and minikube_install is false")
    if not seen.driver:
        return Choice(PODMAN, f"Minikube is not installed, and could not run: {seen.no_driver}")
    if seen.download:
        return Choice(MINIKUBE, f"it can be installed, and use the driver {seen.driver}")
    return Choice(PODMAN, "Minikube is not installed, and cannot be downloaded from here")
