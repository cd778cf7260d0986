# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory of servers: hosts, groups and variables, what is kept, and what it says where it cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache
from ansible.utils import vars as _vars
from ansible.vars.reserved import is_reserved_name

from ansible_collections.file_simulator.nas.plugins.doc_fragments import _engine, _podman, _topology
from ansible_collections.file_simulator.nas.plugins.inventory.servers import DOCUMENTATION, EXAMPLES, InventoryModule
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import status as _kubernetes_status
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman import status as _podman_status
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer
from ansible_collections.file_simulator.nas.plugins.modules import nas_server, nas_server_info, windows_directory
from ansible_collections.file_simulator.nas.plugins.plugin_utils._inventory.caller import ControllerCaller

from ..fake_kubernetes import FakeKubernetes
from ..fake_kubernetes_api import write_kubeconfig
from ..fake_podman import FakePodman

PLUGIN = "file_simulator.nas.servers"
IMAGE = "localhost/file-simulator/nas:test"
TOPOLOGY = {
    "servers": [
        {"name": "nas-input-1", "port": 31800},
        {"name": "nas-backup", "port": 31801},
        {"name": "nas-output-1", "port": 31802, "enabled": False},
    ]
}
Run = t.Callable[..., "dict[str, t.Any]"]
Read = t.Callable[..., InventoryData]


# Imported before any other test can have Ansible's own importer take over.
FRAGMENTS = {
    "ansible.builtin.constructed": constructed,
    "ansible.builtin.inventory_cache": inventory_cache,
    "file_simulator.nas._topology": _topology,
    "file_simulator.nas._engine": _engine,
    "file_simulator.nas._podman": _podman,
}


def options() -> dict[str, t.Any]:
    """The options as ansible-doc shows them, with those of the fragments."""
    documentation = yaml.safe_load(DOCUMENTATION)
    found: dict[str, t.Any] = {}
    for name in documentation["extends_documentation_fragment"]:
        found.update(yaml.safe_load(FRAGMENTS[name].ModuleDocFragment.DOCUMENTATION)["options"])
    return {**found, **documentation["options"]}


@pytest.fixture
def extra_variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """What -e gives."""
    variables: dict[str, t.Any] = {}
    monkeypatch.setattr("ansible.plugins.inventory.load_extra_vars", lambda _loader: variables)
    assert _vars.load_extra_vars
    return variables


@pytest.fixture
def read(tmp_path: Path, extra_variables: dict[str, t.Any]) -> Read:
    """Reads an inventory file with these settings, as Ansible does; ``into`` an inventory that has something already."""
    C.config.initialize_plugin_configuration_definitions("inventory", "servers", options())

    def parsed(*, into: InventoryData | None = None, use_cache: bool = True, **settings: t.Any) -> InventoryData:
        path = tmp_path / "desk.nas_servers.yml"
        path.write_text(yaml.safe_dump({"plugin": PLUGIN, **settings}))
        plugin = InventoryModule()
        plugin._load_name, plugin._redirected_names, plugin.ansible_name = "servers", [PLUGIN], PLUGIN
        inventory = into or InventoryData()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path), cache=use_cache)
        if settings.get("cache"):
            plugin.update_cache_if_changed()
        return inventory

    return parsed


