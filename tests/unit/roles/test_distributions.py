# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What roles install is in the distribution's own index, and a distribution that lacks it is refused in one line.

The indexes are listings beside this file: package and version, of what the roles name.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.version import check_version

from ...harness.playing import Played, play
from ...module_runner import CHECKOUT

INDEXES = {path.stem: path for path in (Path(__file__).parent / "packages").glob("*.txt")}
RUN = ("Debian_12", "Debian_13", "Ubuntu_24")
each_distribution = pytest.mark.parametrize("distribution", sorted(INDEXES))
PODMAN = {
    "ansible.builtin.include_role": {
        "name": "file_simulator.nas.nas_engine",
        "tasks_from": "distribution",
        "public": True,
    }
}
IMAGE = {
    "ansible.builtin.include_role": {"name": "file_simulator.nas.nas_image", "tasks_from": "set_vars", "public": True}
}
TELL = {"ansible.builtin.debug": {"msg": "have {{ __nas_image_packages_here | default(__nas_engine_packages) }}"}}


def index(distribution: str) -> dict[str, str]:
    """Return the versions by package."""
    lines = INDEXES[distribution].read_text().splitlines()
    words = [line.split() for line in lines if not line.startswith("#")]
    return {first: "".join(rest) for first, *rest in words}


def row(role: str, distribution: str) -> list[str]:
    """Return the packages that a role installs there."""
    variables = yaml.safe_load((CHECKOUT / "roles" / role / "vars" / f"{distribution}.yml").read_text())
    packages: list[str] = variables[f"__{role}_known_packages"]
    return packages


def facts(distribution: str, version: str) -> dict[str, str]:
    major = version.split(".", maxsplit=1)[0]
    return {
        "distribution": distribution,
        "distribution_version": version,
        "distribution_major_version": major,
    }


@pytest.mark.parametrize("role", ["nas_engine", "nas_image"])
def test_each_row_has_its_index(role: str) -> None:
    rows = {path.stem for path in (CHECKOUT / "roles" / role / "vars").glob("*_*.yml")}
    assert rows == set(INDEXES)


@each_distribution
def test_each_package_is_in_the_index(distribution: str) -> None:
    named = row("nas_engine", distribution) + row("nas_image", distribution)
    assert set(named) <= set(index(distribution))
    assert row("nas_image", distribution)


@each_distribution
def test_podman_is_installed_where_it_is_new_enough(distribution: str) -> None:
    def new_enough() -> bool:
        try:
            check_version(index(distribution)["podman"])
        except SimulatorError:
            return False
        return True

    assert bool(row("nas_engine", distribution)) is new_enough() is (distribution in RUN)


@pytest.mark.parametrize(
    ("distribution", "version", "reason"),
    [
        ("Ubuntu", "22.04", "its podman, 3.4.4, is too old for the servers"),
        ("Fedora", "42", "which packages the servers need there is not known"),
        ("RedHat", "9.6", "which packages the servers need there is not known"),
        ("Debian", "11.11", "which packages the servers need there is not known"),
    ],
)
def test_refused(tmp_path: Path, distribution: str, version: str, reason: str) -> None:
    played = play(tmp_path, [PODMAN], ansible_facts=facts(distribution, version))
    assert not played.well
    assert played.message == (
        f"podman on {distribution} {version}: {reason}; install podman, netavark, catatonit, iptables, nft and runc yourself "
        "and set nas_engine_install_packages=false, or run the servers in a cluster (file_simulator_engine=minikube or kubernetes)"
    )


def test_podman_is_installed(tmp_path: Path) -> None:
    assert "podman" in told(play(tmp_path, [PODMAN, TELL], ansible_facts=facts("Ubuntu", "24.04")))


def test_packages_that_the_user_names_win(tmp_path: Path) -> None:
    played = play(
        tmp_path, [PODMAN, TELL], ansible_facts=facts("Debian", "14"), nas_engine_podman_packages=["podman-next"]
    )
    assert told(played) == ["podman-next"]


def test_elsewhere_nothing_is_installed_for_the_image(tmp_path: Path) -> None:
    assert told(play(tmp_path, [IMAGE, TELL], ansible_facts=facts("Fedora", "42"))) == []


def test_what_cannot_be_installed_is_named(tmp_path: Path) -> None:
    role = {"name": "file_simulator.nas.nas_engine", "tasks_from": "packages"}
    # Nothing is asked of apt: the task ends before.
    played = play(
        tmp_path, [{"ansible.builtin.include_role": role}],
        nas_engine_packages=["no-such-1", "no-such-2"], ansible_become_exe=str(tmp_path / "sudo"),
    )  # fmt: skip
    assert not played.well
    assert played.message.startswith("no-such-1, no-such-2: cannot be installed: Task failed: ")
    assert played.message.endswith("(Acquire::http::Proxy in /etc/apt/apt.conf.d), or install them yourself")


def test_this_machine_tells_what_it_is(tmp_path: Path) -> None:
    assert play(tmp_path, [IMAGE, TELL]).well


def told(played: Played) -> t.Any:
    """Return the packages that a play has printed."""
    assert played.well, played.out
    return yaml.safe_load(played.message.removeprefix("have "))
