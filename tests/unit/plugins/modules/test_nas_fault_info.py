# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of faults that are on, and of those that are not any more, with a podman that runs nothing."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import (
    nas_fault,
    nas_fault_info,
    nas_server_info,
)

from ..fake_podman import FakePodman
from .test_nas_fault import OUTPUT, given
from .test_nas_server import Run, arguments

__all__ = ["arguments", "given"]

Mapping = dict[str, t.Any]


def test_what_is_told(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    assert run_module(nas_fault_info, **given)["servers"] == [{"server": OUTPUT, "faults": []}]
    made = run_module(nas_fault, **given, fault="io_error", every=3)
    (server,) = run_module(nas_fault_info, **given)["servers"]
    assert server["faults"] == made["servers"][0]["faults"] == [
        {
            "fault": "io_error",
            "every": 3,
            "operations": ["read", "write", "list", "sync"],
            "until": "",
            "description": "io_error: one in 3 of read, write, list and sync ends with EIO, until it is ended",
        }
    ]  # fmt: skip
    assert made["diff"] == {"before": {OUTPUT: []}, "after": {OUTPUT: [server["faults"][0]["description"]]}}
    (report,) = run_module(nas_server_info, **given)["servers"]
    assert report["faults"] == server["faults"]
    assert f"fault on purpose: {server['faults'][0]['description']}" in report["warnings"]


def test_helper_that_has_ended_makes_no_faults(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    run_module(nas_fault, **given, fault="full")
    next(iter(podman.helpers.values()))["State"] = "exited"
    assert run_module(nas_fault_info, **given)["servers"][0]["faults"] == []
    assert run_module(nas_fault, **given, fault="full")["changed"]
    assert len(podman.helpers) == 1


def test_fault_whose_time_is_over(
    run_module: Run, podman: FakePodman, given: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its helper may take a moment to notice."""
    run_module(nas_fault, **given, fault="full", duration=60)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert run_module(nas_fault_info, **given)["servers"][0]["faults"] == []


def test_without_faults_and_without_servers(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    podman.pods.clear()
    result = run_module(nas_fault_info, **{**given, "servers": None})
    assert [each["faults"] for each in result["servers"]] == [[], []] and not result["changed"]
