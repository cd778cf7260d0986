# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes away rules of podman's that outlived a pod, before the next one gets its ports. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.port_rules import (
    NFT_TABLE,
    iptables_leftovers,
    nft_leftovers,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.publishing import Publication


def clear_ports(podman: Podman, network: str, published: t.Iterable[Publication]) -> None:
    """Remove the rules for ports of this machine that a pod of ``network`` is about to have."""
    ports = sorted({(each.address, each.port, each.is_standard) for each in published})
    _status, saved, _err = podman.tool("iptables-save", "-t", "nat")
    _status, listed, _err = podman.tool("nft", "--json", "list", "table", *NFT_TABLE)
    for address, port, shared in ports:
        for words in iptables_leftovers(saved, port, address, "" if shared else network):
            podman.tool("iptables", "--wait", "5", *words)
        for words in nft_leftovers(listed, port, address):
            podman.tool("nft", *words)
