# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules that keep neighbours out of the pods' network. Private to file_simulator.nas. Pure.

A published port says where this machine listens, not who reaches the pod behind it: whoever routes the pods'
network by way of this machine (its local network, another container) comes to the pod's own address. Podman lets
them. What comes through the published port has its destination translated; the rest is dropped. This machine's own
connections are not forwarded, so the rules do not see them. They stand in a table of their own (nft(8)), whatever
podman uses itself: what one table drops, another cannot let in.
"""

from __future__ import annotations

_TABLE = "file_simulator_"
# Before podman's own rules and those of firewalls, at priority 0.
_PRIORITY = -10


def neighbour_rules(instance: str, interface: str) -> str:
    """Return nft's commands for an instance whose network has the bridge ``interface``; repeating them changes nothing."""
    return no_neighbour_rules(instance) + (
        f"{' '.join(table(instance))} {{\n"
        "  chain forward {\n"
        f"    type filter hook forward priority {_PRIORITY}; policy accept;\n"
        f'    oifname "{interface}" ct state established,related accept\n'
        f'    oifname "{interface}" ct status dnat accept\n'
        f'    oifname "{interface}" drop\n'
        "  }\n"
        "}\n"
    )


def no_neighbour_rules(instance: str) -> str:
    """Return nft's commands that remove an instance's rules, whether they are there or not."""
    name = " ".join(table(instance))
    return f"{name} {{}}\ndelete {name}\n"


def table(instance: str) -> tuple[str, str, str]:
    """Return the words by which nft knows an instance's table."""
    return "table", "inet", f"{_TABLE}{instance}"


def tables(listed: str) -> list[str]:
    """Return the instances that have rules, from the output of ``nft list tables``."""
    names = [line.split()[-1] for line in listed.splitlines() if line.startswith(f"table inet {_TABLE}")]
    return [name[len(_TABLE) :] for name in names]


def name_bridge(listed: str, interface: str) -> bool:
    """Tell whether rules, as ``nft list table`` shows them, hold for the bridge ``interface``."""
    return f'oifname "{interface}" drop' in listed
