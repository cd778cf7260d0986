# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""minikube_preflight_info on a minikube that runs nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.modules import (
    minikube_preflight_info,
)

from ..fake_minikube import FakeMinikube

Run = t.Callable[..., "dict[str, t.Any]"]
IMAGE = "localhost/file-simulator/nas:0123456789ab"


def test_preflight_tells_and_does_not_fail(
    run_module: Run, minikube: FakeMinikube, minikube_place: dict[str, t.Any]
) -> None:
    told = run_module(minikube_preflight_info, **minikube_place, driver="virtualbox", memory=2**23)
    assert told["installed"]
    assert "driver virtualbox: VBoxManage is not installed; it comes with VirtualBox" in told["problems"]
    assert any(problem.startswith("memory: ") for problem in told["problems"])
    Path(minikube.executable).unlink()
    assert not run_module(minikube_preflight_info, **minikube_place)["installed"]
