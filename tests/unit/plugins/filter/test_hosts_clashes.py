# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that looks for servers' names in a hosts file; what it says of them is tested with the text of such files."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.filter.hosts_clashes import FilterModule

TEXT = "127.0.0.1 localhost\n192.0.2.9 nas01.corp.example\n127.7.7.2 nas-backup.nas nas02\n"
SERVERS = [
    {"name": "nas-input-1", "host": "127.7.7.1", "aliases": ["nas01.corp.example"]},
    {"name": "nas-backup", "host": "127.7.7.3", "aliases": ["nas02"]},
    # As an older nas_server_info returns them.
    {"name": "nas-output-1", "host": "127.0.0.1"},
]


def test_names_of_servers_that_lead_elsewhere() -> None:
    hosts_clashes = FilterModule().filters()["hosts_clashes"]
    found = hosts_clashes(TEXT, SERVERS, "file-simulator")
    assert found[0] == "nas01.corp.example is to lead to 127.7.7.1, and leads to 192.0.2.9 already (in line 2)"
    assert len(found) == 2
    assert hosts_clashes(TEXT, SERVERS, "file-simulator", ["nas-backup.nas"]) == found[:1]
    assert hosts_clashes(TEXT, SERVERS[2:], "file-simulator") == []
