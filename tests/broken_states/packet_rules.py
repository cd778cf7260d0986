# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes away the rules by which podman publishes a port, of one pod alone: what the reload of a firewall does to all."""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t

from .server import run


def forget_port(port: int, container: str) -> None:
    """Remove the rules that translate ``port`` to the pod whose infra container this is; fail where there are none."""
    gone = _with_iptables(container) + _with_nft(port)
    assert gone, f"podman has no rule for port {port}"


def _with_iptables(container: str) -> int:
    if shutil.which("iptables-save") is None:
        return 0
    rules = run("iptables-save", "-t", "nat").splitlines()
    mine = [rule.split() for rule in rules if rule.startswith("-A NETAVARK-HOSTPORT-DNAT") and container in rule]
    chains = {rule[rule.index("-j") + 1] for rule in mine}
    for rule in rules:
        words = rule.split()
        if rule.startswith("-A") and (
            words[1] in chains or (words[1].startswith("NETAVARK-HOST") and words[-1] in chains)
        ):
            # iptables-save quotes comments, which name the pod.
            subprocess.run(f"iptables -t nat -D {rule[3:]}", shell=True, check=True)
    return len(mine)


def _with_nft(port: int) -> int:
    if shutil.which("nft") is None:
        return 0
    listed = subprocess.run(["nft", "--json", "list", "table", "inet", "netavark"], capture_output=True, text=True)
    if listed.returncode:
        return 0
    rules: list[dict[str, t.Any]] = [each["rule"] for each in json.loads(listed.stdout)["nftables"] if "rule" in each]
    mine = [rule for rule in rules if _matches(rule, port)]
    for rule in mine:
        run("nft", "delete", "rule", "inet", "netavark", rule["chain"], "handle", str(rule["handle"]))
    return len(mine)


def _matches(rule: dict[str, t.Any], port: int) -> bool:
    matches = [part["match"] for part in rule["expr"] if "match" in part]
    return any(match["right"] == port and match["left"].get("payload", {}).get("field") == "dport" for match in matches)
