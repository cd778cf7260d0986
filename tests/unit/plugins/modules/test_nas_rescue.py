# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_rescue against a podman that runs nothing."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import nas_rescue, nas_server

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments

__all__ = ["arguments"]


@pytest.fixture
def given(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path) -> dict[str, t.Any]:
    run_module(nas_server, **arguments)
    to = tmp_path / "rescued"
    to.mkdir()
    kept = {name: arguments[name] for name in ("topology", "podman_executable")}
    return {**kept, "servers": ["nas-output-1"], "to": str(to)}


def test_volume_is_read_only_and_the_target_is_not(
    run_module: Run, podman: FakePodman, given: dict[str, t.Any], tmp_path: Path
) -> None:
    podman.left_at_last["nas-output-1"] = {"copied": 2, "failed": [], "failed_count": 0}
    result = run_module(nas_rescue, **given)
    assert result["changed"] and result["rescued"][0]["server"] == "nas-output-1"
    (call,) = [call for call in podman.calls if call[0] == "run"]
    mounts = [word for word in call if word.startswith("type=")]
    assert mounts == [
        f"type=bind,source={tmp_path}/drives/c/simulator-data/nas-output-1,destination=/windows,ro=true",
        "type=volume,source=file-simulator.nas-output-1.export,destination=/export,ro=true",
        f"type=bind,source={tmp_path}/rescued/nas-output-1,destination=/rescue",
    ]
    assert call[call.index("--network") + 1] == "none"


def test_refused(run_module: Run, podman: FakePodman, given: dict[str, t.Any]) -> None:
    with pytest.raises(ModuleFailed, match="to: /nowhere is no directory"):
        run_module(nas_rescue, **{**given, "to": "/nowhere"})
    podman.pods.clear()
    with pytest.raises(ModuleFailed, match="nas-output-1: it has no pod; name the NAS image with image"):
        run_module(nas_rescue, **given)
    podman.volumes.clear()
    with pytest.raises(
        ModuleFailed, match=r"nas-output-1: it has no pod and no volume file-simulator.nas-output-1.exp"
    ):
        run_module(nas_rescue, **given)


def test_volume_that_has_no_pod(run_module: Run, podman: FakePodman, given: dict[str, t.Any], tmp_path: Path) -> None:
    """A container of its own looks at it: of the image that is named, with the agent's words of the topology."""
    podman.pods.clear()
    podman.answers = json.dumps({"copied": 1, "failed": [], "failed_count": 0, "reason": ""})
    places = {"drive_root": str(tmp_path / "drives"), "image": "localhost/nas:new"}
    assert run_module(nas_rescue, **given, **places)["rescued"][0]["copied"] == 1
    call = podman.calls[-1]
    assert "localhost/nas:new" in call and call[call.index("--server") + 1] == "nas-output-1"
    assert f"type=bind,source={tmp_path}/drives/c/simulator-data/nas-output-1,destination=/windows,ro=true" in call
    (tmp_path / "drives" / "c" / "simulator-data" / "nas-output-1").rename(tmp_path / "away")
    run_module(nas_rescue, **given, **places)
    assert not [word for word in podman.calls[-1] if "destination=/windows" in word]
    assert "type=volume,source=file-simulator.nas-output-1.export,destination=/export,ro=true" in podman.calls[-1]


class TestCluster:
    LINES: t.ClassVar = [
        {"directory": "d"},
        {"file": "d/results 12%3A30.csv", "mtime_ns": 0},
        {"data": base64.b64encode(b"precious").decode()},
        {"end": True},
        {"copied": 1, "failed": [{"path": "s", "reason": "it is a socket"}], "failed_count": 1, "reason": ""},
    ]

    @pytest.fixture
    def asked(self, in_cluster: dict[str, t.Any], tmp_path: Path, kubernetes: FakeKubernetes) -> dict[str, t.Any]:
        (tmp_path / "rescued").mkdir()
        kept = {name: value for name, value in in_cluster.items() if name not in ("image", "wait_timeout")}
        kubernetes.rescued = {"nas-output-1": self.LINES}
        return {**kept, "servers": ["nas-output-1"], "to": str(tmp_path / "rescued")}

    def test_own_pod_tells(
        self, run_module: Run, in_cluster: dict[str, t.Any], asked: dict[str, t.Any], tmp_path: Path
    ) -> None:
        run_module(nas_server, **in_cluster)
        result = run_module(nas_rescue, **asked)["rescued"][0]
        assert (result["copied"], result["failed_count"]) == (1, 1)
        assert (tmp_path / "rescued/nas-output-1/d/results 12%3A30.csv").read_bytes() == b"precious"

    def test_pod_is_made_around_a_claim_that_was_left(
        self,
        run_module: Run,
        kubernetes: FakeKubernetes,
        in_cluster: dict[str, t.Any],
        asked: dict[str, t.Any],
        tmp_path: Path,
    ) -> None:
        kept = {**in_cluster["topology"], "changes": [{"name": "nas-output-1", "storage": {"type": "persistent"}}]}
        for state in ("started", "absent"):
            run_module(nas_server, state=state, **{**in_cluster, "topology": kept})
        with pytest.raises(ModuleFailed, match="none of its containers runs; name the NAS image with image"):
            run_module(nas_rescue, **asked)
        before = set(kubernetes.objects)
        assert run_module(nas_rescue, image="localhost/nas:new", **asked)["rescued"][0]["copied"] == 1
        assert set(kubernetes.objects) == before
        assert ("POST", "/api/v1/namespaces/file-simulator/pods") in kubernetes.changes

    def test_nothing_is_left(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], asked: dict[str, t.Any]
    ) -> None:
        for state in ("started", "absent"):
            run_module(nas_server, state=state, **in_cluster)
        with pytest.raises(ModuleFailed, match="none of its containers runs, and it has no claim nas-output-1-export"):
            run_module(nas_rescue, image="localhost/nas:new", **asked)
