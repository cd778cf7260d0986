# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What NFS-Ganesha is told, whatever the topology."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._server.ganesha import render_ganesha

from ...strategies import FEW, topologies


def server_with(**fields: t.Any) -> Server:
    if "exports" not in fields:
        fields = {"export_id": 5, **fields}
    return read_topology({"servers": [{"name": "nas-input-1", "port": 32150, **fields}]}).servers[0]


def rendered(server: Server, clients: t.Sequence[str] = ()) -> str:
    return render_ganesha(server, path="/export/data", port=2049, recovery="/run/ganesha", clients=clients)


def setting(name: str, text: str) -> list[str]:
    return re.findall(rf"(?<![A-Za-z_]){name} = ([^;]*);", text)


@FEW
@given(topologies())
def test_text_is_well_formed_and_says_what_the_server_is(user: dict[str, t.Any]) -> None:
    for server in read_topology(user).servers:
        text = rendered(server, server.clients)
        depth = 0
        for character in text:
            depth += {"{": 1, "}": -1}.get(character, 0)
            assert depth >= 0
        assert depth == 0
        for line in text.splitlines():
            assert not line or line.strip().startswith("#") or line.rstrip()[-1] in "{};", line
        assert setting("Export_Id", text) == [str(server.export_id)]
        assert setting("Filesystem_Id", text) == [f"{server.export_id}.{server.export_id}"]
        assert len(re.findall(r"CLIENT \{", text)) == bool(server.clients)


def test_fsids_of_different_servers_differ() -> None:
    texts = [rendered(server) for server in read_topology(None).servers]
    assert len({setting("Filesystem_Id", text)[0] for text in texts}) == 7


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Protocols", ["4", "4"]),
        ("NFS_Port", ["2049"]),
        ("Attr_Expiration_Time", ["0"]),
        ("FD_LWMark_Percent", ["0"]),
        ("LRU_Run_Interval", ["1"]),
        ("Only_Numeric_Owners", ["true"]),
        ("Graceless", ["false"]),
        ("Grace_Period", ["15"]),
        ("Lease_Lifetime", ["10"]),
        ("Enable_UDP", ["false"]),
        ("Enable_NLM", ["false"]),
        ("Enable_RQUOTA", ["false"]),
        ("MNT_Port", ["0"]),
        ("Active_krb5", ["false"]),
        ("SecType", ["sys"]),
        ("Transports", ["TCP"]),
        ("Path", ["/export/data"]),
        ("Pseudo", ["/data"]),
        ("RecoveryRoot", ["/run/ganesha"]),
    ],
)
def test_setting_without_which_it_does_not_run_in_a_container(name: str, values: list[str]) -> None:
    assert setting(name, rendered(server_with())) == values


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ("rw", "Access_Type", "RW"),
        ("ro", "Access_Type", "RO"),
        ("rw", "Squash", "Root_Squash"),
        ("rw,no_root_squash", "Squash", "No_Root_Squash"),
        ("rw,all_squash", "Squash", "All_Squash"),
        ("rw", "PrivilegedPort", "false"),
        ("rw,secure", "PrivilegedPort", "true"),
        ("rw", "Anonymous_Uid", "65534"),
        ("rw,anonuid=1000", "Anonymous_Uid", "1000"),
        ("rw,anonuid=2147483647", "Anonymous_Uid", "2147483647"),
        ("rw,anonuid=2147483648", "Anonymous_Uid", "-2147483648"),
        ("rw,anonuid=4294967294", "Anonymous_Uid", "-2"),
        ("rw,anongid=4294967294", "Anonymous_Gid", "-2"),
        ("rw,anonuid=7", "Anonymous_Gid", "65534"),
    ],
)
def test_export_option_becomes(options: str, name: str, value: str) -> None:
    assert setting(name, rendered(server_with(export_options=options))) == [value]


@pytest.mark.parametrize(("options", "access"), [("rw", "RW"), ("ro", "RO")])
def test_with_clients_nobody_else_is_let_in(options: str, access: str) -> None:
    text = rendered(server_with(export_options=options), ["192.0.2.0/24", "2001:db8::/32"])
    assert setting("Access_Type", text) == ["None", access]
    assert setting("Clients", text) == ["192.0.2.0/24, 2001:db8::/32"]
    export = text[text.index("EXPORT {") :]
    assert export.index("CLIENT {") < export.rindex("}")


def test_each_export_is_a_block_of_its_own() -> None:
    server = server_with(
        exports=[
            {"path": "/vol/in1", "subdirectory": "in1", "export_id": 7, "export_options": "ro,all_squash"},
            {"path": "/vol/in=2", "subdirectory": "deep/In 2 (neu); #{}'ö", "export_id": 8, "export_options": "rw"},
        ],
    )
    text = rendered(server, ["192.0.2.0/24"])
    assert text.count("EXPORT {") == 2
    assert setting("Pseudo", text) == ["/vol/in1", '"/vol/in=2"']
    assert setting("Path", text)[0] == "/export/data/in1"
    assert '    Path = "/export/data/deep/In 2 (neu); #{}\'ö";\n' in text
    assert setting("Export_Id", text) == ["7", "8"]
    assert setting("Filesystem_Id", text) == ["7.7", "8.8"]
    assert setting("Squash", text) == ["All_Squash", "Root_Squash"]
    assert re.findall(r"CLIENT \{ Clients = 192\.0\.2\.0/24; Access_Type = (..); \}", text) == ["RO", "RW"]


@pytest.mark.parametrize(
    ("versions", "protocols", "mount"), [([4], "4", "0"), ([3, 4], "3, 4", "20048"), ([3], "3", "20048")]
)
def test_versions_are_those_of_server_and_exports(versions: list[int], protocols: str, mount: str) -> None:
    text = rendered(server_with(nfs_versions=versions))
    assert setting("Protocols", text) == [protocols] * 2
    assert setting("MNT_Port", text) == [mount]
    assert setting("Mount_Path_Pseudo", text) == (["true"] if 3 in versions else [])
    assert setting("Enable_NLM", text) == ["false"]
