# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that a topology leaves to the engine, and what follows from the name instead of the port."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NO_PORT, PORTS
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import at_ports
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from .test_topology import one, only, two


def test_port_may_be_left_to_the_engine() -> None:
    first, second = read_topology(two({"port": "auto"}, {"port": "auto"})).servers
    assert (first.port, second.port) == (NO_PORT, NO_PORT)
    (one_of_them,) = at_ports([first], {"nas-input-1": 30007, "nas-output-1": 30008})
    assert one_of_them.port == 30007
    assert at_ports([second], {"nas-input-1": 30007}) == [second]


def test_chosen_ports_leave_a_port_of_the_users_own_alone() -> None:
    servers = read_topology(two({"port": 32160}, {"port": "auto"})).servers
    assert [server.port for server in at_ports(servers, {"nas-input-1": 1, "nas-output-1": 2})] == [32160, 2]


def test_all_ports_may_be_left_to_the_engine_in_one_word() -> None:
    topology = read_topology({"defaults": {"port": "auto"}, "changes": [{"name": "nas-backup", "port": 32160}]})
    assert [server.port for server in topology.servers] == [NO_PORT] * 3 + [32160] + [NO_PORT] * 3
    own = read_topology({"defaults": {"port": "auto"}, "servers": [{"name": "nas-input-9"}, {"name": "nas-output-9"}]})
    assert {server.port for server in own.servers} == {NO_PORT}


def test_export_id_of_a_server_whose_port_is_chosen_follows_from_its_name() -> None:
    """A port that is another one tomorrow would make it another file system to its clients."""
    assert only(one(port="auto")).export_id == default.EXPORT_IDS["nas-input-1"]
    named = {"servers": [{"name": name, "port": "auto"} for name in ("orders-input", "orders-output")]}
    ids = [server.export_id for server in read_topology(named).servers]
    assert ids == [server.export_id for server in read_topology(named).servers]
    assert len(set(ids)) == 2 and all(7 < number < PORTS[0] for number in ids)
