# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own iptables rules, and the removal of exactly those chains that the cluster has made.

Others (podman's netavark, a firewall) keep chains in the same tables; those are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from testcluster.console import attempt, run
from testcluster.packages import find
from testcluster.settings import BRIDGE, CLUSTER_NETWORK, ClusterError

FAMILIES = ("iptables", "ip6tables")
# kubelet and kube-proxy; the portmap plugin, which podman may use as well; this file.
KUBERNETES, PORTMAP, OURS = "KUBE-", "CNI-", "FSIM-"
OWNED = re.compile(rf"^({KUBERNETES}|{PORTMAP}HOSTPORT-|{PORTMAP}DN-|{OURS})")


@dataclass(frozen=True)
class Chain:
    """A chain of ours, and the rule that leads to it."""

    name: str
    table: str
    parent: str
    match: tuple[str, ...]
    rules: tuple[str, ...]


CHAINS = (
    # A neighbour on the network that takes this machine for a router must not reach the cluster. In
    # this table because kube-proxy accepts its own before the others are asked.
    Chain(
        "FSIM-GUARD",
        "raw",
        "PREROUTING",
        ("-d", CLUSTER_NETWORK),
        ("-i lo -j RETURN", f"-i {BRIDGE} -j RETURN", "-j DROP"),
    ),
    # A firewall that drops by default must not part the pods from each other. They go nowhere else, and
    # nobody comes to them through a host port either, but from the host itself.
    Chain(
        "FSIM-FORWARD",
        "filter",
        "FORWARD",
        (),
        (f"-i {BRIDGE} -o {BRIDGE} -j ACCEPT", f"-i {BRIDGE} -j REJECT", f"-o {BRIDGE} -j DROP"),
    ),
    # Nor must it part them from the node, where the API server and the name server are.
    Chain("FSIM-INPUT", "filter", "INPUT", (), (f"-i {BRIDGE} -j ACCEPT",)),
)


def install_rules() -> None:
    """Put our rules in place, once."""
    for chain in CHAINS:
        rules = [f"-A {chain.name} {rule}" for rule in chain.rules]
        script = [f"*{chain.table}", f":{chain.name} - [0:0]", *rules, "COMMIT"]
        restore("iptables", "".join(f"{line}\n" for line in script))
        jump = [chain.parent, *chain.match, "-j", chain.name]
        if attempt(["iptables", "-w", "-t", chain.table, "-C", *jump]).returncode:
            run(["iptables", "-w", "-t", chain.table, "-I", *jump])


def owned_chains(saved: str) -> set[str]:
    """Return 'table chain' of every chain in the output of iptables-save that is of our kind."""
    found: set[str] = set()
    table = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":") and OWNED.match(line[1:]):
            found.add(f"{table} {line[1:].split()[0]}")
    return found


def removal_script(saved: str, spared: Collection[str] = ()) -> str:
    """Return the iptables-restore input that removes the chains of our kind, and the jumps to them."""
    ours = owned_chains(saved) - set(spared)
    script: list[str] = []
    for table in dict.fromkeys(entry.split()[0] for entry in sorted(ours)):
        chains = sorted(entry.split()[1] for entry in ours if entry.split()[0] == table)
        script.append(f"*{table}")
        # Declaring a chain empties it, so that nothing refers to another when they are deleted.
        script += [f":{chain} - [0:0]" for chain in chains]
        script += [f"-D{rule[2:]}" for rule in _jumps(saved, table, chains)]
        script += [f"-X {chain}" for chain in chains]
        script.append("COMMIT")
    return "".join(f"{line}\n" for line in script)


def _jumps(saved: str, table: str, chains: Collection[str]) -> list[str]:
    """Return the rules of a table that jump to the chains from a chain that stays."""
    jumps: list[str] = []
    current = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            current = line[1:]
        match = re.match(r"-A (\S+) .*-[jg] (\S+)", line)
        if match and current == table and match[1] not in chains and match[2] in chains:
            jumps.append(line)
    return jumps


def present(prefix: str = "") -> dict[str, list[str]]:
    """Return the chains of our kind that exist now, by family; or those with a certain prefix."""
    return {
        family: sorted(chain for chain in owned_chains(save(family)) if f" {prefix}" in chain)
        for family in FAMILIES
        if find(family)
    }


def remove_owned(spared: dict[str, list[str]]) -> None:
    """Remove every chain of our kind that was not there before the cluster came up."""
    for family in FAMILIES:
        if find(family) and (script := removal_script(save(family), spared.get(family, ()))):
            restore(family, script)


def save(family: str) -> str:
    """Return all rules of a family; nothing where the kernel lacks it."""
    done = attempt([f"{family}-save"])
    return done.stdout if done.returncode == 0 else ""


def restore(family: str, script: str) -> None:
    """Apply a script, all of each table at once, and leave the rest as it is."""
    done = attempt([f"{family}-restore", "-w", "--noflush"], stdin=script)
    if done.returncode:
        raise ClusterError(f"{family}-restore: {done.stderr.strip()}")
