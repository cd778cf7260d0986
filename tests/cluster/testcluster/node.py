# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the node up, and see whether it is."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterable

from testcluster import cgroups, components, dns, host, images, iptables, pki, processes, settings
from testcluster.console import attempt, last_words, say
from testcluster.recipes import program
from testcluster.settings import ClusterError, Layout

API_NAME = f"kubernetes.default.svc.{settings.CLUSTER_DOMAIN}"


def up(layout: Layout) -> bool:
    """Bring the node up, or repair it; return whether there was anything to do."""
    if is_ready(layout):
        return False
    require_root()
    running = owner(layout)
    if not running:
        check_host(layout)
    elif running != str(layout.state):
        raise ClusterError(f"a cluster with --state-dir {running} is up already")
    host.prepare(layout)
    cgroups.make()
    pki.ensure_pki(layout.pki)
    components.write_configuration(layout)
    store_and_runtime, api_server, others = components.GROUPS
    first = components.names(store_and_runtime)
    start(layout, store_and_runtime)
    wait_for(layout, "the container runtime", lambda: images.runtime_answers(layout), first, 30)
    images.load_pause(layout)
    start(layout, api_server)
    first += components.names(api_server)
    wait_for(layout, "the API server", lambda: api_answers(layout), first, 60)
    must(kubectl(layout, "apply", "--server-side", "--filename", str(layout.config / "dns.json")))
    start(layout, others)
    wait_for(layout, "the node and its name service", lambda: is_ready(layout), components.NAMES, 120)
    return True


def require_root() -> None:
    """Raise unless the caller may make bridges and control groups."""
    if os.geteuid() != 0:
        raise ClusterError("a node needs root: its bridge, its iptables rules, its containers")


def check_host(layout: Layout) -> None:
    """Raise if something else on this machine is in the way; warn of what may get in the way."""
    if is_strange(layout):
        raise ClusterError(f"{layout.state} holds something else; 'down' would remove it")
    if any(iptables.present(iptables.KUBERNETES).values()):
        raise ClusterError("another Kubernetes on this machine has iptables chains (KUBE-...)")
    taken = [port for port in settings.LOOPBACK_PORTS if listens(port)]
    if taken:
        raise ClusterError(f"ports in use on 127.0.0.1: {', '.join(map(str, taken))}")
    shadowed = [port for port in settings.NODE_PORTS if listens(port)]
    if shadowed:
        ports = ", ".join(map(str, shadowed))
        say(f"warning: somebody listens on {ports}; a Service with such a NodePort takes their connections")


def listens(port: int) -> bool:
    """Return whether a port of 127.0.0.1 is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def owner(layout: Layout) -> str:
    """Return the state directory of the cluster that is up on this machine; nothing if none is."""
    journal = host.Journal.load(layout.journal)
    return journal.state if journal else ""


def is_strange(layout: Layout) -> bool:
    """Return whether the state directory holds what no cluster has put there."""
    known = layout.marker.exists() or owner(layout) == str(layout.state)
    return not known and layout.state.exists() and any(layout.state.iterdir())


def start(layout: Layout, makers: Iterable[Callable[[Layout], processes.Service]]) -> None:
    """Start those components that do not run."""
    for maker in makers:
        processes.start(layout, maker(layout))


def wait_for(
    layout: Layout, what: str, ready: Callable[[], bool], needed: tuple[str, ...], patience: float
) -> None:
    """Wait until something is ready; raise early when a component that it needs has ended."""
    deadline = time.monotonic() + patience
    while not ready():
        for name in needed:
            if not processes.is_running(layout, name):
                said = last_words(read_log(layout, name))
                raise ClusterError(f"{name} has ended: {said} (all of it: {layout.logs / name}.log)")
        if time.monotonic() > deadline:
            raise ClusterError(f"{what} is not ready after {patience:.0f} s; see {layout.logs}")
        time.sleep(0.2)


def read_log(layout: Layout, name: str) -> str:
    """Return what a component has said."""
    try:
        return (layout.logs / f"{name}.log").read_text(errors="replace")
    except OSError:
        return ""


def is_ready(layout: Layout) -> bool:
    """Return whether everything runs, the node is ready, and names resolve through the Service."""
    return (
        all(processes.is_running(layout, name) for name in components.NAMES)
        and node_is_ready(layout)
        and dns.resolves(API_NAME, settings.DNS_SERVICE_ADDRESS)
    )


def api_answers(layout: Layout) -> bool:
    """Return whether the API server is ready."""
    return kubectl(layout, "get", "--raw", "/readyz").returncode == 0


def node_is_ready(layout: Layout) -> bool:
    """Return whether the node takes pods, and pods can have their default service account."""
    condition = '{.status.conditions[?(@.type=="Ready")].status}{.spec.taints}'
    node = kubectl(layout, "get", "node", settings.NODE_NAME, "--output", f"jsonpath={condition}")
    if node.stdout != "True":
        return False
    return kubectl(layout, "get", "serviceaccount", "default", "--output=name").returncode == 0


def kubectl(layout: Layout, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run kubectl as the administrator."""
    options = [f"--kubeconfig={layout.kubeconfig}", f"--cache-dir={layout.state / 'kubectl'}"]
    return attempt([str(program("kubectl")), *options, "--request-timeout=10s", *arguments])


def must(done: subprocess.CompletedProcess[str]) -> None:
    """Raise if a command has failed."""
    if done.returncode:
        raise ClusterError(last_words(done.stderr))


def report(layout: Layout) -> list[str]:
    """Return a line for each component: whether it runs, and how much memory it takes."""
    lines = []
    for name in components.NAMES:
        handle = processes.find(layout, name)
        if handle is None or not handle.is_alive:
            lines.append(f"{name:<24} not running")
        else:
            memory = processes.resident_bytes(handle.pid) / 2**20
            lines.append(f"{name:<24} running  pid {handle.pid}  {memory:.0f} MiB")
    return lines
