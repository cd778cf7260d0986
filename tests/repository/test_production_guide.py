# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/production.md, done as it stands: its files are written, its commands are run, and print what it shows.

``oc`` prints the objects of an invented cluster. Of ``make up``, Ansible takes the playbook and its variables; what it starts
is another test's.
"""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology

from ..harness.checkout import Checkout
from .documents import ROOT, blocks

GUIDE = ROOT / "docs" / "production.md"
RECORDED = ROOT / "tests/unit/plugins/module_utils/_production/files"
# Prints of the recorded objects those whose kinds are asked for.
_OC = """#!/usr/bin/env python3
import sys, yaml
kinds = {"pv": "PersistentVolume", "pvc": "PersistentVolumeClaim", "deploy": "Deployment"}
asked = {kinds.get(word, word) for word in sys.argv[2].split(",")}
read = yaml.safe_load(open("RECORDED/list.yaml"))
items = [item for item in read["items"] if item["kind"].replace("Config", "") in asked]
print(yaml.safe_dump({**read, "items": items}))
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("programs")
    (directory / "oc").write_text(_OC.replace("RECORDED", str(RECORDED)))
    (directory / "oc").chmod(0o755)
    return directory


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "check out")


def commands() -> t.Iterator[str]:
    for block in blocks(GUIDE, "bash"):
        yield from block.splitlines()


def topology_of(path: Path) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load(path.read_text())["file_simulator_topology"]
    read_topology(found)
    return found


def test_the_guide(checkout: Checkout, programs: Path, tmp_path: Path) -> None:
    for text in blocks(GUIDE, "yaml"):
        (checkout.path / text.splitlines()[0].removeprefix("# ")).write_text(text)
    fstab = tmp_path / "fstab"
    fstab.write_bytes((RECORDED / "fstab").read_bytes())
    said = []
    for command in commands():
        command = command.replace("/etc/fstab", str(fstab))
        if command.startswith("make up"):
            command = command.replace("ARGS='", "ARGS='--syntax-check ")
        done = checkout.shell(command, programs)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        said.append(done.stdout)
    assert "\n".join(blocks(GUIDE, "")[:1]) in said[3]
    servers = topology_of(checkout.path / "my-topology.yml")["servers"]
    assert [(server["name"], server["role"]) for server in servers] == [("nas10", "input"), ("nas11", "output")]
    assert topology_of(checkout.path / "with-roles.yml")["servers"] == servers
    assert [server["name"] for server in topology_of(checkout.path / "desk.yml")["servers"]] == [
        "nas10",
        "nas11",
        "nas20",
    ]


def test_a_topology_that_somebody_has_changed_is_kept(checkout: Checkout, programs: Path) -> None:
    (checkout.path / "plain.yaml").write_bytes((RECORDED / "plain.yaml").read_bytes())
    written = checkout.path / "my-topology.yml"
    make = "make topology FROM=plain.yaml"
    assert "changed=1" in checkout.shell(make, programs).stdout
    assert stat.S_IMODE(written.stat().st_mode) == 0o644
    made = written.read_text()
    again = checkout.shell(make, programs)
    assert again.returncode == 0 and "changed=0" in again.stdout
    written.write_text(made + "    # mine\n")
    refused = checkout.shell(make, programs)
    assert refused.returncode != 0 and written.read_text() == made + "    # mine\n"
    assert "my-topology.yml is there with another content, and stays as it is" in refused.stderr + refused.stdout
    assert checkout.shell(f"{make} FORCE=true", programs).returncode == 0 and written.read_text() == made


def test_all_that_is_wrong_is_told_and_nothing_is_written(checkout: Checkout, programs: Path) -> None:
    (checkout.path / "a.yaml").write_text("a: [\n")
    (checkout.path / "fstab").write_text("nas:x /mnt nfs ro\n")
    (checkout.path / "compose.yml").write_text("volumes: {v: {driver_opts: {type: nfs, device: ':/v'}}}\n")
    before = sorted(os.listdir(checkout.path))
    done = checkout.shell("make topology FROM='a.yaml fstab compose.yml b.yaml'", programs)
    assert done.returncode != 0
    for line in (
        "a.yaml: is neither YAML nor JSON: line 2: ",
        "fstab: fstab /mnt: path 'x' is not absolute; it begins with / on the NAS",
        "compose.yml: compose volume v: names no server for NFS",
        "b.yaml: is not there",
    ):
        assert line in done.stderr + done.stdout
    assert sorted({*os.listdir(checkout.path)} - {".ansible"}) == before


def test_volumes_differ_from_productions_by_the_server_alone(checkout: Checkout, programs: Path) -> None:
    production = yaml.safe_load((RECORDED / "list.yaml").read_text())
    items = [item for item in production["items"] if item["kind"].startswith("PersistentVolume")]
    (checkout.path / "pv.yaml").write_text(yaml.safe_dump({**production, "items": items}))
    assert checkout.shell("make topology FROM=pv.yaml", programs).returncode == 0
    done = checkout.shell("make volumes FROM=pv.yaml ARGS='-e @my-topology.yml'", programs)
    assert done.returncode == 0, done.stdout + done.stderr
    ours = {(item["kind"], item["metadata"]["name"]): item for item in documents_of(checkout.path / "my-volumes.yml")}
    theirs = {
        (item["kind"], item["metadata"]["name"]): item
        for item in items
        if (item["kind"], item["metadata"]["name"]) in ours
    }
    assert ours and set(ours) == set(theirs)
    for key, item in ours.items():
        spec = dict(theirs[key]["spec"])
        if "nfs" in spec:
            assert item["spec"]["nfs"]["server"].startswith("127.")
            assert (
                f"{key[0]} {key[1]} (pv.yaml): server {spec['nfs']['server']} is {item['spec']['nfs']['server']}"
                in done.stdout
            )
            spec["nfs"] = {**spec["nfs"], "server": item["spec"]["nfs"]["server"]}
        if "claimRef" in spec:
            spec["claimRef"] = {
                name: spec["claimRef"][name] for name in spec["claimRef"] if name not in ("uid", "resourceVersion")
            }
        assert item["spec"] == spec


def documents_of(path: Path) -> list[dict[str, t.Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def test_nothing_is_named(checkout: Checkout, programs: Path) -> None:
    done = checkout.shell("make topology", programs)
    assert done.returncode != 0 and "name production's files: make topology FROM=" in done.stderr + done.stdout
