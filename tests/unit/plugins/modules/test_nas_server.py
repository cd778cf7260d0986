# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_server against a podman that runs nothing: the twelve steps, and everything that is refused."""

from __future__ import annotations

import os
import socket
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import engine as podman_engine
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, windows_directory

from ..conftest import ModuleFailed
from ..fake_podman import FakePodman

IMAGE = "localhost/file-simulator/nas:test"
Run = t.Callable[..., "dict[str, t.Any]"]


@pytest.fixture
def arguments(podman: FakePodman, tmp_path: Path, run_module: Run) -> dict[str, t.Any]:
    """Arguments for a laid-out topology of two servers whose image is there."""
    podman.images = [IMAGE]
    ports = free_ports(3)
    topology = {
        "servers": [{"name": "nas-input-1", "port": ports[0]}, {"name": "nas-output-1", "port": ports[1]}],
    }
    layout = {"drive_root": str(tmp_path / "drives"), "registry": str(tmp_path / "registry.json")}
    whole = {"servers": [*topology["servers"], {"name": "nas-backup", "port": ports[2]}]}
    run_module(windows_directory, topology=whole, **layout)
    return {
        "topology": topology,
        "image": IMAGE,
        "wait": False,
        "drive_root": layout["drive_root"],
        "podman_executable": podman.executable,
        "state_directory": str(tmp_path / "state"),
    }


