# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role minikube from an empty machine to a running profile and back, on a minikube that runs nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from module_runner import CHECKOUT

FAKE = CHECKOUT / "tests" / "unit" / "plugins" / "fake_minikube.py"
# As a program: what the fake keeps in memory is in a file from one call to the next.
PROGRAM = """#!{python}
import importlib.util, os, pickle, sys
spec = importlib.util.spec_from_file_location("fake_minikube", {fake!r})
fake_minikube = sys.modules["fake_minikube"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake_minikube)
state = {state!r}
fake = pickle.load(open(state, "rb")) if os.path.exists(state) else fake_minikube.FakeMinikube(sys.argv[0])
fake.archives[{archive!r}] = {image!r}
status, out, err = fake.run([sys.argv[0], *sys.argv[1:]], environ_update={{}})
pickle.dump(fake, open(state, "wb"))
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(status)
"""
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  roles:
    - file_simulator.nas.windows_layout
    - file_simulator.nas.minikube
  tasks:
    - name: Tell
      ansible.builtin.copy:
        content: "{{ minikube_cluster | default({}) | to_json }}"
        dest: "{{ told }}"
        mode: "0600"
      check_mode: false
      changed_when: false
"""
IMAGE = "localhost/file-simulator/nas:0123456789ab"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, t.Any]:
    """Variables of the role, for a mirror that has the program, and no other home than the test's."""
    archive = tmp_path / "nas.tar"
    archive.write_text("")
    release = tmp_path / "mirror" / "v1.38.1"
    release.mkdir(parents=True)
    program = PROGRAM.format(
        python=sys.executable, fake=str(FAKE), state=str(tmp_path / "state"), archive=str(archive), image=IMAGE
    )
    for architecture in ("amd64", "arm64"):
        (release / f"minikube-linux-{architecture}").write_text(program)
    return {
        "file_simulator_drive_root": str(tmp_path / "drives"),
        "file_simulator_kubeconfig": str(tmp_path / "kubeconfig"),
        "windows_layout_registry": str(tmp_path / "registry.json"),
        "minikube_mirror": f"file://{tmp_path}/mirror",
        "minikube_checksum": hashlib.sha256(program.encode()).hexdigest(),
        "minikube_binary_directory": str(tmp_path / "bin"),
        # A virtual machine's driver that wants no program of its own.
        "minikube_driver": "vmware",
        "minikube_memory": 2048,
        "minikube_disk": 1,
        "minikube_image": IMAGE,
        "minikube_image_archive": str(archive),
        "told": str(tmp_path / "told.json"),
    }


def play(tmp_path: Path, variables: dict[str, t.Any], *options: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "play.yml").write_text(PLAYBOOK)
    (tmp_path / "variables.json").write_text(json.dumps(variables))
    command = [
        Path(sys.executable).with_name("ansible-playbook"),
        tmp_path / "play.yml",
        "-e",
        f"@{tmp_path}/variables.json",
    ]
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".ansible" / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    return subprocess.run(
        [*command, *options], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )


def changed(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stdout + done.stderr
    return int(re.findall(r"changed=(\d+)", done.stdout)[-1])


def test_from_an_empty_machine_and_back(tmp_path: Path, variables: dict[str, t.Any]) -> None:
    assert changed(play(tmp_path, variables, "--check", "--diff")) > 0
    assert not (tmp_path / "bin").exists()
    assert not (tmp_path / "drives").exists()

    assert changed(play(tmp_path, variables)) > 0
    cluster = json.loads((tmp_path / "told.json").read_text())
    assert cluster["context"] == "file-simulator"
    assert cluster["kubeconfig"] == str(tmp_path / "kubeconfig")
    assert cluster["node_address"] == "192.168.39.7"
    assert cluster["mount"]["verified"]
    assert "Minikube runs as profile file-simulator with driver vmware" in cluster["reason"]

    assert changed(play(tmp_path, variables)) == 0
    assert changed(play(tmp_path, {**variables, "minikube_state": "stopped"})) == 1
    assert changed(play(tmp_path, {**variables, "minikube_state": "absent"})) == 1
    assert json.loads((tmp_path / "told.json").read_text()) == {}
    assert (tmp_path / "drives" / "c" / "simulator-data").is_dir()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"minikube_version": "v1.37.0", "minikube_checksum": ""}, "minikube_checksum: none is pinned for v1.37.0"),
        ({"minikube_checksum": "0" * 64}, "checksum"),
        ({"minikube_memory": 2**23}, "memory: 8388608 MiB are asked for"),
        ({"minikube_driver": "virtualbox"}, "VBoxManage is not installed"),
        ({"minikube_kubernetes_version": "v1.28.0"}, "kubernetes_version: v1.28.0 has no native sidecars"),
    ],
)
def test_refused(tmp_path: Path, variables: dict[str, t.Any], change: dict[str, t.Any], told: str) -> None:
    done = play(tmp_path, {**variables, **change})
    assert done.returncode
    assert told in done.stdout
