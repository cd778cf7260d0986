# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that are left to the engine podman: which one a server gets, how long it keeps it, and who else gets it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import port_choice
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.modules import nas_client_config, nas_server, nas_server_info

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments, verbs
from .test_nas_server_ports import listener

__all__ = ["arguments"]
_LEFT_OUT = ("image", "wait")


@pytest.fixture
def auto(arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """Two servers whose ports are left to the engine, which has few to choose from."""
    monkeypatch.setattr(port_choice, "CHOICES", choices())
    servers = [{"name": "nas-input-1", "port": "auto"}, {"name": "nas-output-1", "port": "auto"}]
    return {**arguments, "topology": {"servers": servers}}


def choices() -> range:
    """Ports of which no other worker of pytest-xdist makes use."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4
    return range(32600 + worker * 8, 32608 + worker * 8)


def ports(podman: FakePodman, instance: str = "file-simulator") -> dict[str, int]:
    """The ports at which podman publishes an instance's pods, by server."""
    described = [json.loads(pod["labels"]["file-simulator.description"]) for pod in podman.pods.values()]
    return {
        name.partition(".")[2]: int(each["address"].rpartition(":")[2])
        for name, each in zip(podman.pods, described)
        if name.startswith(f"{instance}.")
    }


def another(auto: dict[str, t.Any], instance: str = "second") -> dict[str, t.Any]:
    topology = {**auto["topology"], "instance": instance, "data_root": f"D:\\{instance}"}
    return {**auto, "topology": topology, "check": True}


def test_servers_get_ports_of_their_own_and_keep_them(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any]
) -> None:
    predicted = run_module(nas_server, check=True, **auto)
    done = run_module(nas_server, **auto)
    assert predicted["diff"] == done["diff"]
    chosen = ports(podman)
    assert len(set(chosen.values())) == 2 and set(chosen.values()) <= set(choices())
    for state in ("present", "started", "stopped", "started", "restarted"):
        assert not run_module(nas_server, check=True, **{**auto, "state": "present"})["changed"]
        run_module(nas_server, state=state, **auto)
        assert ports(podman) == chosen
    changed = {**auto["topology"], "changes": [{"name": "nas-input-1", "export_options": "ro,no_root_squash"}]}
    assert verbs(run_module(nas_server, **{**auto, "topology": changed})) == ["replace nas-input-1"]
    assert ports(podman) == chosen


def test_port_that_was_fixed_is_kept_when_it_is_left_to_the_engine(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], auto: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    fixed = ports(podman)
    assert not run_module(nas_server, **auto)["changed"]
    assert ports(podman) == fixed


def test_ports_that_others_have_are_left_to_them(run_module: Run, podman: FakePodman, auto: dict[str, t.Any]) -> None:
    """Somebody listens on one, the topology itself names one, and a server of another instance that is stopped has one."""
    run_module(nas_server, **auto)
    run_module(nas_server, state="stopped", **auto)
    stopped = set(ports(podman).values())
    with contextlib.ExitStack() as held:
        listening, fixed, *free = sorted(set(choices()) - stopped)
        held.enter_context(socket.create_server(("127.0.0.1", listening)))
        given = another(auto)
        given["topology"]["servers"] = [*given["topology"]["servers"], {"name": "nas-backup", "port": fixed}]
        diff = run_module(nas_server, **given)["diff"]["after"]
    addresses = {name: int(shown["address"].rpartition(":")[2]) for name, shown in diff.items()}
    assert addresses.pop("nas-backup") == fixed
    assert set(addresses.values()) <= set(free)


def test_port_that_a_stranger_took_while_the_server_was_stopped_is_given_up(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any]
) -> None:
    run_module(nas_server, **auto)
    run_module(nas_server, state="stopped", **auto)
    before = ports(podman)
    with listener("127.0.0.1", before["nas-input-1"]):
        done = run_module(nas_server, state="started", **auto)
    assert verbs(done) == ["replace nas-input-1", "start nas-output-1"]
    assert done["diff"]["after"]["nas-input-1"]["volume"] == "kept"
    after = ports(podman)
    assert after["nas-input-1"] != before["nas-input-1"] and after["nas-output-1"] == before["nas-output-1"]


def test_own_port_of_a_server_that_podman_believes_stopped_is_kept(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any]
) -> None:
    run_module(nas_server, **auto)
    run_module(nas_server, state="stopped", **auto)
    before = ports(podman)
    with listener("127.0.0.1", before["nas-input-1"], "infra-of-file-simulator.nas-input-1"):
        run_module(nas_server, state="started", **auto)
    assert ports(podman) == before


