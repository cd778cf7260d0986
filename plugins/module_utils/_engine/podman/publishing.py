# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which ports of this machine lead to which of a server. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import bracketed
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ports import Port, rpcbind_port_at


@dataclass(frozen=True)
class Publication:
    """A port of this machine, at ``address``, and the container's that it leads to."""

    address: str
    port: int
    target: Port

    @property
    def shown(self) -> str:
        """Address and port, with the protocol where that is not TCP."""
        return f"{self.address}:{self.port}" + ("" if self.target.protocol == "tcp" else f"/{self.target.protocol}")

    @property
    def is_standard(self) -> bool:
        """Whether it is a standard port, which others have at their own addresses."""
        return self.port == self.target.number

    @property
    def argument(self) -> str:
        """The word that podman's --publish takes."""
        return f"{bracketed(self.address)}:{self.port}:{self.target.number}/{self.target.protocol}"


def publications(ports: t.Sequence[Port], address: str, port: int, mount_port: int) -> list[Publication]:
    """Return how a server with these ``ports`` is published at ``port`` of ``address``, and MOUNT at ``mount_port``.

    rpcbind tells clients the standard ports, so that it is published with these alone.
    """
    numbers = {"nfs": port, "mount": mount_port, "rpcbind": rpcbind_port_at(port, ports)}
    return [Publication(address, numbers[each.name], each) for each in ports if numbers[each.name]]
