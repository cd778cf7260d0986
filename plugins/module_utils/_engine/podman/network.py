# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network that an instance's pods share, and who may enter it. Private to file_simulator.nas."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.cli import Podman
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.configuration import write_configuration
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.firewall import (
    name_bridge,
    neighbour_rules,
    no_neighbour_rules,
    table,
    tables,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import (
    network_create,
    network_name,
)

# The units of the role nas_servers name it, too.
RULES_FILE = "neighbours.nft"


class InstanceNetwork:
    """One instance's network."""

    def __init__(self, podman: Podman, instance: str) -> None:
        self._podman = podman
        self._instance = instance
        self._name = network_name(instance)

    def exists(self) -> bool:
        """Tell whether podman knows the network."""
        return self._podman.succeeds(["network", "exists", self._name])

    def is_left(self) -> bool:
        """Tell whether the network is there, or rules of one that somebody else has removed."""
        return self.exists() or self._instance in self._with_rules()

    def gateway(self) -> str:
        """Return the address by which this machine's own calls reach the pods; empty where there is no network."""
        return self._podman.gateway(self._name) if self.exists() else ""

    def ensure(self) -> None:
        """Create the network unless it is there."""
        if not self.exists():
            self._podman.call(network_create(self._instance), f"create the network {self._name}")

    def keep_neighbours_out(self, directory: str) -> list[str]:
        """Let nobody into the network but through the published ports; return what to warn of.

        The rules are also written to ``directory``, for what starts the pods with the machine.
        A reload of a firewall may take the rules away, so they are set each time. Where they cannot be,
        servers that listen on loopback still refuse by themselves whoever comes by another address.
        """
        bridge = self._podman.interface(self._name)
        rules = neighbour_rules(self._instance, bridge)
        write_configuration(directory, {RULES_FILE: rules})
        self._remove_rules_of_others(bridge)
        problem = self._podman.firewall(rules)
        who = f"network {self._name}: who routes it by this machine is not kept out of it"
        return [f"{who}: {problem}"] if problem else []

    def remove(self) -> None:
        """Remove the network and its rules, if they are there.

        The rules go first: the bridge of a network that is gone is the next network's, whosever that is.
        """
        self._podman.firewall(no_neighbour_rules(self._instance))
        if self.exists():
            # The bridge goes with the last pod, unless podman did not see that one end. While the network has a
            # name, no other gets the same bridge.
            self._podman.tool("ip", "link", "delete", self._podman.interface(self._name))
            self._podman.call(["network", "rm", self._name], f"remove the network {self._name}")

    def _remove_rules_of_others(self, bridge: str) -> None:
        """Remove what is left of an instance whose network had this bridge before and was removed by somebody else."""
        for instance in self._with_rules():
            if instance != self._instance and name_bridge(
                self._podman.tool("nft", "list", *table(instance))[1], bridge
            ):
                self._podman.firewall(no_neighbour_rules(instance))

    def _with_rules(self) -> list[str]:
        """Return the instances that have rules on this machine."""
        return tables(self._podman.tool("nft", "list", "tables")[1])