@pytest.fixture
def desk(podman: FakePodman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """How podman and the drives of an inventory's machine are found."""
    monkeypatch.setattr(
        ControllerCaller, "run_command", lambda self, command, **options: podman.run(command, **options)
    )
    monkeypatch.setattr(_podman_status, "spaces_of", lambda paths: dict.fromkeys(paths, (1, 2)))
    monkeypatch.setattr(_podman_status, "ask", lambda service, _timeout: Answer((service.port, 1), 0.0))
    podman.images = [IMAGE]
    return {
        "drive_root": str(tmp_path / "drives"),
        "podman_executable": podman.executable,
        "state_directory": str(tmp_path / "state"),
    }


@pytest.fixture
def running(desk: dict[str, t.Any], tmp_path: Path, run_module: Run) -> dict[str, t.Any]:
    """Settings for a topology of two servers that run, and one that is disabled."""
    settings = {**desk, "topology": TOPOLOGY}
    stand_up(run_module, tmp_path, settings)
    return settings


def stand_up(run_module: Run, tmp_path: Path, settings: dict[str, t.Any]) -> None:
    layout = {name: settings[name] for name in ("topology", "drive_root")}
    run_module(windows_directory, registry=str(tmp_path / "registry.json"), **layout)
    run_module(nas_server, image=IMAGE, wait=False, **settings)


def groups(inventory: InventoryData) -> dict[str, list[str]]:
    found = inventory.get_groups_dict()
    return {name: hosts for name, hosts in found.items() if name not in ("all", "ungrouped")}


def variables(inventory: InventoryData, host: str) -> dict[str, t.Any]:
    found = dict(inventory.get_host(host).get_vars())
    del found["group_names"]
    return found


def test_servers_are_hosts_in_groups_by_role(read: Read, running: dict[str, t.Any]) -> None:
    inventory = read(**running)
    assert groups(inventory) == {
        "nas_servers": ["nas-input-1", "nas-backup"],
        "nas_input": ["nas-input-1"],
        "nas_backup": ["nas-backup"],
        "nas_output": [],
    }


def test_variables_are_what_nas_server_info_returns(read: Read, running: dict[str, t.Any], run_module: Run) -> None:
    inventory = read(**running)
    for report in run_module(nas_server_info, **running)["servers"][:2]:
        found = variables(inventory, report["name"])
        assert {name: found[f"nas_{name}"] for name in report} == report
        assert (found["ansible_connection"], found["ansible_python_interpreter"]) == ("local", sys.executable)
        assert [name for name in found if is_reserved_name(name)] == []


def test_what_servers_tell_is_no_template(
    read: Read, running: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"refused": [{"path": "{{ 7 * 7 }}", "reason": "x"}]}
    monkeypatch.setattr(_podman_status, "read_status", lambda _mountpoint: told)
    monkeypatch.setattr(FakePodman, "_volume_ls", lambda self, _words: json.dumps(
        [{"Name": name, "Mountpoint": "/nowhere"} for name in self.volumes]
    ))  # fmt: skip
    found = variables(read(**running, compose={"first": "nas_sync.refused[0].path"}), "nas-input-1")
    assert found["nas_sync"] == told
    assert found["first"] == "{{ 7 * 7 }}"


def test_keyed_groups_composed_groups_and_variables(read: Read, running: dict[str, t.Any]) -> None:
    inventory = read(
        **running,
        strict=True,
        keyed_groups=[{"key": name, "prefix": name} for name in ("nas_engine", "nas_instance", "nas_state")],
        groups={"read_only": "nas_read_only"},
        compose={"export": "nas_host ~ ':' ~ nas_path", "ansible_connection": "'ssh'"},
    )
    both = ["nas-input-1", "nas-backup"]
    assert groups(inventory).items() >= {
        "nas_engine_podman": both,
        "nas_instance_file_simulator": both,
        "nas_state_ready": both,
        "read_only": ["nas-backup"],
    }.items()  # fmt: skip
    found = variables(inventory, "nas-backup")
    assert (found["export"], found["ansible_connection"]) == ("127.0.0.1:/data", "ssh")


def test_strict_refuses_what_cannot_be_composed(read: Read, running: dict[str, t.Any]) -> None:
    assert "wrong" not in variables(read(**running, compose={"wrong": "nothing.at_all"}), "nas-backup")
    with pytest.raises(AnsibleError, match="Could not set wrong for host nas-input-1"):
        read(**running, compose={"wrong": "nothing.at_all"}, strict=True)


def test_states_choose_the_hosts(read: Read, running: dict[str, t.Any], run_module: Run) -> None:
    run_module(nas_server, image=IMAGE, state="stopped", servers=["nas-backup"], **running)
    assert list(read(**running).hosts) == ["nas-input-1"]
    assert list(read(**running, states=["stopped", "absent"]).hosts) == ["nas-backup", "nas-output-1"]
    with pytest.raises(AnsibleError, match="states"):
        read(**running, states=["asleep"])


def test_one_of_the_servers(read: Read, running: dict[str, t.Any]) -> None:
    assert list(read(**running, servers=["nas-backup"]).hosts) == ["nas-backup"]
    with pytest.raises(
        AnsibleParserError, match=r"desk.nas_servers.yml: servers: 'nas-backup-9' is not in the topology"
    ):
        read(**running, servers=["nas-backup-9"])


def test_topology_of_the_playbooks(
    read: Read, running: dict[str, t.Any], extra_variables: dict[str, t.Any], tmp_path: Path
) -> None:
    desk = {name: value for name, value in running.items() if name != "topology"}
    extra_variables["file_simulator_topology"] = TOPOLOGY
    assert list(read(**desk).hosts) == ["nas-input-1", "nas-backup"]
    extra_variables.clear()
    (tmp_path / "my-topology.yml").write_text(yaml.safe_dump({"file_simulator_topology": TOPOLOGY}))
    assert list(read(**desk, topology_file="my-topology.yml").hosts) == ["nas-input-1", "nas-backup"]
    with pytest.raises(AnsibleParserError, match="topology and topology_file are mutually exclusive"):
        read(**running, topology_file="my-topology.yml")
    for name, content in {"gone.yml": None, "list.yml": "[]", "other.yml": "other: {}", "broken.yml": "{"}.items():
        if content is not None:
            (tmp_path / name).write_text(content)
        with pytest.raises(
            AnsibleParserError, match=rf"topology_file: \S+/{name}: (cannot be read: |has no dictionary)"
        ):
            read(**desk, topology_file=name)


def test_two_instances_in_one_inventory(read: Read, running: dict[str, t.Any], run_module: Run, tmp_path: Path) -> None:
    servers = [{"name": "nas-input-1", "port": 31810}]
    other = {**running, "topology": {"instance": "orders", "data_root": "C:\\orders", "servers": servers}}
    stand_up(run_module, tmp_path, other)
    both = read(**running)
    assert read(**running, into=both) is both, "the same servers from another file"
    with pytest.raises(
        AnsibleParserError,
        match="server nas-input-1 of instance orders: host nas-input-1 is server nas-input-1 of instance file-simulator",
    ):
        read(**other, into=both)
    read(**other, into=both, hostname="nas_name ~ '.' ~ nas_instance")
    assert groups(both)["nas_input"] == ["nas-input-1", "nas-input-1.orders"]
    with pytest.raises(
        AnsibleParserError, match="host podman is server nas-input-1 of instance file-simulator already"
    ):
        read(**running, hostname="nas_engine")
    for hostname, reason in {"nas_nothing": "'nas_nothing' fails: ", "nas_port": "'nas_port' gives no name"}.items():
        with pytest.raises(AnsibleParserError, match=f"hostname: {reason}"):
            read(**running, hostname=hostname)


def test_a_host_that_another_file_has_keeps_its_variables(read: Read, running: dict[str, t.Any]) -> None:
    inventory = InventoryData()
    inventory.add_host("nas-backup")
    inventory.set_variable("nas-backup", "owner", "jane")
    found = variables(read(**running, into=inventory), "nas-backup")
    assert (found["owner"], found["nas_role"]) == ("jane", "backup")


def test_cache_keeps_what_the_engine_said(
    read: Read, running: dict[str, t.Any], podman: FakePodman, tmp_path: Path
) -> None:
    kept = {
        "cache": True,
        "cache_plugin": "jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    first = read(**running, **kept)
    podman.calls.clear()
    second = read(**running, **kept, keyed_groups=[{"key": "nas_state"}])
    assert podman.calls == []
    assert variables(second, "nas-backup") == variables(first, "nas-backup")
    assert "_ready" in groups(second)
    read(**running, **kept, use_cache=False)
    assert podman.calls != [], "refreshed, as by --flush-cache"


def test_it_changes_nothing(read: Read, running: dict[str, t.Any], podman: FakePodman, tmp_path: Path) -> None:
    podman.calls.clear()
    before = sorted(tmp_path.rglob("*"))
    read(**running)
    assert {tuple(call[:2]) for call in podman.calls} <= {
        ("--version",), ("pod", "ps"), ("volume", "ls"), ("inspect", "--type"), ("network", "inspect"), ("ps", "--all"),
    }  # fmt: skip
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == [tmp_path / "desk.nas_servers.yml"]


def test_what_is_wrong_is_said_in_one_line(
    read: Read, desk: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, podman: FakePodman
) -> None:
    def refused(**settings: t.Any) -> str:
        with pytest.raises(AnsibleParserError) as caught:
            read(**{**desk, **settings})
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert "my-podman is not installed; " in refused(podman_executable="my-podman")
    assert "kubernetes but all of the following are missing: kubeconfig, context" in refused(engine="kubernetes")
    assert "port: 7 " in refused(topology={"servers": [{"name": "nas-input-1", "port": 7}]})
    podman.fail["pod ps"] = "no space left on device"
    assert "list pods: podman: no space left on device" in refused()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "run Ansible itself as root, such as sudo ansible-playbook" in refused()


def test_servers_of_a_cluster(
    read: Read, kubernetes: FakeKubernetes, run_module: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No root, no podman.
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    reach = {
        "engine": "kubernetes",
        "kubeconfig": write_kubeconfig(tmp_path / "kubeconfig", {"here": kubernetes.url}),
        "context": "here",
        "topology": {"servers": [{"name": "nas-input-1", "port": 32150}]},
        "drive_root": str(tmp_path / "drives"),
    }
    stand_up(run_module, tmp_path, reach)
    monkeypatch.setattr(_kubernetes_status, "ask", lambda service, _timeout: Answer((service.port, 1), 0.0))
    inventory = read(**reach, keyed_groups=[{"key": "nas_cluster.namespace", "prefix": "nas"}])
    assert groups(inventory)["nas_file_simulator"] == ["nas-input-1"]
    with pytest.raises(AnsibleParserError, match=r"desk\.nas_servers\.yml: .*elsewhere"):
        read(**{**reach, "context": "elsewhere"})


def test_no_variable_is_one_of_a_role() -> None:
    returned = yaml.safe_load(nas_server_info.RETURN)["servers"]["contains"]
    roles = [
        yaml.safe_load(path.read_text()) for path in Path(__file__).parents[4].glob("roles/*/meta/argument_specs.yml")
    ]
    taken = {name for role in roles for spec in role["argument_specs"].values() for name in spec.get("options", {})}
    assert {f"nas_{name}" for name in returned} & taken == set()


@pytest.mark.parametrize("settings", [each for each in yaml.safe_load_all(EXAMPLES) if each], ids=str)
def test_examples(settings: dict[str, t.Any], read: Read, running: dict[str, t.Any]) -> None:
    assert set(settings) <= set(options())
    if settings.get("engine") != "kubernetes":
        read(**{**running, **settings, "strict": True})


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("desk.nas_servers.yml", True), ("desk.nas_servers.yaml", True), ("nas_servers.yml", True),
        ("servers.yml", False), ("desk.nas_servers.json", False), ("nas_servers.yml.orig", False),
    ],
)  # fmt: skip
def test_names_of_files(name: str, taken: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    assert InventoryModule().verify_file(str(tmp_path / name)) is taken
    assert InventoryModule().verify_file(str(tmp_path / "absent" / name)) is False


def test_ansible_takes_the_file_and_says_what_is_wrong(tmp_path: Path) -> None:
    """By the real ansible-inventory, which finds the plugin by what the file says."""
    (tmp_path / "desk.nas_servers.yml").write_text(f"{{plugin: {PLUGIN}, engine: kubernetes}}")
    checkout = Path(__file__).parents[4]
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-inventory"), "-i", "desk.nas_servers.yml", "--list"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8",
             "ANSIBLE_COLLECTIONS_PATH": str(checkout / ".ansible" / "collections"),
             "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "engine is kubernetes but all of the following are missing: kubeconfig, context" in done.stderr
