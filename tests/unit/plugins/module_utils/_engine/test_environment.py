# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on a machine, found from real files and sockets."""

from __future__ import annotations

import errno
import http.server
import json
import socket
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine import environment
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.choice import ClusterAccess, Recorded


def test_podman_runs_what_it_has_configuration_of(tmp_path: Path) -> None:
    assert not environment.podman_runs(str(tmp_path), "one")
    (tmp_path / "containers.conf").write_text("")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "note").write_text("")
    assert not environment.podman_runs(str(tmp_path), "one"), "what a failed creation leaves is no server"
    (tmp_path / "one" / "nas-input-1").mkdir()
    assert environment.podman_runs(str(tmp_path), "one")
    assert not environment.podman_runs(str(tmp_path), "two")


def test_what_cannot_be_seen_is_not_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> t.NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(environment.os, "scandir", refuse)
    with pytest.raises(SimulatorError, match=f"{tmp_path}/one: cannot be read, .* sudo chmod -R a[+]rX {tmp_path}$"):
        environment.podman_runs(str(tmp_path), "one")


def test_record(tmp_path: Path) -> None:
    record, kubeconfig = tmp_path / "engine.json", tmp_path / "config"
    assert environment.read_record(str(record)) is None
    cluster = {"kubeconfig": str(kubeconfig), "context": "mine", "node_address": "127.0.0.1", "node_data_root": "/d"}
    record.write_text(json.dumps({"choice": "minikube", "engine": "kubernetes", **cluster}))
    assert environment.read_record(str(record)) == Recorded("minikube", ClusterAccess(**cluster), reachable=False)
    kubeconfig.write_text("contexts: [{name: mine}]\n")
    assert environment.read_record(str(record)) == Recorded("minikube", ClusterAccess(**cluster), reachable=True)


@pytest.mark.parametrize(
    ("kubeconfig", "reachable"),
    [
        ("contexts:\n- context: {cluster: mine}\n  name: mine\n", True),
        ('contexts:\n- name: "mine"\n', True),
        ("contexts: [{name: mine, context: {}}]\n", True),
        ('{"contexts": [{"context": {}, "name": "mine"}]}', True),
        ("contexts:\n- name: mine-2\n- name: not-mine\n", False),
        ("current-context: mine\ncontexts: [{name: theirs}]\n", False),
        ("", False),
    ],
)
def test_cluster_is_reachable_whose_context_has_this_very_name(
    tmp_path: Path, kubeconfig: str, reachable: bool
) -> None:
    (tmp_path / "config").write_text(kubeconfig)
    record = {"choice": "kubernetes", "kubeconfig": str(tmp_path / "config"), "context": "mine"}
    (tmp_path / "engine.json").write_text(json.dumps(record))
    found = environment.read_record(str(tmp_path / "engine.json"))
    assert found and found.reachable == reachable


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", "{}", '{"choice": "podman", "kubeconfig": "k", "context": "c"}',
             '{"choice": "minikube", "kubeconfig": "k", "context": ""}', '{"choice": "minikube", "kubeconfig": "k"}']
)  # fmt: skip
def test_record_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "engine.json").write_text(text)
    assert environment.read_record(str(tmp_path / "engine.json")) is None


@pytest.mark.parametrize("home", ["", ".minikube"])
def test_profile(tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    given = str(tmp_path / home) if home else ""
    assert not environment.profile_exists(given, "file-simulator")
    config = tmp_path / ".minikube" / "profiles" / "file-simulator" / "config.json"
    config.parent.mkdir(parents=True)
    assert not environment.profile_exists(given, "file-simulator")
    config.write_text("{}")
    assert environment.profile_exists(given, "file-simulator")
    assert not environment.profile_exists(given, "another")


class TestDriver:
    @pytest.fixture(autouse=True)
    def _no_sockets(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setattr(environment, "_DOCKER_SOCKET", str(tmp_path / "docker.sock"))
        monkeypatch.setattr(environment, "_LIBVIRT_SOCKETS", (str(tmp_path / "libvirt.sock"),))
        monkeypatch.setattr(environment, "_KVM", str(tmp_path / "kvm"))

    @staticmethod
    def find(*programs: str, asked: str = "", user: int = 1000) -> tuple[str, str]:
        return environment.find_driver(asked, lambda name: name if name in programs else None, user)

    @staticmethod
    def listen(path: Path) -> socket.socket:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(str(path))
        listening.listen()
        return listening

    def test_one_that_is_named_counts(self) -> None:
        assert self.find(asked="hyperv") == ("hyperv", "")

    def test_none(self) -> None:
        assert self.find(asked="auto") == ("", "docker is not installed, and there is no libvirt with KVM")

    def test_docker(self, tmp_path: Path) -> None:
        with self.listen(tmp_path / "docker.sock"):
            assert self.find("docker") == ("docker", "")
            assert self.find()[0] == ""
            assert "refuses to run as root" in self.find("docker", user=0)[1]

    def test_docker_that_has_stopped(self, tmp_path: Path) -> None:
        """Its socket stays behind."""
        self.listen(tmp_path / "docker.sock").close()
        assert (tmp_path / "docker.sock").exists()
        assert "docker does not answer this user" in self.find("docker")[1]

    def test_docker_elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/mine.sock")
        with self.listen(tmp_path / "mine.sock"):
            assert self.find("docker") == ("docker", "")
        monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
        assert "docker is on another machine" in self.find("docker")[1]

    def test_kvm(self, tmp_path: Path) -> None:
        with self.listen(tmp_path / "libvirt.sock"):
            assert self.find("virsh")[0] == ""
            (tmp_path / "kvm").write_text("")
            assert self.find("virsh") == ("kvm2", "")


class TestDownload:
    @pytest.fixture
    def url(self) -> t.Iterator[str]:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response(int(self.path[1:]))
                self.end_headers()

            def log_message(self, *_what: t.Any) -> None:
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()

    @pytest.mark.parametrize(("status", "there"), [(200, True), (404, True), (403, False), (407, False), (503, False)])
    def test_answer(self, url: str, status: int, there: bool) -> None:
        assert environment.download_answers(f"{url}/{status}", 3) is there

    @pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:1/"])
    def test_nobody(self, url: str) -> None:
        assert not environment.download_answers(url, 3)

    def test_silence(self) -> None:
        """Somebody takes the connection and says nothing: there is an end to waiting."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            assert not environment.download_answers(f"http://127.0.0.1:{silent.getsockname()[1]}/", 0.2)
