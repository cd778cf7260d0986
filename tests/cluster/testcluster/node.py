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
from testcluster.components import Maker, Part
from testcluster.console import attempt, last_words, say
from testcluster.recipes import program
from testcluster.settings import ClusterError, Layout

API_NAME = f"kubernetes.default.svc.{settings.CLUSTER_DOMAIN}"


def up(layout: Layout, part: Part = Part.WHOLE, slowness: float = 1) -> bool:
    """Bring the node up, or repair it; return whether there was anything to do.

    A machine that is ``slowness`` times as slow as others gets as many times as long.
    """
    if is_ready(layout, part):
        return False
    require_root()
    running = owner(layout)
    if not running:
        check_host(layout)
    elif running != str(layout.state):
        raise ClusterError(f"a cluster with --state-dir {running} is up already")
    check_keys(layout, part)
    host.prepare(layout)
    if part.has_node:
        cgroups.make()
    pki.ensure_pki(layout.pki)
    components.write_configuration(layout)
    store_and_runtime, api_server, others = components.GROUPS
    first = start(layout, part.of(store_and_runtime))
    if part.has_node:
        wait_for(
            layout, "the container runtime", lambda: images.runtime_answers(layout), first, 30 * slowness
        )
        images.load_pause(layout)
    first += start(layout, part.of(api_server))
    wait_for(layout, "the API server", lambda: api_answers(layout), first, 60 * slowness)
    must(kubectl(layout, "apply", "--server-side", "--filename", str(layout.config / "dns.json")))
    start(layout, part.of(others))
    what = "the node and its name service" if part.has_node else "the control plane"
    wait_for(layout, what, lambda: is_ready(layout, part), part.names, 120 * slowness)
    return True


def check_keys(layout: Layout, part: Part) -> None:
    """Raise if this is a node whose control plane, on another machine, would not know it."""
    if part is Part.NODE and not (layout.pki / "ca.crt").exists():
        raise ClusterError(f"{layout.pki} has no keys: copy those of the control plane there first")


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


def start(layout: Layout, makers: Iterable[Maker]) -> tuple[str, ...]:
    """Start those components that do not run; return the names of all."""
    for maker in makers:
        processes.start(layout, maker(layout))
    return components.names(makers)


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


def is_ready(layout: Layout, part: Part = Part.WHOLE) -> bool:
    """Return whether everything runs, the node is ready, and names resolve through the Service."""
    if not all(processes.is_running(layout, name) for name in part.names):
        return False
    if not part.has_node:
        return api_answers(layout)
    return node_is_ready(layout) and dns.resolves(API_NAME, settings.DNS_SERVICE_ADDRESS)


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


def report(layout: Layout, part: Part = Part.WHOLE) -> list[str]:
    """Return a line for each component: whether it runs, and how much memory it takes."""
    lines = []
    for name in part.names:
        handle = processes.find(layout, name)
        if handle is None or not handle.is_alive:
            lines.append(f"{name:<24} not running")
        else:
            memory = processes.resident_bytes(handle.pid) / 2**20
            lines.append(f"{name:<24} running  pid {handle.pid}  {memory:.0f} MiB")
    return lines
