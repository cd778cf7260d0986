# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers that a module's parameters name."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import chosen
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology


def test_chosen_servers_come_in_the_order_in_which_they_are_named() -> None:
    topology = read_topology(None)
    assert chosen(topology, None) == list(topology.servers)
    assert chosen(topology, []) == []
    assert [server.name for server in chosen(topology, ["nas-output-1", "nas-backup"])] == [
        "nas-output-1",
        "nas-backup",
    ]


def test_chosen_server_counts_once() -> None:
    assert len(chosen(read_topology(None), ["nas-backup", "nas-backup"])) == 1
