# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server with engine kubernetes: storage that outlives pods, directories that move, and two runs at once."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import engine as _engine
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import lease
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import open_cluster
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, windows_directory

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from .test_nas_server_kubernetes import changed, verbs

Run = t.Callable[..., "dict[str, t.Any]"]
OUTPUT, CLAIM = "nas-output-1", "nas-output-1-export"
REFUSED = {"refused_count": 1, "refused": [{"path": "CON.txt", "reason": "reserved"}]}


def persistent(in_cluster: dict[str, t.Any], size: str = "1Gi", **more: t.Any) -> dict[str, t.Any]:
    return {**changed(in_cluster, OUTPUT, storage={"type": "persistent", "size_limit": size}), **more}


def refused(run_module: Run, kubernetes: FakeKubernetes, told: str, **given: t.Any) -> None:
    """In check mode as well as without it, and nothing is touched."""
    before = copy.deepcopy(kubernetes.objects)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=told):
            run_module(nas_server, check=check, **given)
    assert kubernetes.objects == before


class TestClaims:
    @pytest.fixture
    def given(self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> dict[str, t.Any]:
        kubernetes.add("StorageClass", {"metadata": {"name": "grows"}, "allowVolumeExpansion": True})
        kubernetes.add("StorageClass", {"metadata": {"name": "fixed"}})
        run_module(nas_server, **persistent(in_cluster, storage_class="grows"))
        kubernetes.kind("PersistentVolumeClaim")[CLAIM]["status"] = {"phase": "Bound"}
        return in_cluster

    def test_class_does_not_change(self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]) -> None:
        told = (
            r"nas-output-1: storage_class: its volume nas-output-1-export is of class 'grows', .*delete_storage: true"
        )
        refused(run_module, kubernetes, told, **persistent(given, storage_class="fixed"))

    def test_class_that_is_not_named_stays(
        self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]
    ) -> None:
        assert verbs(run_module(nas_server, **persistent(given))) == []
        assert kubernetes.kind("PersistentVolumeClaim")[CLAIM]["spec"]["storageClassName"] == "grows"

    def test_volume_grows(self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]) -> None:
        pods = dict(kubernetes.pods)
        assert verbs(run_module(nas_server, **persistent(given, "2Gi"))) == [f"replace {OUTPUT}"]
        claim = kubernetes.kind("PersistentVolumeClaim")[CLAIM]
        assert claim["spec"]["resources"]["requests"]["storage"] == "2Gi"
        assert kubernetes.pods == pods

    def test_volume_does_not_shrink(self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]) -> None:
        told = r"storage.size_limit: its volume nas-output-1-export has 1Gi and cannot shrink: 500Mi is not to be had"
        refused(run_module, kubernetes, told, **persistent(given, "500Mi"))

    def test_volume_grows_only_where_its_class_allows_it(
        self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]
    ) -> None:
        kubernetes.kind("StorageClass")["grows"]["allowVolumeExpansion"] = False
        refused(run_module, kubernetes, "cannot grow, for its class 'grows' does not", **persistent(given, "2Gi"))
        kubernetes.refusals["GET storageclasses"] = (403, "forbidden")
        assert verbs(run_module(nas_server, **persistent(given, "2Gi"))) == [f"replace {OUTPUT}"]

    def test_pod_gets_another_storage(
        self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]
    ) -> None:
        """Check mode says so; the claim stays, and its server comes back to it."""
        kubernetes.left[OUTPUT] = REFUSED
        predicted, done = [run_module(nas_server, check=check, **given) for check in (True, False)]
        assert predicted["diff"] == done["diff"]
        assert predicted["diff"]["after"][OUTPUT]["volume"].endswith(f"{CLAIM} is kept, unused")
        assert "'CON.txt' (reserved) cannot be copied to Windows" in str(done["warnings"])
        assert verbs(run_module(nas_server, **given)) == [] and CLAIM in kubernetes.kind("PersistentVolumeClaim")
        refused(run_module, kubernetes, "'CON.txt' .reserved. cannot be copied to Windows", **persistent(given))
        kubernetes.left = {}
        result = run_module(nas_server, check=True, **persistent(given))
        assert result["diff"]["after"][OUTPUT]["volume"].startswith("another one, filled from the Windows directory")

    def test_what_stays_is_told(self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any]) -> None:
        kubernetes.left[OUTPUT] = REFUSED
        told = f"server {OUTPUT}: its volume {CLAIM} is kept, with all that clients wrote"
        result = run_module(nas_server, state="absent", purge=True, **persistent(given))
        named = f"{told}: 'CON.txt' (reserved) cannot be copied to Windows, and make rescue SERVER={OUTPUT}"
        assert named in str(result["warnings"])
        again = run_module(nas_server, state="absent", purge=True, **persistent(given))
        assert f"{told}: 'CON.txt' (reserved) cannot be copied to Windows (as of 20" in str(again["warnings"])
        run_module(nas_server, **persistent(given))
        kubernetes.left = {}
        for _time in ("first", "second"):
            again = run_module(nas_server, state="absent", purge=True, **persistent(given))
            assert f"{told};" in str(again["warnings"])
        gone = run_module(nas_server, state="absent", delete_storage=True, **persistent(given))
        assert verbs(gone) == [f"remove {OUTPUT}"] and "warnings" not in gone

    def test_volume_is_not_given_another_windows_directory(
        self, run_module: Run, kubernetes: FakeKubernetes, given: dict[str, t.Any], tmp_path: Path
    ) -> None:
        run_module(nas_server, state="absent", **persistent(given))
        (tmp_path / "drives" / "c" / "simulator-data" / OUTPUT).rename(tmp_path / "away")
        lay_out(run_module, persistent(given), tmp_path / "new.json")
        told = r"its persistent volume nas-output-1-export belongs to another directory than C:\\simulator-data\\nas-o"
        refused(run_module, kubernetes, told, **persistent(given))


