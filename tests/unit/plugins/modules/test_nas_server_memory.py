# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes in memory against a podman that runs nothing: mounted before the server starts, and as long as it is there."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import memory_volume
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments, changed_topology, verbs

__all__ = ["arguments"]

INPUT, OUTPUT = "nas-input-1", "nas-output-1"
VOLUME = f"file-simulator.{INPUT}.export"
SIZE = 64 << 20


@pytest.fixture(autouse=True)
def mounts(monkeypatch: pytest.MonkeyPatch, podman: FakePodman) -> None:
    monkeypatch.setattr(memory_volume, "is_mounted", lambda place: place in podman.mounts)


def in_memory(arguments: dict[str, t.Any], size_limit: str = "64Mi", **more: t.Any) -> dict[str, t.Any]:
    return changed_topology(arguments, storage={"type": "memory", "size_limit": size_limit}, **more)


def place(podman: FakePodman) -> str:
    return os.path.join(podman.volume_root, VOLUME)


def order(podman: FakePodman, *beginnings: str) -> list[str]:
    """Which of these calls were made, in their order."""
    calls = [" ".join(call) for call in podman.calls]
    return [beginning for call in calls for beginning in beginnings if call.startswith(beginning)]


def test_it_is_mounted_from_before_the_start_until_it_is_removed(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_memory(arguments))
    blocks = SIZE // os.sysconf("SC_PAGE_SIZE")
    assert podman.volume_options[VOLUME] == {
        "type": "tmpfs",
        "device": "tmpfs",
        "o": f"nr_blocks={blocks},mode=0755",
    }
    steps = ("volume create", "volume mount", "pod start file-simulator.nas-input-1")
    assert [step for step in order(podman, *steps) if step != "volume create"] == list(steps[1:])
    assert podman.mounts == {place(podman)}, "that of the other server is on the disk"
    for state in ("started", "stopped", "started", "restarted"):
        run_module(nas_server, **{**in_memory(arguments), "state": state})
        assert podman.mounts == {place(podman)}
    assert len(order(podman, "volume mount")) == 1
    run_module(nas_server, **{**in_memory(arguments), "state": "absent"})
    assert podman.volumes == {} and podman.mounts == set()


def test_it_is_mounted_again_after_a_restart_of_the_machine(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_memory(arguments))
    run_module(nas_server, **{**in_memory(arguments), "state": "stopped"})
    podman.mounts.clear()
    assert verbs(run_module(nas_server, **{**in_memory(arguments), "state": "started"}))[0] == f"start {INPUT}"
    assert podman.mounts == {place(podman)}


@pytest.mark.parametrize("believes", [False, True])
def test_one_that_is_not_mounted_any_more_is_told_and_mended(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], believes: bool
) -> None:
    """Also where podman takes it for mounted: its containers would write to the disk, without any limit."""
    run_module(nas_server, **in_memory(arguments))
    podman.mounts.clear()
    podman.believes_in_mounts = believes
    shown = {key: arguments[key] for key in ("drive_root", "podman_executable", "state_directory")}
    report = run_module(nas_server_info, topology=in_memory(arguments)["topology"], **shown)["servers"][0]
    assert report["state"] == "broken" and "is not mounted any more" in report["problem"]
    assert verbs(run_module(nas_server, **{**in_memory(arguments), "state": "started"})) == [f"repair {INPUT}"]
    assert podman.mounts == {place(podman)}


def test_volume_that_somebody_removed_is_mounted_when_it_is_made_anew(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_memory(arguments))
    podman.volume_rm(VOLUME)
    assert verbs(run_module(nas_server, **{**in_memory(arguments), "state": "started"})) == [f"repair {INPUT}"]
    assert podman.mounts == {place(podman)}


def test_change_of_size_and_type(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    """For an output server, when its agent says that Windows has all of it."""
    topology = arguments["topology"]

    def output(storage: dict[str, str]) -> dict[str, t.Any]:
        return {**arguments, "topology": {**topology, "changes": [{"name": OUTPUT, "storage": storage}]}}

    small, large = ({"type": "memory", "size_limit": size} for size in ("64Mi", "128Mi"))
    run_module(nas_server, **output(small))
    podman.left[OUTPUT] = {"refused_count": 1, "refused": [{"path": "CON", "reason": "reserved"}]}
    before = podman.changes
    for storage in (large, {"type": "empty_dir"}, {"type": "persistent"}):
        for check in (True, False):
            with pytest.raises(ModuleFailed, match=r"'CON' \(reserved\) cannot be copied to Windows"):
                run_module(nas_server, check=check, **output(storage))
    assert podman.changes == before
    podman.left.clear()
    assert "of another kind or size" in run_module(nas_server, **output(large))["diff"]["after"][OUTPUT]["volume"]
    volume = f"file-simulator.{OUTPUT}.export"
    assert podman.volume_options[volume]["o"].startswith(f"nr_blocks={2 * SIZE // os.sysconf('SC_PAGE_SIZE')},")
    run_module(nas_server, **output({"type": "persistent"}))
    assert podman.volume_options[volume] == {} and podman.mounts == set()
    before = podman.changes
    with pytest.raises(ModuleFailed, match="its persistent volume cannot become one in memory"):
        run_module(nas_server, **output(small))
    assert podman.changes == before


@pytest.mark.parametrize(
    ("left", "wanted", "told"),
    [
        (
            {"type": "persistent"},
            {"type": "memory", "size_limit": "64Mi"},
            "is on the disk, and cannot become one of type memory with",
        ),
        ({"type": "persistent"}, {"type": "empty_dir"}, ""),
    ],
)
def test_volume_that_is_left_is_not_taken_for_another_kind(
    run_module: Run,
    podman: FakePodman,
    arguments: dict[str, t.Any],
    left: dict[str, str],
    wanted: dict[str, str],
    told: str,
) -> None:
    run_module(nas_server, **changed_topology(arguments, storage=left))
    run_module(nas_server, **{**changed_topology(arguments, storage=left), "state": "absent"})
    given = changed_topology(arguments, storage=wanted)
    if not told:
        assert run_module(nas_server, **given)["changed"]
        return
    before = podman.changes
    for check in (True, False):
        with pytest.raises(
            ModuleFailed, match=f"{INPUT}: storage: its volume {VOLUME}, which is left from before, {told}"
        ):
            run_module(nas_server, check=check, **given)
    assert podman.changes == before


def test_volume_in_memory_that_is_left_by_a_killed_run_is_not_taken_for_one_on_the_disk(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **in_memory(arguments))
    podman.pods.clear()
    for storage, told in (
        ({"type": "persistent"}, "type persistent;"),
        ({"type": "memory", "size_limit": "128Mi"}, "type memory with 128Mi;"),
    ):
        with pytest.raises(ModuleFailed, match=f"is in memory, and cannot become one of {told}"):
            run_module(nas_server, **changed_topology(arguments, storage=storage))
    assert verbs(run_module(nas_server, **in_memory(arguments)))[0] == f"create {INPUT}"


def test_mount_that_fails_is_told(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    podman.fail = {"volume mount": "out of memory"}
    with pytest.raises(ModuleFailed, match="nas-input-1: mount its volume in memory: podman: out of memory"):
        run_module(nas_server, **in_memory(arguments))
