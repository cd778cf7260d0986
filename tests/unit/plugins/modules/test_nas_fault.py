# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_fault and nas_fault_info against a podman that runs nothing."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.modules import nas_fault, nas_server

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import IMAGE, Run, arguments

__all__ = ["arguments"]

Mapping = dict[str, t.Any]
OUTPUT = "nas-output-1"


@pytest.fixture
def given(run_module: Run, podman: FakePodman, arguments: Mapping) -> Mapping:
    """The arguments that name a server that runs."""
    run_module(nas_server, **arguments)
    for name in [name for pod in podman.pods.values() for name in pod["containers"] if name.endswith(".nfs-server")]:
        podman.processes[name] = 4242
    kept = {name: arguments[name] for name in ("topology", "podman_executable", "state_directory")}
    return {**kept, "servers": [OUTPUT]}


def on(podman: FakePodman) -> list[str]:
    """What the helpers that run were told, by server."""
    return [
        f"{each['Labels']['file-simulator.server']} {fault['fault']}"
        for each in podman.helpers.values()
        for fault in json.loads(each["Command"][3])["faults"]
    ]


def test_twelve_steps(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    slow = {**given, "fault": "slow", "delay": 300}
    slower = {**given, "fault": "slow", "delay": 900}
    gone = {**given, "state": "absent", "fault": "slow"}
    for wanted, after in ((slow, [f"{OUTPUT} slow"]), (slower, [f"{OUTPUT} slow"]), (gone, [])):
        before = dict(podman.helpers)
        assert run_module(nas_fault, check=True, **wanted)["changed"]
        assert podman.helpers == before
        assert run_module(nas_fault, **wanted)["changed"]
        assert on(podman) == after and podman.helpers != before
        changed = dict(podman.helpers)
        assert not run_module(nas_fault, check=True, **wanted)["changed"]
        assert not run_module(nas_fault, **wanted)["changed"]
        assert podman.helpers == changed


def test_what_is_run(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    run_module(nas_fault, **given, fault="full", duration=60)
    (call,) = [call for call in podman.calls if call[0] == "run" and "--detach" in call]
    words = " ".join(call)
    assert "--pid ns:/proc/4242/ns/pid --network none --cap-drop all --cap-add SYS_PTRACE" in words
    assert "no-new-privileges" in words and "--privileged" not in words and "--read-only" in call
    assert IMAGE in call
    order = json.loads(call[-1])
    assert order["exports"] == ["/export/data"] and order["ports"] == [2049]
    label = next(word for word in call if word.startswith("file-simulator.fault="))
    assert label.startswith("file-simulator.fault=full: writes and new files get ENOSPC, until 2")
    # In nobody's pod, so that no start of a pod starts it again.
    assert "--pod" not in call and "--rm" in call and "--restart" not in call


def test_refusing_connections_takes_another_right(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    run_module(nas_fault, **given, fault="unreachable")
    (call,) = [call for call in podman.calls if call[0] == "run" and "--detach" in call]
    words = " ".join(call)
    assert "--network ns:/proc/4242/ns/net --cap-drop all --cap-add NET_ADMIN --security-opt" in words


def test_all_servers_of_the_topology(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    everywhere = {**given, "servers": None}
    result = run_module(nas_fault, **everywhere, fault="hang")
    running = [name.split(".")[1] for name in podman.pods]
    assert {each["server"] for each in result["servers"]} == set(running)
    assert sorted(on(podman)) == sorted(f"{name} hang" for name in running)
    assert run_module(nas_fault, **everywhere, state="absent")["changed"]
    assert podman.helpers == {}


def test_several_are_made_by_one_helper(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    run_module(nas_fault, **given, fault="full")
    run_module(nas_fault, **given, fault="slow", delay=10)
    assert on(podman) == [f"{OUTPUT} full", f"{OUTPUT} slow"] and len(podman.helpers) == 1
    with pytest.raises(ModuleFailed, match=f"server {OUTPUT}: fault: 'hang' cannot be on beside 'full'"):
        run_module(nas_fault, **given, fault="hang")
    run_module(nas_fault, **given, state="absent", fault="full")
    assert on(podman) == [f"{OUTPUT} slow"]


def test_new_helper_is_there_before_the_old_one_goes(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    run_module(nas_fault, **given, fault="full")
    podman.calls.clear()
    run_module(nas_fault, **given, fault="slow", delay=10)
    verbs = [call[0] for call in podman.calls if call[0] in ("run", "rm")]
    assert verbs == ["run", "rm"]


def test_kernel_that_refuses(run_module: Run, podman: FakePodman, given: Mapping, monkeypatch: t.Any) -> None:
    """A helper that ends at once has taken its words with it: another one says them."""
    detached = FakePodman._run_helper

    def ends_at_once(self: FakePodman, words: list[str]) -> str:
        detached(self, words)
        self.helpers.clear()
        self.logs.clear()
        self.fail["run --rm --pull never --name"] = "the kernel refuses: Operation not permitted"
        return ""

    monkeypatch.setattr(FakePodman, "_run_helper", ends_at_once)
    with pytest.raises(
        ModuleFailed, match=r"the fault could not be made: .*the kernel refuses: Operation not permitted"
    ):
        run_module(nas_fault, **given, fault="full")


def test_refused(run_module: Run, podman: FakePodman, given: Mapping) -> None:
    for options, message in (
        ({"fault": "slow"}, "delay: is missing; the fault 'slow' needs it"),
        ({"fault": "full", "every": 2}, "every: is no option of the fault 'full'"),
        ({"state": "absent", "delay": 3}, "delay: means nothing with state 'absent'"),
        ({"fault": "full", "servers": ["nas-9"]}, "servers: 'nas-9' is not in the topology"),
        ({}, "fault"),
    ):
        with pytest.raises(ModuleFailed, match=message):
            run_module(nas_fault, **{**given, **options})
    assert podman.helpers == {}
    podman.pods.clear()
    with pytest.raises(ModuleFailed, match=f"server {OUTPUT}: it does not run, so there is nothing to break"):
        run_module(nas_fault, **given, fault="full")
    assert not run_module(nas_fault, **given, state="absent")["changed"]


@pytest.mark.parametrize("state", ["present", "started", "restarted", "stopped", "absent"])
def test_whatever_is_done_with_a_server_ends_its_faults(
    run_module: Run, podman: FakePodman, given: Mapping, arguments: Mapping, state: str
) -> None:
    run_module(nas_fault, **given, fault="hang")
    foretold = run_module(nas_server, check=True, **{**arguments, "state": state})
    assert foretold["changed"] and on(podman) == [f"{OUTPUT} hang"]
    done = run_module(nas_server, **{**arguments, "state": state})
    assert done["changed"] and podman.helpers == {}
    told = f"server {OUTPUT}: its fault was ended: hang: clients get no answer, and their connections stay, until it is ended"
    assert told in str(done["warnings"]) and told in str(foretold["warnings"])
