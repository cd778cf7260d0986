# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real profile of the real minikube: its states, its image, and what becomes of them. See README.md."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from module_runner import ModuleFailed, run_module

from ..conftest import Real
from . import parts
from .node import DATA_ROOT, Node

from testcluster.settings import UnavailableError  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import mount as mounts  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import MARKER_NAME, require_marker  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology  # isort: skip
from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    minikube_image,
    minikube_profile,
    minikube_profile_info,
    windows_directory,
)

IMAGE = "localhost/file-simulator/test:1"


@pytest.fixture(scope="module")
def drives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drives")
    run_module(windows_directory, drive_root=str(place), registry=str(place / "registry.json"))
    return place


@pytest.fixture(scope="module")
def data_root(drives: Path) -> Path:
    return drives / "c" / "simulator-data"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, data_root: Path) -> t.Iterator[Node]:
    found = parts.problems()
    if found:
        pytest.skip("no node of minikube's runs here: " + "; ".join(found))
    try:
        parts.ensure_built()
    except UnavailableError as error:
        pytest.skip(f"no node of minikube's runs here: {error}")
    machine = Node(tmp_path_factory.mktemp("node"), data_root)
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()


@pytest.fixture(scope="module")
def real(executable: str, node: Node, tmp_path_factory: pytest.TempPathFactory) -> Real:
    """The real minikube with the Kubernetes that it would download, of our own building."""
    minikube = Real(executable, tmp_path_factory.mktemp("minikube"))
    cache = minikube.home / ".minikube" / "cache" / "linux" / "amd64" / parts.VERSION
    cache.mkdir(parents=True)
    for name, directory in {
        "kubeadm": parts.KUBEADM.directory,
        "kubelet": parts.recipes.KUBERNETES.directory,
        "kubectl": parts.recipes.KUBERNETES.directory,
    }.items():
        (cache / name).symlink_to(directory / name)
    return minikube


@pytest.fixture(scope="module")
def asked(real: Real, drives: Path) -> dict[str, t.Any]:
    return {
        "executable": real.executable,
        "minikube_home": str(real.home),
        "kubeconfig": str(real.kubeconfig),
        "drive_root": str(drives),
    }


@pytest.fixture(scope="module")
def desired(asked: dict[str, t.Any], node: Node) -> dict[str, t.Any]:
    return {
        **asked,
        "driver": "ssh",
        "kubernetes_version": parts.VERSION,
        "force": True,
        # This driver's mount is of type 9p, which not every kernel has: the container engine binds the data root.
        "mount": False,
        "extra_options": node.start_options,
    }


@pytest.fixture(scope="module")
def profile(desired: dict[str, t.Any]) -> dict[str, t.Any]:
    """The profile, made once; what the module said of it."""
    return run_module(minikube_profile, **desired)


def state(asked: dict[str, t.Any]) -> str:
    return str(run_module(minikube_profile_info, **asked)["profile"]["state"])


def test_is_made_once(
    asked: dict[str, t.Any], desired: dict[str, t.Any], profile: dict[str, t.Any], node: Node
) -> None:
    assert (profile["actions"], profile["cluster"]["node_address"]) == (["start"], node.address)
    for check in (True, False):
        again = run_module(minikube_profile, check=check, **desired)
        assert (again["actions"], again["changes"]) == ([], []), again["diff"]["before"]
    told = run_module(minikube_profile_info, **asked)
    assert (told["profile"]["state"], told["profile"]["driver"]) == ("running", "ssh")
    assert told["cluster"]["kubernetes_version"] == parts.VERSION


def test_the_marker_is_read_in_the_node(real: Real, profile: dict[str, t.Any], data_root: Path) -> None:
    marker = require_marker(read_topology({}).data_root, str(data_root), "")
    assert mounts.verify(real.minikube, "file-simulator", DATA_ROOT, marker).verified
    lost = mounts.verify(real.minikube, "file-simulator", "/mnt/elsewhere", marker)
    assert lost.problem.endswith(f"/mnt/elsewhere/{MARKER_NAME}: No such file or directory")


def test_an_image_is_loaded_once(asked: dict[str, t.Any], profile: dict[str, t.Any], tmp_path: Path) -> None:
    archive = tmp_path / "image.tar"
    parts.images.write_archive(archive, IMAGE, {"/pause": parts.recipes.program("pause")}, ["/pause"])
    given = {**asked, "image": IMAGE, "archive": str(archive)}
    assert run_module(minikube_image, check=True, **given)["changed"]
    assert run_module(minikube_image, **given)["changed"]
    assert not run_module(minikube_image, **given)["changed"]
    (tmp_path / "damaged.tar").write_bytes(archive.read_bytes()[:1000])
    with pytest.raises(ModuleFailed, match="does not have localhost/other:1 after that"):
        run_module(minikube_image, **asked, image="localhost/other:1", archive=str(tmp_path / "damaged.tar"))


def test_a_paused_profile_goes_on(
    real: Real, asked: dict[str, t.Any], desired: dict[str, t.Any], profile: dict[str, t.Any]
) -> None:
    real.minikube.call(["pause", "--profile=file-simulator"], "pause")
    assert state(asked) == "paused"
    assert run_module(minikube_profile, **desired)["actions"] == ["unpause"]
    assert wait_until(lambda: state(asked) == "running", 30)


def test_the_machine_is_switched_off_and_on(
    asked: dict[str, t.Any], desired: dict[str, t.Any], profile: dict[str, t.Any], node: Node
) -> None:
    with pytest.raises(ModuleFailed, match="does not stop a machine that it did not make"):
        run_module(minikube_profile, **asked, state="stopped")
    node.restart()
    assert state(asked) == "stopped"
    assert not run_module(minikube_profile, **asked, state="stopped")["changed"]
    assert run_module(minikube_profile, **desired)["actions"] == ["start"]
    assert state(asked) == "running"


def test_is_taken_away_once(asked: dict[str, t.Any], profile: dict[str, t.Any], data_root: Path) -> None:
    assert run_module(minikube_profile, **asked, state="absent")["actions"] == ["delete"]
    assert not run_module(minikube_profile, **asked, state="absent")["changed"]
    assert (data_root / MARKER_NAME).is_file()
