# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/openshift.md, done as it stands: its files are written, its commands are run one after the other.

A plain cluster stands for the production one. ``make up`` is the playbook that it runs, on molecule's servers.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ..module_runner import CHECKOUT
from .kube import Kube
from .nfs import eventually

sys.path.insert(0, str(CHECKOUT / "tests" / "cluster"))
from testcluster import recipes

GUIDE = CHECKOUT / "docs" / "openshift.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MAKE = """#!/bin/sh
# What the Makefile does with ARGS.
exec sh -c "exec $PYTHON -m ansible playbook --inventory $INVENTORY $CHECKOUT/site.yml ${2#ARGS=}"
"""


@pytest.fixture
def home(tmp_path: Path) -> t.Iterator[Path]:
    """A home directory with the guide's files, and the tools that it calls; the application's namespace goes with it."""
    for kind, text in _BLOCK.findall(GUIDE.read_text()):
        name = text.splitlines()[0].removeprefix("# ")
        if kind == "yaml":
            path = tmp_path / name.removeprefix("~/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "make").write_text(_MAKE)
    (tools / "make").chmod(0o755)
    kubectl = recipes.program("kubectl")
    if not kubectl.exists():
        pytest.skip(f"{kubectl} is not built")
    (tools / "kubectl").symlink_to(kubectl)
    yield tmp_path
    core = Kube().core
    for volume in core.list_persistent_volume(label_selector="app.kubernetes.io/name=nas-client").items:
        if volume.spec.claim_ref.namespace == "orders":
            core.delete_persistent_volume(volume.metadata.name)
    core.delete_namespace("orders")
    eventually(lambda: all(item.metadata.name != "orders" for item in core.list_namespace().items), 60)


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """What a person at that desk has: a kubeconfig with the context "production", and no current context."""
    config = yaml.safe_load(Path(os.environ["NAS_KUBECONFIG"]).read_text())
    context = next(each for each in config["contexts"] if each["name"] == os.environ["NAS_CONTEXT"])
    config.update(contexts=[{**context, "name": "production"}])
    config.pop("current-context", None)
    (home / "kubeconfig").write_text(json.dumps(config))
    return {
        **os.environ,
        "HOME": str(home),
        "KUBECONFIG": str(home / "kubeconfig"),
        "PATH": f"{home / 'tools'}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        "PYTHON": sys.executable,
        "CHECKOUT": str(CHECKOUT),
        "INVENTORY": str(Path(os.environ["NAS_ARGUMENTS"]).with_name("inventory")),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
    }


def test_each_command_of_the_guide(home: Path, environment: dict[str, str]) -> None:
    said: dict[str, str] = {}
    for kind, text in _BLOCK.findall(GUIDE.read_text()):
        for command in text.splitlines() if kind == "bash" else []:
            # The tester's own kubeconfig is that of the simulator's cluster; make names it by itself.
            more = {} if shlex.split(command)[0] == "kubectl" else {"KUBECONFIG": ""}
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=home,
                env={**environment, **more},
                capture_output=True,
                text=True,
                timeout=180,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            said[command] = done.stdout
    assert len(said) == sum(text.count("\n") for kind, text in _BLOCK.findall(GUIDE.read_text()) if kind == "bash")
    rendered = list(yaml.safe_load_all(said["kubectl kustomize ~/orders/nas/production"]))
    volumes = {item["metadata"]["name"]: item["spec"] for item in rendered if item["kind"] == "PersistentVolume"}
    assert volumes["orders.nas-input-1"]["nfs"]["server"] == "nas1.example.com"
    assert volumes["orders.nas-input-1"]["nfs"]["path"] == "/vol/orders/in1"
    assert {tuple(spec["mountOptions"]) for spec in volumes.values()} == {("nfsvers=4.1", "hard")}
    shown = next(text for command, text in said.items() if " get pv " in command)
    assert len(re.findall(r" Bound +orders/", shown)) == 7
    assert "nas-example-" in next(text for command, text in said.items() if command.endswith("get pods"))
