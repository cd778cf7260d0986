# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rules of podman's go with a port; tests/broken_states sees them go."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_rules import (
    iptables_leftovers,
    nft_leftovers,
)

# As netavark 1.4 writes them.
SAVED = """\
*nat
:NETAVARK-DN-AFC9F4CC2F137 - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT
-A NETAVARK-DN-AFC9F4CC2F137 -s 10.89.2.0/24 -d 127.0.0.1/32 -p tcp -m tcp --dport 32340 -j NETAVARK-HOSTPORT-SETMARK
-A NETAVARK-DN-AFC9F4CC2F137 -d 127.0.0.1/32 -p tcp -m tcp --dport 32340 -j DNAT --to-destination 10.89.2.3:2049
-A NETAVARK-DN-AFC9F4CC2F137 -d 127.0.0.2/32 -p tcp -m tcp --dport 32340 -j DNAT --to-destination 10.89.2.5:2049
-A NETAVARK-DN-AFC9F4CC2F137 -d 127.0.0.1/32 -p tcp -m tcp --dport 32341 -j DNAT --to-destination 10.89.2.4:2049
-A NETAVARK-HOSTPORT-DNAT -p tcp -m tcp --dport 32340 -m comment --comment "dnat name: a.network id: 13e7" -j NETAVARK-DN-AFC9F4CC2F137
-A NETAVARK-HOSTPORT-DNAT -p tcp -m tcp --dport 32340 -m comment --comment "dnat name: b.network id: 24f8" -j NETAVARK-DN-0000000000000
COMMIT
"""


def test_rules_of_iptables_go_with_their_port_and_address_alone() -> None:
    gone = iptables_leftovers(SAVED, 32340, "127.0.0.1", "a.network")
    chain = "NETAVARK-DN-AFC9F4CC2F137"
    assert [words[3] for words in gone] == [chain, chain, "NETAVARK-HOSTPORT-DNAT"]
    assert all(words[:3] == ["-t", "nat", "-D"] and "32340" in words for words in gone)
    assert "dnat name: a.network id: 13e7" in gone[2], "a comment is one word"
    assert not [words for words in gone if "127.0.0.2/32" in words]
    assert iptables_leftovers(SAVED, 32342, "127.0.0.1", "a.network") == []
    assert iptables_leftovers("", 32340, "127.0.0.1", "a.network") == []


def test_rule_that_servers_at_other_addresses_share_stays() -> None:
    """Servers with addresses of their own have one port, so that what leads to their network's chain is for all of them."""
    gone = iptables_leftovers(SAVED, 32340, "127.0.0.2", "")
    assert [words[3:6] for words in gone] == [["NETAVARK-DN-AFC9F4CC2F137", "-d", "127.0.0.2/32"]]


def test_half_of_a_rule_that_was_taken_away_goes_too() -> None:
    """Podman was killed as it removed a pod: nothing leads to the chain until the next pod comes."""
    without_jump = "\n".join(line for line in SAVED.splitlines() if "name: a.network" not in line)
    assert len(iptables_leftovers(without_jump, 32340, "127.0.0.1", "a.network")) == 2


def rule(handle: int, port: int, address: str = "") -> dict[str, t.Any]:
    fields: list[tuple[str, t.Any]] = [("dport", port), *([("daddr", address)] if address else [])]
    matches = [
        {"match": {"op": "==", "left": {"payload": {"protocol": "x", "field": field}}, "right": value}}
        for field, value in fields
    ]
    rule = {
        "family": "inet",
        "table": "netavark",
        "chain": "nv_dnat",
        "handle": handle,
        "expr": [*matches, {"dnat": {}}],
    }
    return {"rule": rule}


def test_rules_of_nft_go_with_their_port_and_address_alone() -> None:
    entries = [{"table": {}}, rule(1, 32340, "127.0.0.1"), rule(2, 32341), rule(3, 32340, "127.0.0.2"), rule(4, 32340)]
    gone = nft_leftovers(json.dumps({"nftables": entries}), 32340, "127.0.0.1")
    assert gone == [["delete", "rule", "inet", "netavark", "nv_dnat", "handle", handle] for handle in ("1", "4")]
    assert nft_leftovers("Error: No such file or directory", 32340, "127.0.0.1") == []
