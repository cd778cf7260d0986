# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rules keep neighbours out; tests/podman shows that they do."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.firewall import (
    neighbour_rules,
    no_neighbour_rules,
)


def test_only_what_was_published_is_forwarded_to_the_pods() -> None:
    lines = [line.strip() for line in neighbour_rules("one", "podman7").splitlines()]
    assert [line for line in lines if line.startswith("oifname")] == [
        'oifname "podman7" ct state established,related accept',
        'oifname "podman7" ct status dnat accept',
        'oifname "podman7" drop',
    ]


def test_rules_replace_themselves_and_touch_no_other_instance() -> None:
    assert neighbour_rules("one", "podman7").startswith(no_neighbour_rules("one"))
    assert no_neighbour_rules("one").splitlines() == [
        "table inet file_simulator_one {}",
        "delete table inet file_simulator_one",
    ]
