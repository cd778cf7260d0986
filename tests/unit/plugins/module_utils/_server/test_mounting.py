# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How clients mount servers: what stands in the options, and what they find by themselves."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._server.mounting import (
    at_standard_ports,
    mount_command,
    mount_options,
)


@pytest.mark.parametrize(
    ("version", "port", "mount_port", "options"),
    [
        (4, 32150, 0, "nfsvers=4.1,proto=tcp,port=32150,hard"),
        (4, 2049, 0, "nfsvers=4.1,proto=tcp,hard"),
        (3, 32150, 0, "nfsvers=3,proto=tcp,port=32150,mountproto=tcp,mountport=32150,nolock,hard"),
        (3, 32150, 32250, "nfsvers=3,proto=tcp,port=32150,mountproto=tcp,mountport=32250,nolock,hard"),
        (3, 2049, 20048, "nfsvers=3,proto=tcp,mountproto=tcp,nolock,hard"),
        # unfs3 has no rpcbind that would tell of its one port.
        (3, 2049, 2049, "nfsvers=3,proto=tcp,port=2049,mountproto=tcp,mountport=2049,nolock,hard"),
    ],
)
def test_ports_stand_in_the_options_where_clients_would_not_find_them(
    version: int, port: int, mount_port: int, options: str
) -> None:
    assert mount_options(version, port, mount_port) == options
    assert at_standard_ports(version, port, mount_port) == ("port=" not in options)


def test_ports_can_be_named_even_where_they_are_the_standard_ones() -> None:
    assert mount_options(4, 2049, named=True) == "nfsvers=4.1,proto=tcp,port=2049,hard"


@pytest.mark.parametrize(
    ("version", "port", "mount_port", "words"),
    [
        (4, 32150, 0, "-t nfs4 -o nfsvers=4.1,port=32150 127.7.7.1:/vol/in1"),
        (4, 2049, 20048, "-t nfs4 -o nfsvers=4.1 127.7.7.1:/vol/in1"),
        (3, 32150, 32250, "-t nfs -o nfsvers=3,port=32150,mountport=32250,nolock 127.7.7.1:/vol/in1"),
        (3, 2049, 20048, "-t nfs -o nfsvers=3,nolock 127.7.7.1:/vol/in1"),
    ],
)
def test_command_has_what_is_needed_and_no_more(version: int, port: int, mount_port: int, words: str) -> None:
    assert mount_command(version, "127.7.7.1", port, mount_port, "/vol/in1") == f"mount {words} /mnt"
