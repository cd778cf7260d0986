# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules themselves, on the real minikube: as far as that goes without a node."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from module_runner import ModuleFailed, run_module

from .conftest import Real

from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    minikube_image,
    minikube_profile,
    minikube_profile_info,
    windows_directory,
)


@pytest.fixture
def asked(real: Real, tmp_path: Path) -> dict[str, t.Any]:
    drive_root = str(tmp_path / "drives with spaces")
    run_module(windows_directory, drive_root=drive_root, registry=str(tmp_path / "registry.json"))
    return {
        "executable": real.executable,
        "minikube_home": str(real.home),
        "kubeconfig": str(real.kubeconfig),
        "drive_root": drive_root,
    }


def test_info_where_there_is_nothing(real: Real, asked: dict[str, t.Any]) -> None:
    told = run_module(minikube_profile_info, **asked)
    assert (told["installed"], told["version"], told["profiles"]) == (True, "1.38.1", [])
    assert (told["profile"]["state"], told["cluster"]) == ("absent", None)


def test_a_start_that_fails_tells_minikubes_reason_and_leaves_the_way_free(real: Real, asked: dict[str, t.Any]) -> None:
    given = {**asked, "driver": "parallels", "memory": 2048, "ports": [32169]}
    assert run_module(minikube_profile, check=True, **given)["actions"] == ["start"]
    assert not real.profiles.exists() or list(real.profiles.iterdir()) == []
    for _again in range(2):
        with pytest.raises(ModuleFailed) as failure:
            run_module(minikube_profile, **given)
        result = failure.value.result
        assert (result["reason"], result["rc"]) == ("DRV_UNSUPPORTED_OS", 56)
        assert result["msg"].startswith(
            "profile file-simulator: start: minikube: The driver 'parallels' is not supported"
        )
    # What minikube leaves behind of it is taken away, once.
    assert run_module(minikube_profile, **asked, state="absent")["actions"] == ["delete"]
    assert not run_module(minikube_profile, **asked, state="absent")["changed"]


def test_a_profile_whose_machine_is_gone(real: Real, asked: dict[str, t.Any]) -> None:
    real.fabricate("file-simulator")
    told = run_module(minikube_profile_info, **asked)
    assert (told["profile"]["state"], told["profile"]["driver"], told["cluster"]) == ("absent", "docker", None)
    assert not run_module(minikube_profile, **asked, state="stopped")["changed"]
    with pytest.raises(ModuleFailed, match="is absent, not running"):
        run_module(minikube_image, **asked, image="localhost/x:1", archive=str(real.executable))
    assert run_module(minikube_profile, **asked, state="absent")["actions"] == ["delete"]
    assert run_module(minikube_profile_info, **asked)["profiles"] == []


def test_another_profile_on_the_same_ports(real: Real, asked: dict[str, t.Any]) -> None:
    real.fabricate("other")
    with pytest.raises(ModuleFailed, match="profile other publishes port 32160 too"):
        run_module(minikube_profile, **asked, memory=2048, ports=[32160, 32161])


def test_a_configuration_that_cannot_be_read(real: Real, asked: dict[str, t.Any]) -> None:
    (real.profiles / "file-simulator").mkdir(parents=True)
    (real.profiles / "file-simulator" / "config.json").write_text("{broken")
    assert run_module(minikube_profile_info, **asked)["profile"]["state"] == "unreadable"
    with pytest.raises(ModuleFailed, match="cannot read its configuration; delete it"):
        run_module(minikube_profile, **asked, memory=2048)
    assert run_module(minikube_profile, **asked, state="absent")["actions"] == ["delete"]
    assert run_module(minikube_profile_info, **asked)["profile"]["state"] == "absent"
