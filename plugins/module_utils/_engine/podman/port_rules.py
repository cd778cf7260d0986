# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of podman's that outlived the pod for which they published a port. Private to file_simulator.nas. Pure.

Podman takes them away when it sees a pod end. When it did not, they stand before those of the next pod, and lead
to an address that nobody has. netavark(1) writes them with iptables or with nft.
"""

from __future__ import annotations

import json
import shlex
import typing as t

_HOST_PORTS = "NETAVARK-HOSTPORT-DNAT"
_CHAIN = "NETAVARK-DN-"
NFT_TABLE = ("inet", "netavark")


def iptables_leftovers(saved: str, port: int, address: str, network: str) -> list[list[str]]:
    """Return the arguments of iptables that remove the rules for ``port`` at ``address``, from what iptables-save shows.

    Rules that lead to a network's chain for any address go for ``network`` alone; others may have the port elsewhere.
    Where others of the same network do, ``network`` is to be empty: such a rule is theirs, too.
    """
    rules = [shlex.split(line) for line in saved.splitlines() if line.startswith("-A NETAVARK-")]
    gone = []
    for rule in rules:
        options = dict(zip(rule, rule[1:]))
        if options.get("--dport") != str(port):
            continue
        own_jump = (
            bool(network)
            and rule[1] == _HOST_PORTS
            and options.get("--comment", "").startswith(f"dnat name: {network} id: ")
        )
        if own_jump or (rule[1].startswith(_CHAIN) and options.get("-d") in (None, f"{address}/32")):
            gone.append(["-t", "nat", "-D", *rule[1:]])
    return gone


def nft_leftovers(listed: str, port: int, address: str) -> list[list[str]]:
    """Return the arguments of nft that remove the rules for ``port`` at ``address``, from what it lists as JSON."""
    try:
        entries = json.loads(listed)["nftables"]
    except (ValueError, KeyError):
        return []
    return [
        ["delete", "rule", *NFT_TABLE, rule["chain"], "handle", str(rule["handle"])]
        for rule in (entry["rule"] for entry in entries if "rule" in entry)
        if _matched(rule, "dport") == port and _matched(rule, "daddr") in (None, address)
    ]


def _matched(rule: t.Mapping[str, t.Any], field: str) -> t.Any:
    """Return what a rule wants in a field of a packet's header; None when it does not look at it."""
    for part in rule.get("expr", []):
        match = part.get("match", {})
        left = match.get("left")
        payload = left.get("payload") if isinstance(left, dict) else None
        if isinstance(payload, dict) and payload.get("field") == field:
            return match.get("right")
    return None
