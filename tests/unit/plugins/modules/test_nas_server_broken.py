# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""States in which a start is not enough: the server is made anew around the volume that it has."""

from __future__ import annotations

import os
import shutil
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import processes
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import AGENT_OCCUPIED
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman
from .test_nas_server import Run, arguments, verbs

__all__ = ["arguments"]
POD = "file-simulator.nas-input-1"
AGENT = f"{POD}.sync-agent"


def _without_a_container(podman: FakePodman, _state: Path) -> None:
    del podman.pods[POD]["containers"][AGENT]


def _without_containers(podman: FakePodman, _state: Path) -> None:
    podman.pods[POD]["containers"] = {}


def _renamed(podman: FakePodman, _state: Path) -> None:
    podman.pods[POD]["containers"]["else"] = podman.pods[POD]["containers"].pop(AGENT)


def _without_configuration(_podman: FakePodman, state: Path) -> None:
    shutil.rmtree(state / "file-simulator" / "nas-input-1")


def _with_half_a_configuration(_podman: FakePodman, state: Path) -> None:
    (state / "file-simulator" / "nas-input-1" / "ganesha.conf").write_text("EXPORT {")


@pytest.mark.parametrize("state", ["present", "started", "restarted"])
@pytest.mark.parametrize(
    "break_it",
    [_without_a_container, _without_containers, _renamed, _without_configuration, _with_half_a_configuration],
)
def test_pod_is_completed_around_its_volume(
    run_module: Run,
    podman: FakePodman,
    arguments: dict[str, t.Any],
    break_it: t.Callable[[FakePodman, Path], None],
    state: str,
) -> None:
    run_module(nas_server, **arguments)
    break_it(podman, Path(arguments["state_directory"]))
    before = len(podman.calls)
    one = {**arguments, "servers": ["nas-input-1"]}
    predicted = run_module(nas_server, check=True, state=state, **one)
    done = run_module(nas_server, state=state, **one)
    assert verbs(predicted) == verbs(done) == ["repair nas-input-1"]
    assert predicted["diff"] == done["diff"]
    assert done["diff"]["before"]["nas-input-1"]["state"].startswith("broken: ")
    assert not [call for call in podman.calls[before:] if call[0] == "volume" and call[1] in ("rm", "create")]
    assert sorted(podman.pods[POD]["containers"]) == [f"{POD}.nfs-server", AGENT, f"{POD}.sync-windows-data"]
    assert verbs(run_module(nas_server, state="started", **one)) == []


@pytest.fixture
def power_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each container has the files of a process that is no more: its number is another program's now."""
    monkeypatch.setattr(processes, "_USERDATA", str(tmp_path / "run" / "{container}" / "userdata"))
    monkeypatch.setattr(processes, "ALIVE", str(tmp_path / "alive"))
    (tmp_path / "alive").touch()
    monkeypatch.setattr(processes, "_LOCKS", str(tmp_path / "locks"))
    monkeypatch.setattr(processes, "_PROC", str(tmp_path / "proc"))
    for name in ("sync-agent", "nfs-server"):
        userdata = tmp_path / "run" / f"id-of-{POD}.{name}" / "userdata"
        userdata.mkdir(parents=True)
        (userdata / "conmon.pid").write_text("7")
        (userdata / "pidfile").write_text("8\n")
    for number in ("7", "8"):
        (tmp_path / "proc" / number).mkdir(parents=True)
        (tmp_path / "proc" / number / "cmdline").write_text("/usr/sbin/sshd")
        (tmp_path / "proc" / number / "cgroup").write_text("0::/system.slice/ssh.service")


