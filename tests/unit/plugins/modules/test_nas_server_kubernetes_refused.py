# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server with engine kubernetes: what is refused, and which clusters are never asked."""

from __future__ import annotations

import socket
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import kubernetes as _opening
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import (
    preparation as _kubernetes_prepare,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import client as _kubernetes_client
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info

from ..conftest import ModuleFailed
from ..fake_kubernetes import FakeKubernetes
from ..fake_kubernetes_api import write_kubeconfig
from .test_nas_server_info_kubernetes import info
from .test_nas_server_kubernetes import changed

Run = t.Callable[..., "dict[str, t.Any]"]


class TestRefused:
    """Nothing may be touched when something is wrong."""

    @pytest.fixture(autouse=True)
    def untouched(self, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]) -> t.Iterator[None]:
        yield
        assert kubernetes.changes == []

    def test_unknown_context(self, run_module: Run, in_cluster: dict[str, t.Any]) -> None:
        for context in ("there", ""):
            with pytest.raises(ModuleFailed, match=rf"context: '{context}' is not in .*kubeconfig; it has here"):
                run_module(nas_server, **{**in_cluster, "context": context})

    @pytest.mark.parametrize("missing", ["context", "kubeconfig"])
    def test_context_must_be_named(self, run_module: Run, in_cluster: dict[str, t.Any], missing: str) -> None:
        given = {key: value for key, value in in_cluster.items() if key != missing}
        with pytest.raises(ModuleFailed, match=f"engine is kubernetes but all of the following are missing: {missing}"):
            run_module(nas_server, **given)

    def test_missing_kubeconfig(self, run_module: Run, in_cluster: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match="kubeconfig: /no/such is not there"):
            run_module(nas_server, **{**in_cluster, "kubeconfig": "/no/such"})

    def test_damaged_kubeconfig(self, run_module: Run, in_cluster: dict[str, t.Any], tmp_path: Path) -> None:
        for text in ("", "{", "[]", "apiVersion: v1\n"):
            (tmp_path / "damaged").write_text(text)
            with pytest.raises(ModuleFailed, match=r"^kubeconfig: .*damaged cannot be read as one: [^\n]+$"):
                run_module(nas_server, **{**in_cluster, "kubeconfig": str(tmp_path / "damaged")})

    def test_cluster_that_is_not_there(self, run_module: Run, in_cluster: dict[str, t.Any], tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        away = write_kubeconfig(tmp_path / "away", {"away": f"https://127.0.0.1:{port}"})
        for check in (True, False):
            with pytest.raises(
                ModuleFailed, match=rf"^context away: the API server https://127.0.0.1:{port} cannot be re"
            ):
                run_module(nas_server, check=check, **{**in_cluster, "kubeconfig": away, "context": "away"})

    def test_refused_credentials(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
    ) -> None:
        kubernetes.refusals["GET deployments"] = (401, "Unauthorized")
        with pytest.raises(ModuleFailed, match="does not accept the context's credentials"):
            run_module(nas_server, **in_cluster)

    def test_unmounted_data_root(self, run_module: Run, in_cluster: dict[str, t.Any], tmp_path: Path) -> None:
        root = tmp_path / "drives" / "c" / "simulator-data"
        root.rename(tmp_path / "elsewhere")
        root.mkdir()
        with pytest.raises(ModuleFailed, match=r"server nas-input-1: directory: C:\\simulator-data .* not mounted"):
            run_module(nas_server, **in_cluster)

    def test_directory_outside_the_data_root(self, run_module: Run, in_cluster: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match=r"server nas-input-1: directory: D:\\other lies outside the data root"):
            run_module(nas_server, **changed(in_cluster, directory="D:\\other"))

    def test_all_ports_of_other_services_are_told_at_once(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
    ) -> None:
        ports = [{"nodePort": 32150}, {"nodePort": 32154}]
        kubernetes.add("Service", {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": ports}})
        with pytest.raises(ModuleFailed) as refused:
            run_module(nas_server, **in_cluster)
        told = "port: {} is the NodePort of Service web in namespace shop; "
        assert str(refused.value) == (
            f"server nas-input-1: {told.format(32150)}server nas-output-1: {told.format(32154)}choose other ports"
        )

    def test_port_of_another_service(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
    ) -> None:
        service = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": [{"nodePort": 32154}]}}
        kubernetes.add("Service", service)
        with pytest.raises(ModuleFailed, match="server nas-output-1: port: 32154 is the NodePort of Service web in "):
            run_module(nas_server, **in_cluster)

    def test_port_of_a_server_outside_the_cluster(
        self, run_module: Run, in_cluster: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []
        monkeypatch.setattr(_kubernetes_prepare, "probe", lambda host, port, **_how: asked.append((host, port)))
        with pytest.raises(
            ModuleFailed, match=r"nas-input-1: port: an NFS server outside .* answers at 192.0.2.7:32150"
        ):
            run_module(nas_server, node_address="192.0.2.7", **in_cluster)
        assert sorted(asked) == [("192.0.2.7", 32150), ("192.0.2.7", 32154)]

    def test_name_of_another_deployment(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
    ) -> None:
        kubernetes.add("Deployment", {"metadata": {"name": "nas-input-1", "namespace": "file-simulator"}, "spec": {}})
        with pytest.raises(ModuleFailed, match="has a Deployment of that name that is not ours"):
            run_module(nas_server, **in_cluster)

    def test_namespace_that_is_being_deleted(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
    ) -> None:
        kubernetes.add("Namespace", {"metadata": {"name": "file-simulator", "deletionTimestamp": "now"}})
        with pytest.raises(ModuleFailed, match="namespace: file-simulator is being deleted"):
            run_module(nas_server, **in_cluster)

    def test_object_that_admission_refuses(
        self, run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any]
    ) -> None:
        kubernetes.add("Namespace", {"metadata": {"name": "file-simulator"}})
        kubernetes.refusals["PATCH deployments"] = (403, "admission webhook says\nno")
        with pytest.raises(ModuleFailed, match=r"check Deployment: Kubernetes: admission webhook says no \(HTTP 403\)"):
            run_module(nas_server, **in_cluster)

    @pytest.mark.parametrize("check", [True, False])
    def test_missing_image(self, check: bool, run_module: Run, in_cluster: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match="image: is empty; name the image that the servers run"):
            run_module(nas_server, check=check, **{**in_cluster, "image": ""})


def test_directory_of_another_instance_is_refused(run_module: Run, in_cluster: dict[str, t.Any]) -> None:
    run_module(nas_server, **in_cluster)
    other = {"instance": "second", "namespace": "second", "servers": [{"name": "nas-input-1", "port": 32180}]}
    with pytest.raises(
        ModuleFailed, match="is that of nas-input-1 of instance file-simulator in namespace file-simulator"
    ):
        run_module(nas_server, **{**in_cluster, "topology": other})


def test_other_context_sees_no_connection(
    run_module: Run, kubernetes: FakeKubernetes, in_cluster: dict[str, t.Any], tmp_path: Path
) -> None:
    """The current context is another cluster's: whatever is done here, nobody connects to that."""
    visitors = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=lambda: visitors.append(other.accept()), daemon=True).start()
        clusters = {"production": f"http://127.0.0.1:{other.getsockname()[1]}", "here": kubernetes.url}
        in_cluster["kubeconfig"] = write_kubeconfig(tmp_path / "two", clusters, current="production")
        before = Path(in_cluster["kubeconfig"]).read_bytes()
        for state in ("started", "restarted", "stopped", "absent"):
            run_module(nas_server, state=state, **in_cluster)
        run_module(nas_server_info, **info(in_cluster))
        assert visitors == []
    assert Path(in_cluster["kubeconfig"]).read_bytes() == before
    assert kubernetes.changes


def test_missing_python_package_is_named(
    run_module: Run, in_cluster: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_opening, "KUBERNETES_IMPORT_ERROR", "Traceback: no module")
    with pytest.raises(ModuleFailed, match=r"Failed to import the required Python library \(kubernetes >= 25.3.0\)"):
        run_module(nas_server, **in_cluster)


def test_old_python_package_is_named(
    run_module: Run, in_cluster: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_kubernetes_client.kubernetes, "__version__", "12.0.1")
    with pytest.raises(ModuleFailed, match=r"package kubernetes is 12.0.1 at /.*, and 25.3 or newer is needed"):
        run_module(nas_server, **in_cluster)