@pytest.fixture
def overlaps(podman: FakePodman, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pods podman was creating each time that it was told to create one."""
    at_once, seen, run = [0], list[int](), podman.run

    def counted(command: list[str], **options: t.Any) -> tuple[int, str, str]:
        if " pod create " not in " ".join(command):
            return run(command, **options)
        at_once[0] += 1
        seen.append(at_once[0])
        time.sleep(0.05)
        at_once[0] -= 1
        return run(command, **options)

    monkeypatch.setattr(podman, "run", counted)
    return seen


def free_ports(count: int) -> list[int]:
    """Ports of the NodePort range on which nobody listens, and which no other worker of pytest-xdist takes."""
    free = []
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    for port in range(32700 + worker % 4 * 16, 32716 + worker % 4 * 16):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)):
                free.append(port)
        if len(free) == count:
            return free
    raise AssertionError("no free port")


def verbs(result: dict[str, t.Any]) -> list[str]:
    return [f"{action['verb']} {action['server']}" for action in result["actions"]]


def changed_topology(arguments: dict[str, t.Any], **change: t.Any) -> dict[str, t.Any]:
    topology = {**arguments["topology"], "changes": [{"name": "nas-input-1", **change}]}
    return {**arguments, "topology": topology}


def test_twelve_steps(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which calls nothing that changes."""
    modified = changed_topology(arguments, export_options="ro,no_root_squash")
    for state, given, expected in [
        ("present", arguments, ["create nas-input-1", "create nas-output-1"]),
        ("present", arguments, []),
        ("present", modified, ["replace nas-input-1"]),
        ("present", modified, []),
        ("absent", modified, ["remove nas-input-1", "remove nas-output-1"]),
        ("absent", modified, []),
    ]:
        before = podman.changes
        predicted = run_module(nas_server, check=True, state=state, **given)
        assert podman.changes == before, "check mode changed something"
        done = run_module(nas_server, state=state, **given)
        assert verbs(predicted) == verbs(done) == expected
        assert predicted["changed"] == done["changed"] == bool(expected)
        assert predicted["diff"] == done["diff"]
    assert podman.pods == podman.volumes == podman.networks == {}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("state", ["present", "started", "restarted"])
def test_image_without_a_name_is_refused(
    check: bool, state: str, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    """Check mode would predict that all servers are replaced."""
    run_module(nas_server, **arguments)
    before = podman.changes
    with pytest.raises(ModuleFailed, match="image: is empty; name the image that the servers run"):
        run_module(nas_server, check=check, state=state, **{**arguments, "image": ""})
    assert podman.changes == before


def test_diff_shows_the_changed_line(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    diff = run_module(nas_server, check=True, **changed_topology(arguments, export_options="ro,no_root_squash"))["diff"]
    before, after = (diff[side]["nas-input-1"]["config"]["ganesha.conf"] for side in ("before", "after"))
    assert set(before) - set(after) == {"    CLIENT { Clients = gateway; Access_Type = RW; }"}
    assert set(after) - set(before) == {"    CLIENT { Clients = gateway; Access_Type = RO; }"}


def test_one_server_is_added_without_touching_the_others(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    first = dict(podman.pods)
    more = {"servers": [{"name": "nas-backup", "port": free_ports(3)[2]}]}
    result = run_module(nas_server, **{**arguments, "topology": more})
    assert verbs(result) == ["create nas-backup"]
    assert {name: podman.pods[name] for name in first} == first


def test_purge_removes_what_left_the_topology(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    fewer = {"servers": arguments["topology"]["servers"][:1]}
    assert verbs(run_module(nas_server, **{**arguments, "topology": fewer})) == []
    assert verbs(run_module(nas_server, purge=True, **{**arguments, "topology": fewer})) == ["remove nas-output-1"]


def test_disabled_server_goes_and_comes_back(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    assert verbs(run_module(nas_server, **changed_topology(arguments, enabled=False))) == ["remove nas-input-1"]
    assert verbs(run_module(nas_server, **arguments)) == ["create nas-input-1"]


def test_states_of_running_servers(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    both = ["nas-input-1", "nas-output-1"]
    for state, verb in [
        ("stopped", "stop"),
        ("stopped", ""),
        ("present", ""),
        ("started", "start"),
        ("restarted", "restart"),
    ]:
        expected = [f"{verb} {server}" for server in both] if verb else []
        assert verbs(run_module(nas_server, state=state, **arguments)) == expected, state


def test_broken_server_is_started_again(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    podman.pods["file-simulator.nas-input-1"]["containers"]["file-simulator.nas-input-1.sync-agent"] = "exited"
    assert verbs(run_module(nas_server, **arguments)) == ["start nas-input-1"]


def test_server_stops_before_its_agent(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    """The agent must outlive the server, or what was written last stays behind."""
    run_module(nas_server, **arguments)
    run_module(nas_server, state="absent", **{**arguments, "servers": ["nas-output-1"]})
    ends = [call for call in podman.calls if call[0] == "stop" or call[:2] in (["pod", "stop"], ["pod", "rm"])]
    assert [call[-1] for call in ends] == [
        "file-simulator.nas-output-1.nfs-server",
        "file-simulator.nas-output-1.sync-agent",
        "file-simulator.nas-output-1",
        "file-simulator.nas-output-1",
    ]


def test_persistent_storage_outlives_its_pod(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    persistent = changed_topology(arguments, storage={"type": "persistent"})
    run_module(nas_server, **persistent)
    run_module(
        nas_server, **changed_topology(arguments, storage={"type": "persistent"}, export_options="ro,no_root_squash")
    )
    assert "file-simulator.nas-input-1.export" in podman.volumes
    run_module(nas_server, state="absent", **persistent)
    assert list(podman.volumes) == ["file-simulator.nas-input-1.export"]
    run_module(nas_server, **persistent)
    run_module(nas_server, state="absent", delete_storage=True, **persistent)
    assert podman.volumes == {}


def test_no_two_servers_share_a_volume(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, **arguments)
    mounts: dict[str, set[str]] = {}
    for call in podman.calls:
        if call[0] == "create":
            pod = call[call.index("--pod") + 1]
            for word in (word for word in call if word.startswith("type=")):
                mounts.setdefault(word.split("source=")[1].split(",")[0], set()).add(pod)
    assert mounts and all(len(pods) == 1 for pods in mounts.values()), mounts


def test_loopback_clients_are_let_in_through_the_gateway(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    result = run_module(nas_server, **changed_topology(arguments, clients=["127.0.0.1", "192.0.2.0/24"]))
    config = result["diff"]["after"]["nas-input-1"]["config"]["ganesha.conf"]
    assert "    CLIENT { Clients = 127.0.0.1/32, 192.0.2.0/24, gateway; Access_Type = RW; }" in config
    (written,) = Path(arguments["state_directory"]).glob("*/nas-input-1/ganesha.conf")
    assert "Clients = 127.0.0.1/32, 192.0.2.0/24, 10.89.0.1/32;" in written.read_text()
    assert "    Access_Type = None;" in config


class TestRefused:
    """Nothing may be touched when something is wrong."""

    @pytest.fixture(autouse=True)
    def untouched(self, podman: FakePodman, arguments: dict[str, t.Any]) -> t.Iterator[None]:
        yield
        assert podman.changes == []

    def test_port_in_use(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        port = arguments["topology"]["servers"][1]["port"]
        with socket.create_server(("127.0.0.1", port)):
            for check in (True, False):
                with pytest.raises(ModuleFailed, match=rf"server nas-output-1: port: 127.0.0.1:{port} is in use"):
                    run_module(nas_server, check=check, **arguments)

    def test_unmounted_data_root(self, run_module: Run, arguments: dict[str, t.Any], tmp_path: Path) -> None:
        root = tmp_path / "drives" / "c" / "simulator-data"
        root.rename(tmp_path / "elsewhere")
        root.mkdir()
        with pytest.raises(ModuleFailed, match=r"server nas-input-1: directory: C:\\simulator-data .* not mounted"):
            run_module(nas_server, **arguments)

    def test_missing_image(self, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
        podman.images = []
        with pytest.raises(ModuleFailed, match=r"is not there; make up .*the role nas_image"):
            run_module(nas_server, **arguments)

    def test_unknown_server(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match="servers: 'nas-input-9' is not in the topology"):
            run_module(nas_server, **{**arguments, "servers": ["nas-input-9"]})

    def test_wrong_topology(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match="topology: server nas-input-1: role: 'spare' is unknown"):
            run_module(nas_server, **changed_topology(arguments, role="spare"))

    def test_missing_podman(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match="no-such-podman is not installed"):
            run_module(nas_server, **{**arguments, "podman_executable": "no-such-podman"})

    def test_not_root(self, run_module: Run, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
        from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import podman as _podman

        monkeypatch.setattr(_podman.os, "geteuid", lambda: 1000)
        with pytest.raises(ModuleFailed, match="become: true"):
            run_module(nas_server, **arguments)


def test_check_mode_without_podman_predicts(run_module: Run, arguments: dict[str, t.Any]) -> None:
    result = run_module(nas_server, check=True, **{**arguments, "podman_executable": "no-such-podman"})
    assert verbs(result) == ["create nas-input-1", "create nas-output-1"]


def test_windows_directory_of_another_instance_is_refused(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    run_module(nas_server, **arguments)
    ports = free_ports(3)
    servers = [{"name": "nas-input-1", "port": ports[2]}]
    other = {**arguments, "topology": {"instance": "second", "servers": servers}}
    with pytest.raises(ModuleFailed, match="that of nas-input-1 of instance file-simulator, are one, or one lies in"):
        run_module(nas_server, **other)
    run_module(nas_server, state="absent", **arguments)
    # Not running, the directory is still claimed.
    with pytest.raises(ModuleFailed, match="is that of instance file-simulator; give each instance its own"):
        run_module(nas_server, **other)


@pytest.mark.parametrize("way", ["link", "nested", "case"])
def test_windows_directory_that_another_instance_reaches_otherwise_is_refused(
    way: str, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    run_module(nas_server, **arguments)
    drive = Path(arguments["drive_root"], "c")
    if way == "link":
        (drive / "link").symlink_to("simulator-data")
    path = {
        "link": r"C:\link\nas-input-1",
        "nested": r"C:\simulator-data\nas-input-1\deeper",
        "case": r"C:\simulator-data\NAS-Input-1",
    }[way]
    server = {"name": "nas-input-1", "port": free_ports(3)[2], "directory": path}
    topology = {"instance": "second", "data_root": r"C:\second", "servers": [server]}
    layout = {"topology": topology, "drive_root": arguments["drive_root"], "registry": str(tmp_path / "registry.json")}
    with pytest.raises(
        ModuleFailed, match=r"nas-input-1' of instance file-simulator|server nas-input-1 of instance file"
    ):
        run_module(windows_directory, **layout)
    with pytest.raises(ModuleFailed, match="one lies in the other; give each instance its own data_root"):
        run_module(nas_server, **{**arguments, "topology": topology})


def test_one_run_at_a_time_changes_an_instance(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three runs at once removed each other's parts, and all of them failed."""
    monkeypatch.setattr(podman_engine, "_LOCK_SECONDS", 0.1)
    lock = os.path.join(arguments["state_directory"], "file-simulator.lock")
    with locked(lock, "it", "the run for state 'started'", 0):
        with pytest.raises(ModuleFailed, match=r"instance file-simulator: the run for state 'started' of .* since"):
            run_module(nas_server, **arguments)
        assert podman.changes == []
        run_module(nas_server, check=True, **arguments)
    assert verbs(run_module(nas_server, **arguments)) == ["create nas-input-1", "create nas-output-1"]


def test_data_root_of_a_running_instance_moves_only_when_that_is_said(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    """Another HOME moved all servers to another data root, and their volumes were removed."""
    run_module(nas_server, **arguments)
    before, volumes = podman.changes, dict(podman.volumes)
    moved = {**arguments, "drive_root": str(tmp_path / "other")}
    run_module(
        windows_directory,
        **{"topology": arguments["topology"], "drive_root": moved["drive_root"], "registry": str(tmp_path / "r.json")},
    )
    line = (
        f"runs on {arguments['drive_root']}/.*, and this would move it to {moved['drive_root']}/.*move_data_root: true"
    )
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=line):
            run_module(nas_server, check=check, **moved)
    assert (podman.changes, podman.volumes) == (before, volumes)
    assert verbs(run_module(nas_server, **{**moved, "move_data_root": True})) == [
        "replace nas-input-1",
        "replace nas-output-1",
    ]


def test_running_instance_is_found_by_whoever_asks(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_module(nas_server, **arguments)
    root = arguments.pop("drive_root")
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    assert run_module(nas_server, **arguments)["changed"] is False
    layout = {"topology": arguments["topology"], "state_directory": arguments["state_directory"]}
    found = run_module(windows_directory, registry=str(tmp_path / "registry.json"), **layout)
    assert found["changed"] is False and found["data_root"]["local_directory"].startswith(root)
    run_module(nas_server, state="absent", **arguments)
    assert not Path(arguments["state_directory"], "file-simulator").exists()


def test_failed_start_tells_the_cause(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    podman.fail = {"pod start file-simulator.nas-input-1": "init container exited with code 3"}
    podman.logs = {"file-simulator.nas-input-1.sync-windows-data": "starting\nthe marker is gone"}
    podman.last_runs = {"file-simulator.nas-input-1.sync-windows-data": (time.time() + 1, 3)}
    with pytest.raises(ModuleFailed, match=r"server nas-input-1: start the pod: .*: the marker is gone") as failure:
        run_module(nas_server, **arguments)
    assert failure.value.result["rc"] == 125
    assert "file-simulator.nas-output-1" in podman.pods, "one failure stopped the others"


def test_failed_creation_leaves_nothing_half_done(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.fail = {"create --pod file-simulator.nas-input-1": "no space left on device"}
    with pytest.raises(ModuleFailed, match=r"server nas-input-1: create sync-windows-data: .*no space left"):
        run_module(nas_server, **arguments)
    assert "file-simulator.nas-input-1" not in podman.pods
    assert "file-simulator.nas-input-1.export" not in podman.volumes


def test_neighbours_are_kept_out_each_time(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    run_module(nas_server, check=True, **arguments)
    assert podman.rules == []
    for _time in range(2):
        run_module(nas_server, **arguments)
        assert 'oifname "podman7" drop' in podman.rules.pop()
    run_module(nas_server, **{**arguments, "state": "absent"})
    assert "drop" not in podman.rules.pop()


def test_rules_go_before_the_network(run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]) -> None:
    """The next network gets the bridge, somebody else's perhaps: a run that ends between the two leaves no rules."""
    run_module(nas_server, **arguments)
    podman.rules.clear()
    podman.fail["network rm"] = "killed"
    with pytest.raises(ModuleFailed):
        run_module(nas_server, **{**arguments, "state": "absent"})
    assert podman.rules == [
        "table inet file_simulator_file-simulator {}\ndelete table inet file_simulator_file-simulator\n"
    ]


def test_rules_of_a_network_that_was_removed_by_hand_go(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.tables = {"file_simulator_file-simulator": ""}
    removed = run_module(nas_server, **{**arguments, "state": "absent"})
    assert removed["changed"]
    assert "delete table inet file_simulator_file-simulator" in podman.rules.pop()


def test_rules_of_another_for_the_same_bridge_go(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.tables = {
        "file_simulator_gone": '  oifname "podman7" drop\n',
        "file_simulator_there": '  oifname "podman8" drop\n',
        "somebody_else": '  oifname "podman7" drop\n',
    }
    run_module(nas_server, **arguments)
    assert [rules for rules in podman.rules if rules.endswith("delete table inet file_simulator_gone\n")]
    assert not [rules for rules in podman.rules if "there" in rules or "else" in rules]


def test_machine_without_such_rules_is_warned_of(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.fail["nft"] = "Could not process rule: Operation not supported"
    warnings = str(run_module(nas_server, **arguments)["warnings"])
    assert "is not kept out of it: nft: Error: Could not process rule" in warnings


def test_pods_are_created_one_after_the_other(
    run_module: Run, arguments: dict[str, t.Any], overlaps: list[int]
) -> None:
    """Each podman that finds its own pause image missing builds it, and all but the last of these are left without a name."""
    run_module(nas_server, **arguments)
    assert overlaps == [1, 1]