def test_container_without_a_process_does_not_run(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], power_loss: None
) -> None:
    given = {key: value for key, value in arguments.items() if key not in ("image", "wait")}
    run_module(nas_server, **arguments)
    report = run_module(nas_server_info, servers=["nas-input-1"], **given)["servers"][0]
    assert report["state"] == "broken" and "podman did not see nfs-server end" in report["problem"]
    assert "make up" in report["problem"]
    alive = Path(processes.ALIVE)
    assert alive.exists()
    before = len(podman.calls)
    done = run_module(nas_server, state="started", **{**arguments, "servers": ["nas-input-1"]})
    assert verbs(done) == ["repair nas-input-1"]
    assert not [call for call in podman.calls[before:] if call[0] == "stop"], "nothing is there that could be stopped"
    assert not alive.exists(), "podman was not told of the restart"


def test_podman_keeps_its_state_while_a_container_lives(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], power_loss: None, tmp_path: Path
) -> None:
    """Podman's other containers are no business of ours, and use their locks."""
    run_module(nas_server, **arguments)
    userdata = tmp_path / "run" / "stranger" / "userdata"
    userdata.mkdir(parents=True)
    (userdata / "pidfile").write_text("9")
    (tmp_path / "proc" / "9").mkdir()
    (tmp_path / "proc" / "9" / "cgroup").write_text("0::/libpod-stranger")
    assert verbs(run_module(nas_server, state="started", **arguments)) == ["repair nas-input-1"]
    assert (tmp_path / "alive").exists()


def test_podman_is_told_of_a_restart_before_which_nothing_ran(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], power_loss: None, tmp_path: Path
) -> None:
    """Its locks are new all the same, and their numbers in its database old."""
    (tmp_path / "locks").touch()
    os.utime(tmp_path / "alive", (1, 1))
    run_module(nas_server, **arguments)
    assert not (tmp_path / "alive").exists()


@pytest.mark.parametrize("lives", [("7", "cmdline", "conmon\0-c\0{id}"), ("8", "cgroup", "0::/libpod-{id}")])
def test_container_lives_while_one_of_its_processes_does(
    tmp_path: Path, power_loss: None, lives: tuple[str, str, str]
) -> None:
    number, name, text = lives
    container = f"id-of-{AGENT}"
    assert processes.is_dead(container)
    (tmp_path / "proc" / number / name).write_text(text.format(id=container))
    assert not processes.is_dead(container)


def test_container_of_which_nothing_is_known_counts_as_alive(power_loss: None) -> None:
    assert not processes.is_dead("another")