def lay_out(run_module: Run, given: dict[str, t.Any], registry: Path) -> None:
    run_module(
        windows_directory, topology=given["topology"], drive_root=given["drive_root"], registry=str(registry)
    )  # fmt: skip


def test_another_data_root_is_refused_unless_said(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], tmp_path: Path
) -> None:
    """As with another HOME: the nodes' path is the same, and the directories are others."""
    run_module(nas_server, **in_cluster)
    elsewhere = {**in_cluster, "drive_root": str(tmp_path / "other")}
    told = r"nas-input-1: directory: it runs on .*/drives/c/.*, and this would move it to .*/other/c/.*move_data_root"
    with pytest.raises(ModuleFailed, match=told):
        run_module(nas_server, check=True, **elsewhere)
    lay_out(run_module, elsewhere, tmp_path / "registry-2.json")
    refused(run_module, kubernetes, told, **elsewhere)
    moved = run_module(nas_server, move_data_root=True, **elsewhere)
    assert verbs(moved) == ["replace nas-input-1", f"replace {OUTPUT}"]
    assert verbs(run_module(nas_server, **elsewhere)) == []


def test_same_directory_under_another_path_is_no_move(run_module: Run, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    result = run_module(nas_server, node_data_root="/mnt/elsewhere", **in_cluster)
    assert verbs(result) == ["replace nas-input-1", f"replace {OUTPUT}"]


def test_renamed_windows_directory(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], tmp_path: Path
) -> None:
    """The agent goes on in the renamed directory, and is healthy. A new one in its place is not its own."""
    run_module(nas_server, **in_cluster)
    windows = tmp_path / "drives" / "c" / "simulator-data" / OUTPUT
    windows.rename(windows.with_name("renamed"))
    told = "was renamed or replaced; rename it back"
    refused(run_module, kubernetes, told, **in_cluster, state="absent")
    lay_out(run_module, in_cluster, tmp_path / "new.json")
    for state in ("present", "absent"):
        refused(run_module, kubernetes, told, **in_cluster, state=state)


def test_check_mode_tells_of_what_would_be_refused(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
) -> None:
    """And not of what merely waits: until then, the agent has carried it."""
    run_module(nas_server, **in_cluster)
    kubernetes.left[OUTPUT] = {"waiting_count": 1, "waiting": [{"path": "late.csv"}]}
    assert len(run_module(nas_server, check=True, state="absent", **in_cluster)["actions"]) == 2
    kubernetes.left[OUTPUT] = REFUSED
    refused(run_module, kubernetes, f"make rescue SERVER={OUTPUT}", **in_cluster, state="absent")


def test_one_run_at_a_time(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "_RENEWAL", 0.02)
    monkeypatch.setattr(_engine, "_LEASE_SECONDS", 0.3)
    run_module(nas_server, **in_cluster)
    assert kubernetes.kind("Lease") == {}
    cluster = open_cluster(in_cluster["kubeconfig"], "here")
    other = lease.Lease(cluster, "file-simulator", "file-simulator-nas-servers", {}, "x")
    with other.held("the run for state 'absent'", 0.0):
        told = r"^instance file-simulator: the run for state 'absent' of .* holds it since .*; wait until it has ended"
        with pytest.raises(ModuleFailed, match=told):
            run_module(nas_server, **in_cluster)
        assert run_module(nas_server, check=True, **in_cluster)["changed"] is False
    assert run_module(nas_server, **in_cluster)["changed"] is False
