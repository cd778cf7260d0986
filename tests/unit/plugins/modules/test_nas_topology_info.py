# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_topology_info on files as people have them."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._common import named_files
from ansible_collections.file_simulator.nas.plugins.modules import nas_topology_info

from ..conftest import ModuleFailed
from ..module_utils._production.production import FILES, volume

Run = t.Callable[..., "dict[str, t.Any]"]
ROLES = {"*": "input"}


@pytest.fixture
def prod(tmp_path: Path) -> Path:
    """A folder of manifests, some of them below it, and what else is in such folders."""
    top = tmp_path / "prod"
    (top / "storage").mkdir(parents=True)
    (top / ".git").mkdir()
    (top / "a.yaml").write_text(volume("a", path="/vol/a"))
    (top / "storage" / "b.yml").write_text(volume("b", path="/vol/b"))
    (top / "README.md").write_text("{{")
    (top / ".git" / "c.yaml").write_text("{{")
    return top


def paths(result: dict[str, t.Any]) -> list[str]:
    return [export["path"] for server in result["topology"]["servers"] for export in server["exports"]]


@pytest.mark.parametrize(
    ("named", "found"),
    [(["prod"], 2), (["prod/*.yaml"], 1), (["prod/**/*.y*ml"], 2), (["prod/a.yaml", "prod", "./prod/a.yaml"], 2)],
)
def test_files_folders_and_patterns(
    run_module: Run, prod: Path, monkeypatch: pytest.MonkeyPatch, named: list[str], found: int
) -> None:
    monkeypatch.chdir(prod.parent)
    result = run_module(nas_topology_info, manifests=named, roles=ROLES)
    assert paths(result) == ["/vol/a", "/vol/b"][:found] and not result["changed"]
    assert result == run_module(nas_topology_info, check=True, manifests=named, roles=ROLES)


def test_everything_that_is_recorded_at_once(run_module: Run, tmp_path: Path) -> None:
    manifests = [str(path) for path in FILES.glob("*.yaml") if path.name != "compose.yaml"]
    before = {path: path.stat().st_ctime_ns for path in FILES.iterdir()}
    result = run_module(
        nas_topology_info, manifests=manifests, fstab=[str(FILES / "fstab")], compose=[str(FILES / "compose.yaml")],
        parameters={"NAS": "nas40.halden.example", "READ_ONLY": True},
    )  # fmt: skip
    servers = result["topology"]["servers"]
    assert [server["name"] for server in servers] == [
        "filer7", "nas01", "nas02", "nas03", "nas04", "nas05", "nas06", "nas10", "nas11", "nas12", "nas20", "nas31",
        "nas40",
    ]  # fmt: skip
    # Here the variable NAS has a value, so that the default of the Compose file plays no part.
    assert [export["path"] for export in servers[-1]["exports"]] == ["/srv/intake", "/vol/billing/rates"]
    assert yaml.safe_load(result["yaml"]) == {"file_simulator_topology": result["topology"]}
    assert before == {path: path.stat().st_ctime_ns for path in FILES.iterdir()} and not list(tmp_path.iterdir())


def test_table_and_yaml(run_module: Run, prod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prod)
    (prod / "a.yaml").write_text(
        volume("a", path="/vol/a")
        + volume("b", path="/vol/a/b", more="mountOptions: [udp]")
        + volume("c", "nas02", "/c", "accessModes: [ReadOnlyMany]")
    )
    result = run_module(nas_topology_info, manifests=["a.yaml"], roles={"nas01*": "input"})
    assert result["table"] == [
        "production                     server  role    Windows directory            address",
        r"nas01.halden.example:/vol/a    nas01   input   C:\simulator-data\nas01\a    127.117.132.154",
        r"nas01.halden.example:/vol/a/b  nas01   input   C:\simulator-data\nas01\a\b  127.117.132.154",
        r"nas02:/c                       nas02   backup  C:\simulator-data\nas02\c    127.82.238.8",
        "",
        *[line.removeprefix("#   ") for line in result["yaml"].splitlines()[1:4]],
    ]
    assert (
        result["yaml"]
        == """\
# What is otherwise, or was left out:
#   a.yaml: PersistentVolume c: has a key twice in one mapping (accessModes); the last one counts
#   a.yaml: PersistentVolume b: /vol/a/b lies in /vol/a, which is exported as a whole: make the directory there before it is mounted
#   a.yaml: PersistentVolume b: mount option udp: the simulator's servers speak TCP alone; mount with proto=tcp
file_simulator_topology:
  servers:
    # nas01.halden.example
    - name: nas01
      role: input
      address: auto
      nfs_versions: [4]
      aliases: [nas01.halden.example]
      exports:
        # PersistentVolume a (a.yaml)
        # PersistentVolume b (a.yaml)
        - {path: /vol/a, subdirectory: a}
    # nas02
    - name: nas02
      role: backup
      address: auto
      nfs_versions: [4]
      exports:
        # PersistentVolume c (a.yaml)
        - {path: /c, subdirectory: c}
"""
    )


def test_names_on_either_side_do_not_end_a_comment(run_module: Run, prod: Path) -> None:
    (prod / "x\ny: [.yaml").write_text(volume("'a\\nb: {'", path="/vol/a", more="mountOptions: [udp]"))
    result = run_module(nas_topology_info, manifests=[str(prod / "x\ny: [.yaml")], roles=ROLES)
    assert yaml.safe_load(result["yaml"]) == {"file_simulator_topology": result["topology"]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_what_powershell_writes(run_module: Run, prod: Path, encoding: str) -> None:
    (prod / "a.yaml").write_text(volume("a", path="/vol/a"), encoding=encoding, newline="\r\n")
    assert paths(run_module(nas_topology_info, manifests=[str(prod / "a.yaml")], roles=ROLES)) == ["/vol/a"]


def test_all_problems_are_told_at_once(run_module: Run, prod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_files, "_LONGEST", 1000)
    (prod / "latin.yaml").write_bytes(b"\xe4: 1")
    (prod / "long.yaml").write_text("#" * 1001)
    (prod / "a.yaml").write_text(volume("a", path="vol"))
    outside = prod.parent / "outside.yaml"
    outside.write_text("[")
    os.mkfifo(prod / "pipe.yaml")
    (prod / "empty").mkdir()
    with pytest.raises(ModuleFailed) as failure:
        run_module(nas_topology_info, directory=str(prod), manifests=[".", "x*", "y", "empty", str(outside)])
    assert failure.value.result["problems"] == [
        "x*: no file matches",
        "y: is not there",
        "empty: has no file whose name ends in .yaml, .yml, .json",
        "latin.yaml: is no text in UTF-8 or UTF-16",
        "long.yaml: is longer than 0 MiB; name what has the volumes alone",
        "pipe.yaml: is no regular file",
        f"{outside}: is neither YAML nor JSON: line 2: did not find expected node content",
        "a.yaml: PersistentVolume a: path 'vol' is not absolute; it begins with / on the NAS",
    ]
    assert str(failure.value).endswith("(7 more, see problems)")


def test_nothing_is_named(run_module: Run) -> None:
    with pytest.raises(ModuleFailed, match="one of the following is required: manifests, fstab, compose, instance"):
        run_module(nas_topology_info)


def test_without_pyyaml(run_module: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nas_topology_info, "YAML_IMPORT_ERROR", "Traceback")
    with pytest.raises(ModuleFailed, match="PyYAML"):
        run_module(nas_topology_info, manifests=["x"])
