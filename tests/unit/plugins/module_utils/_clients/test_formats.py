# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each format is read back by what reads it in earnest: a shell, a parser of JSON or YAML, mount's own fields."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import formats
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.documents import (
    FILES,
    FORMATS,
    Subject,
    documents,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Address, Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import Naming

CHECKOUT = Path(__file__).resolve().parents[5]
names = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
hosts = st.one_of(st.ip_addresses().map(str), st.just("nas.example.com"))
addresses = st.builds(Address, hosts, st.integers(1, 65535))


def endpoint(server: str = "nas-input-1", host: str = "127.0.0.1", **more: t.Any) -> Endpoint:
    address = Address(host, 32150)
    known = {
        "server": server, "role": "input", "read_only": False, "nfs_version": 4, "size": "500Mi", "actimeo": 1,
        "node_port": 32150, "outside": address, "pod": address, "node": address,
    }  # fmt: skip
    return Endpoint(**{**known, **more})


some_endpoints = st.lists(
    st.builds(
        endpoint, names, read_only=st.booleans(), nfs_version=st.sampled_from([3, 4]), actimeo=st.integers(-1, 60),
        outside=addresses, pod=addresses, node=addresses,
    ),
    unique_by=lambda each: each.server,
    max_size=5,
)  # fmt: skip


def known(endpoints: list[Endpoint]) -> dict[str, t.Any]:
    return formats.facts(endpoints, formats.outside, namespace="file-simulator", prefix="p-")


@given(some_endpoints)
def test_shell_variables(endpoints: list[Endpoint]) -> None:
    found = dict(word.split("=", 1) for word in shlex.split(formats.env(known(endpoints)), comments=True))
    assert all(name.isidentifier() for name in found)
    assert len(found) == 3 + 7 * len(endpoints)
    for each in endpoints:
        name = each.server.upper().replace("-", "_")
        name = f"_{name}" if name[0].isdigit() else name
        assert (found[f"{name}_HOST"], found[f"{name}_PORT"]) == (each.outside.host, str(each.outside.port))
        assert found[f"{name}_PVC"] == f"p-{each.server}"
        assert f"port={each.outside.port}" in found[f"{name}_MOUNT_OPTIONS"].split(",")


@given(some_endpoints)
def test_documents(endpoints: list[Endpoint]) -> None:
    facts = known(endpoints)
    assert json.loads(formats.as_json(facts)) == facts
    section = json.loads(formats.appsettings(facts))["FileSimulator"]["Nas"]
    assert section["Count"] == len(endpoints)
    assert list(section["Servers"]) == [each.server for each in endpoints]
    for each in endpoints:
        settings = section["Servers"][each.server]
        assert set(settings) == {
            "Host", "Port", "Path", "NodePort", "Pvc", "Url", "MountOptions", "ReadOnly", "Role",
        }  # fmt: skip
        assert (settings["Host"], settings["Port"]) == (each.outside.host, each.outside.port)


@given(some_endpoints)
def test_fstab(endpoints: list[Endpoint]) -> None:
    root = "/mnt/my nas\\x\ty"
    lines = [line for line in formats.fstab(endpoints, root, "desk").splitlines() if not line.startswith("#")]
    assert len(lines) == len(endpoints)
    for line, each in zip(lines, endpoints):
        source, target, kind, options, *rest = line.split()
        assert (kind, rest) == ("nfs", ["0", "0"])
        assert source == f"{each.outside.in_url}:/data"
        # As getmntent(3) reads it.
        assert target.encode().decode("unicode_escape") == f"{root}/{each.server}"
        assert ("ro" in options.split(",")) == each.read_only


def units_of(fstab: str, tmp_path: Path) -> dict[str, str]:
    """Return the units that systemd makes of an fstab, by name."""
    generator = Path("/usr/lib/systemd/system-generators/systemd-fstab-generator")
    if not generator.exists():
        pytest.skip("needs systemd-fstab-generator")
    (file := tmp_path / "fstab").write_text(fstab)
    (units := tmp_path / "units").mkdir()
    subprocess.run([generator, units, units, units], check=True, env={"SYSTEMD_FSTAB": str(file)})
    return {path.name: path.read_text() for path in units.glob("mnt-*")}


def test_systemd_mounts_a_server_as_it_is_used_and_unmounts_it_before_it_stops(tmp_path: Path) -> None:
    units = units_of(formats.fstab([endpoint("nas", beside=True)], "/mnt", "desk"), tmp_path)
    assert set(units) == {"mnt-nas.automount", "mnt-nas.mount"}
    # At the start in this order, at the end in the other.
    assert {"After=file-simulator-desk@nas.service", "Before=remote-fs.target"} <= set(
        units["mnt-nas.mount"].split("\n")
    )
    assert "Before=" not in units["mnt-nas.automount"]


def test_the_unit_of_a_server_is_called_as_the_role_calls_it() -> None:
    known = yaml.safe_load((CHECKOUT / "roles/nas_servers/vars/main.yml").read_text())
    unit = known["__nas_servers_unit"].replace("{{ __nas_servers_instance }}", "desk") + "nas.service"
    assert f"x-systemd.after={unit}," in formats.fstab([endpoint("nas", beside=True, read_only=True)], "/mnt", "desk")


def test_a_server_in_a_cluster_has_no_unit() -> None:
    assert "x-systemd.after" not in formats.fstab([endpoint()], "/mnt", "desk")


@pytest.mark.parametrize("root", [None, "/tmp/other place", "/x'; touch y"])
def test_mount_script_does_what_it_says(tmp_path: Path, root: str | None) -> None:
    """In a shell, with a mount that writes down its arguments; roots are below a directory of the test's."""
    (tmp_path / "mount").write_text('#!/bin/sh\nprintf "%s\\n" "$@" -- >> "$LOG"\n')
    (tmp_path / "mount").chmod(0o755)
    log, place = tmp_path / "log", tmp_path / "root"
    script = tmp_path / "mount.sh"
    two = [endpoint(), endpoint("nas-backup", "::1", read_only=True)]
    script.write_text(formats.mount_script(two, str(place)))
    arguments = [] if root is None else [f"{tmp_path}{root}"]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(log)}
    subprocess.run(["sh", str(script), *arguments], check=True, cwd=tmp_path, env=environment)
    asked = [call.split("\n") for call in log.read_text().replace("--\n", "\0").replace("\n\0", "\0").split("\0")[:-1]]
    where = arguments[0] if arguments else str(place)
    options = "nfsvers=4.1,proto=tcp,port=32150,hard,actimeo=1"
    assert asked == [
        ["-t", "nfs", "-o", options, "127.0.0.1:/data", f"{where}/nas-input-1"],
        ["-t", "nfs", "-o", f"{options},ro", "[::1]:/data", f"{where}/nas-backup"],
    ]
    assert Path(where, "nas-input-1").is_dir()
    assert not (tmp_path / "y").exists()


def test_version_3_needs_no_rpcbind() -> None:
    old = endpoint(nfs_version=3, actimeo=-1)
    assert old.mount_options(old.node) == [
        "nfsvers=3", "proto=tcp", "port=32150", "mountproto=tcp", "mountport=32150", "nolock", "hard",
    ]  # fmt: skip


@given(some_endpoints)
def test_each_format_makes_the_files_that_are_known_of_it(endpoints: list[Endpoint]) -> None:
    subject = Subject(endpoints, Naming("i", "h"), [], [{"kind": "x"}], "/mnt", [{"kind": "y"}])
    for name in FORMATS:
        assert tuple(documents([name], subject)) == FILES[name]
    assert yaml.safe_load(documents(["yaml"], subject)["endpoints.yaml"]) == known(endpoints) | {
        "servers": {server: {**facts, "pvc": server} for server, facts in known(endpoints)["servers"].items()},
        "namespace": "h",
    }