def test_what_a_failed_removal_left_goes_with_the_next(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    podman.fail["network rm"] = "network is being used"
    with pytest.raises(ModuleFailed, match="network is being used"):
        run_module(nas_server, state="absent", **arguments)
    podman.fail.clear()
    assert run_module(nas_server, check=True, state="absent", **arguments)["changed"]
    assert run_module(nas_server, state="absent", **arguments)["changed"]
    assert not podman.networks
    assert not run_module(nas_server, state="absent", **arguments)["changed"]


def test_container_that_podman_did_not_finish_gives_its_name_back(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.unfinished = {AGENT: "0123456789ab", f"{POD}.infra": "123456789abc", "of-somebody-else": "ba9876543210"}
    run_module(nas_server, **arguments)
    assert AGENT in podman.pods[POD]["containers"]
    assert list(podman.unfinished) == ["of-somebody-else"]


def test_removal_takes_unfinished_containers_of_ours_alone(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.unfinished = {AGENT: "0123456789ab", "other.nas-input-1.sync-agent": "ba9876543210"}
    assert run_module(nas_server, state="absent", **arguments)["changed"]
    assert list(podman.unfinished) == ["other.nas-input-1.sync-agent"]
    assert not run_module(nas_server, state="absent", **arguments)["changed"]


@pytest.mark.parametrize("call", ["pod rm", "volume rm"])
@pytest.mark.parametrize("words", ["freeing pod 4f2 lock: no such file or directory", "words of another podman"])
def test_failure_to_remove_what_is_gone_stops_no_removal(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], call: str, words: str
) -> None:
    run_module(nas_server, **arguments)
    podman.complain[call] = words
    run_module(nas_server, state="absent", **arguments)
    assert not podman.pods and not podman.volumes
    made = [words for words in podman.calls if " ".join(words).startswith(call)]
    assert len(made) == len({words[-1] for words in made}) == 2


@pytest.mark.parametrize(
    "words",
    [
        "runc create failed: container with given ID already exists",
        "cannot start an already running container",
        "cannot start container 2275 as it is being removed: container state improper",
        "unable to restart a container in a paused or unknown state: container state improper",
    ],
)
def test_container_that_the_runtime_still_knows_is_made_anew(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """A run was interrupted after podman had cleared its state: what the runtime wrote is still there."""
    run_module(nas_server, **arguments)
    run_module(nas_server, state="stopped", **arguments)
    _fails_until_made_anew(podman, monkeypatch, words)
    run_module(nas_server, state="started", **arguments)
    assert podman.pods[POD]["containers"][AGENT] == "running"
    assert not [call for call in podman.calls if call[:2] == ["volume", "rm"]]


@pytest.mark.parametrize(
    ("status", "ago", "anew"),
    [
        pytest.param(AGENT_OCCUPIED, 0, True, id="another agent, which a new pod ends"),
        pytest.param(127, 0, True, id="the runtime could not start it"),
        pytest.param(3, 60, True, id="failed in an earlier run, and was not started in this one"),
        pytest.param(0, 0, True, id="has done its work"),
        pytest.param(3, 0, False, id="failed"),
        pytest.param(1, 0, False, id="failed for another reason"),
    ],
)
def test_initial_copy_that_failed_would_fail_in_a_new_pod(
    run_module: Run,
    podman: FakePodman,
    arguments: dict[str, t.Any],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    ago: int,
    anew: bool,
) -> None:
    """Told by the copy's exit status: what podman says of it is another sentence in each version."""
    run_module(nas_server, **arguments)
    run_module(nas_server, state="stopped", **arguments)
    _fails_until_made_anew(podman, monkeypatch, "whatever podman says")
    podman.last_runs[f"{POD}.sync-windows-data"] = (time.time() + 1 - ago, status)
    if anew:
        run_module(nas_server, state="started", **arguments)
        assert podman.pods[POD]["containers"][AGENT] == "running"
    else:
        with pytest.raises(ModuleFailed, match=r"start the pod: .*whatever podman says"):
            run_module(nas_server, state="started", **arguments)


def _fails_until_made_anew(podman: FakePodman, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    podman.fail["pod start file-simulator.nas-input-1"] = words
    create = podman._pod_create

    def anew(arguments: list[str]) -> None:
        podman.fail.clear()
        create(arguments)

    monkeypatch.setattr(podman, "_pod_create", anew)


def test_container_is_dead_whose_process_nobody_buries(tmp_path: Path, power_loss: None) -> None:
    container = f"id-of-{AGENT}"
    (tmp_path / "proc" / "8" / "cgroup").write_text(f"0::/libpod-{container}")
    (tmp_path / "proc" / "8" / "stat").write_text("8 (python3) S 1")
    assert not processes.is_dead(container)
    (tmp_path / "proc" / "8" / "stat").write_text("8 (a) b) Z 1 8")
    assert processes.is_dead(container)


def test_what_a_killed_removal_left_goes_with_the_next(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    """The end came between the network and the files of the instance."""
    run_module(nas_server, **arguments)
    run_module(nas_server, state="absent", **arguments)
    left = Path(arguments["state_directory"]) / "file-simulator"
    left.mkdir()
    (left / "neighbours.nft").write_text("")
    assert run_module(nas_server, check=True, state="absent", **arguments)["changed"] and left.exists()
    assert run_module(nas_server, state="absent", **arguments)["changed"]
    assert not left.exists()
    assert not run_module(nas_server, state="absent", **arguments)["changed"]
