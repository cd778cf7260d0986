# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each role can be used alone, and says of itself what it does; nothing is in the collection and forgotten."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml

from .documents import ROOT

ROLES = sorted(path.name for path in ROOT.glob("roles/*") if path.is_dir())
SCENARIO = ROOT / "molecule/role_reuse"

# Roles that do what one module does, and the options that they decide by themselves beside where engines keep things.
MODULES: dict[str, tuple[str, set[str]]] = {
    "windows_layout": ("windows_directory", {"servers"}),
    "nas_servers": ("nas_server", {"wait"}),
    "nas_image": ("nas_image", set()),
    "minikube": ("minikube_profile", {"mount"}),
}
KEPT_THINGS = {"podman_executable", "state_directory"}

each_role = pytest.mark.parametrize("role", ROLES)


@each_role
def test_a_foreign_playbook_uses_it_alone(role: str) -> None:
    playbook = SCENARIO / "foreign" / f"{role}.yml"
    assert playbook.exists(), "each role wants a playbook that uses it alone"
    (play,) = yaml.safe_load(playbook.read_text())
    assert play["roles"] == [f"file_simulator.nas.{role}"]
    assert len(play.get("vars", {})) <= 3


def test_the_scenario_runs_these_playbooks() -> None:
    converge = yaml.safe_load((SCENARIO / "converge.yml").read_text())
    imported = {entry["ansible.builtin.import_playbook"] for entry in converge}
    # Where a role cannot run, its playbook says why in a line of its own.
    runnable = {path for path in SCENARIO.glob("foreign/*.yml") if "# Not run: " not in path.read_text()}
    assert imported == {f"foreign/{path.name}" for path in runnable}


def test_there_is_no_playbook_without_a_role() -> None:
    assert {path.stem for path in SCENARIO.glob("foreign/*.yml")} == set(ROLES)


@each_role
def test_what_roles_share_has_its_default_in_one_place(role: str) -> None:
    shared = written_defaults("nas_connection")
    for name in (name.replace("nas_connection_", "") for name in shared):
        # nas_engine takes what the user names, from which it makes what the others take.
        if role in ("nas_connection", "nas_engine"):
            continue
        assert written_defaults(role).get(f"{role}_{name}") in (None, f"{{{{ nas_connection_{name} }}}}")


@each_role
def test_only_the_role_of_the_engine_knows_the_packages_of_podman(role: str) -> None:
    texts = [path.read_text() for path in (ROOT / "roles" / role).glob("*/*.yml")]
    assert any("netavark" in text for text in texts) == (role == "nas_engine")


@pytest.mark.parametrize("role", MODULES)
def test_role_has_what_its_module_has(role: str) -> None:
    module, decided = MODULES[role]
    source = (ROOT / "plugins/modules" / f"{module}.py").read_text()
    documentation = yaml.safe_load(source.split('DOCUMENTATION = r"""')[1].split('"""')[0])
    tasks = [
        task for path in (ROOT / "roles" / role / "tasks").glob("*.yml") for task in yaml.safe_load(path.read_text())
    ]
    given = [set(task[f"file_simulator.nas.{module}"]) for task in tasks if f"file_simulator.nas.{module}" in task]
    assert set(documentation["options"]) - set().union(*given) - decided - KEPT_THINGS == set()


def written_defaults(role: str) -> dict[str, object]:
    return yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text())


@pytest.fixture(scope="module")
def role_readmes():
    spec = importlib.util.spec_from_file_location("role_readmes", ROOT / "tools/role_readmes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.init_plugin_loader()
    return module


def complaints(role_readmes, tmp_path: Path, defaults: str, options: dict[str, dict[str, object]]) -> list[str]:
    role = tmp_path / "shop"
    (role / "defaults").mkdir(parents=True)
    (role / "defaults/main.yml").write_text(defaults)
    return role_readmes.complaints(role, options)


@pytest.mark.parametrize(
    ("defaults", "default"),
    [
        ("shop_port: 80", 80),
        ("shop_port: ''", ""),
        ("shop_port: \"{{ everywhere_port | default('/x') }}\"", "/x"),
        ("shop_port: \"{{ lookup('ansible.builtin.env', 'HOME') }}/shop\"", "~/shop"),
        ("shop_port: [1, 2]", [1, 2]),
    ],
)
def test_defaults_that_agree(role_readmes, tmp_path: Path, defaults: str, default: object) -> None:
    assert complaints(role_readmes, tmp_path, defaults, {"shop_port": {"default": default}}) == []


def test_a_variable_that_is_omitted_has_no_default(role_readmes, tmp_path: Path) -> None:
    assert complaints(role_readmes, tmp_path, 'shop_port: "{{ omit }}"', {"shop_port": {}}) == []


@pytest.mark.parametrize(
    ("defaults", "options", "complaint"),
    [
        (
            "shop_port: 80",
            {"shop_port": {"default": 81}},
            "shop: shop_port is 81 in its argument_specs, 80 in its defaults",
        ),
        (
            "shop_port: true",
            {"shop_port": {"default": "yes"}},
            "shop: shop_port is 'yes' in its argument_specs, True in its defaults",
        ),
        ("shop_port: 80", {}, "shop: shop_port is only in its defaults"),
        ("{}", {"shop_port": {"default": 80}}, "shop: shop_port is only in its argument_specs"),
    ],
)
def test_defaults_that_differ(role_readmes, tmp_path: Path, defaults: str, options: dict, complaint: str) -> None:
    assert complaints(role_readmes, tmp_path, defaults, options) == [complaint]