def test_two_runs_at_once_choose_different_ports(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second chooses after the first has chosen, and before the first has any pod that could be seen."""
    # No more than both of them need, so that they meet.
    monkeypatch.setattr(port_choice, "CHOICES", choices()[:4])
    topology = read_topology({**auto["topology"], "instance": "second"})
    state = Path(auto["state_directory"])
    second: list[int] = []
    run = podman.run

    def between(command: list[str], **options: t.Any) -> tuple[int, str, str]:
        if " pod create " in " ".join(command) and not second:
            with contextlib.ExitStack() as held:
                chosen = port_choice.choose_ports(topology.servers, topology, {}, str(state), held)
            second.extend(server.port for server in chosen)
        return run(command, **options)

    monkeypatch.setattr(podman, "run", between)
    run_module(nas_server, **auto)
    assert len(second) == 2
    assert not set(second) & set(ports(podman).values())
    assert list(state.glob("port.*")) == [], "a reservation is left"


def test_check_mode_reserves_nothing(run_module: Run, podman: FakePodman, auto: dict[str, t.Any]) -> None:
    run_module(nas_server, check=True, **auto)
    assert not Path(auto["state_directory"]).exists()


def test_no_port_left_is_told_with_the_reason(run_module: Run, podman: FakePodman, auto: dict[str, t.Any]) -> None:
    with contextlib.ExitStack() as held:
        for port in choices():
            held.enter_context(socket.create_server(("127.0.0.1", port)))
        with pytest.raises(ModuleFailed) as refused:
            run_module(nas_server, **auto)
    first, last = choices()[0], choices()[-1]
    message = str(refused.value)
    assert f"server nas-input-1: port: none of {first}..{last} can be had (127.0.0.1:" in message
    assert message.endswith("); choose one of your own")


def test_chosen_port_is_shown_and_nothing_where_there_is_none_yet(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any]
) -> None:
    asked = {key: value for key, value in auto.items() if key not in _LEFT_OUT}
    shown = run_module(nas_server_info, **asked)
    assert [(each["port"], each["mount_options"], each["mount_command"]) for each in shown["servers"]] == [
        (None, "", "")
    ] * 2
    assert "127.0.0.1:auto" in shown["table"][1] and not [line for line in shown["table"] if "Mount" in line]
    run_module(nas_server, **auto)
    shown = run_module(nas_server_info, **asked)
    for line, each in zip(shown["table"][1:], shown["servers"]):
        port = ports(podman)[each["name"]]
        assert each["port"] == port
        assert f"port={port}" in each["mount_options"] and f"port={port}" in each["mount_command"]
        assert f"127.0.0.1:{port}" in line


def test_clients_are_given_the_chosen_port(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any], tmp_path: Path
) -> None:
    asked = {key: value for key, value in auto.items() if key not in _LEFT_OUT}
    files = {"directory": str(tmp_path / "clients"), "formats": ["env"]}
    with pytest.raises(ModuleFailed, match="server nas-input-1: its port is chosen as it starts; start it first"):
        run_module(nas_client_config, **asked, **files)
    assert run_module(nas_client_config, check=True, **asked, **files)["changed"]
    run_module(nas_server, **auto)
    run_module(nas_client_config, **asked, **files)
    text = "".join(path.read_text() for path in (tmp_path / "clients").rglob("*.env"))
    for port in ports(podman).values():
        assert str(port) in text


def published(podman: FakePodman) -> list[str]:
    (pod,) = podman.pods.values()
    words: list[str] = json.loads(pod["labels"]["file-simulator.description"]).get("published", [])
    return words


def test_port_of_mount_is_chosen_beside_the_other_and_stays(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any]
) -> None:
    both = {**auto, "topology": {"servers": [{"name": "nas-input-1", "port": "auto", "nfs_versions": [3, 4]}]}}
    run_module(nas_server, **both)
    chosen = published(podman)
    numbers = [int(each.split(":")[1]) for each in chosen]
    assert [each.split(":")[2] for each in chosen] == ["2049/tcp", "20048/tcp"]
    assert len(set(numbers)) == 2 and all(number in choices() for number in numbers)
    assert not run_module(nas_server, **both)["changed"]
    assert published(podman) == chosen
    # NFSv4 alone needs it no more, and the port of NFS stays.
    alone = {**auto, "topology": {"servers": [{"name": "nas-input-1", "port": "auto"}]}}
    assert run_module(nas_server, **alone)["changed"]
    assert published(podman) == [] and ports(podman) == {"nas-input-1": numbers[0]}
    assert port_choice.mount_ports_of([]) == {}


def test_server_with_neither_port_nor_address_is_refused_on_podman(
    run_module: Run, podman: FakePodman, auto: dict[str, t.Any]
) -> None:
    with pytest.raises(ModuleFailed, match="server nas-input-1: port: is missing; on podman, choose a free one in"):
        run_module(nas_server, **{**auto, "topology": {"servers": [{"name": "nas-input-1"}]}})
    assert podman.pods == {}
