# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a desired profile to arguments, and from a found one to a plan."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import plan as plans
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import profile as profiles
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.output import (
    ABSENT,
    Profile,
    Status,
    read_profiles,
)

from ... import minikube_outputs as printed
from ...strategies import QUICK

RUNNING = Status("Running", "Running", "Running", "Configured")
WANTED = profiles.DesiredProfile(
    name="dk",
    driver="docker",
    cpus=4,
    memory=8192,
    kubernetes_version="v1.35.1",
    container_runtime="containerd",
    mount="/tmp:/mnt/simulator-data",
    ports=(32150, 32151),
    listen_address="127.0.0.1",
    timeout=360,
)


def found(**config: t.Any) -> Profile:
    return read_profiles(json.dumps({"valid": [printed.profile("dk", **config)]})).valid["dk"]


def test_arguments_of_a_container_and_of_a_virtual_machine() -> None:
    ours = [
        "start", "--profile=dk", "--output=json", "--interactive=false", "--keep-context", "--embed-certs",
        "--driver=docker", "--kubernetes-version=v1.35.1", "--container-runtime=containerd", "--wait-timeout=360s",
        "--cpus=4", "--memory=8192mb", "--mount", "--mount-string=/tmp:/mnt/simulator-data",
    ]  # fmt: skip
    published = ["--ports=32150:32150,32151:32151", "--listen-address=127.0.0.1"]
    assert profiles.start_arguments(WANTED) == ours + published
    virtual = dataclasses.replace(WANTED, driver="kvm2", force=True)
    assert profiles.start_arguments(virtual) == [word.replace("docker", "kvm2") for word in ours] + ["--force"]


def test_equal_profiles_do_not_differ() -> None:
    assert plans.compare(WANTED, found()) == ()
    assert plans.plan(WANTED, found(), RUNNING, recreate=False).actions == ()


def test_aliases_and_spellings_are_no_difference() -> None:
    virtual = dataclasses.replace(WANTED, driver="kvm2", container_runtime="cri-o")
    there = dataclasses.replace(found(Driver="kvm"), container_runtime="crio")
    assert plans.compare(virtual, there) == ()


@pytest.mark.parametrize(
    ("option", "config", "takes"),
    [
        ({"disk-size": ("40g",)}, {"DiskSize": 40960}, None),
        ({"disk-size": ("40g",)}, {"DiskSize": 20000}, "recreate"),
        ({"disk-size": ("20000mb",)}, {"DiskSize": 20000}, None),
        ({"feature-gates": ("A=true",)}, {}, "restart"),
        ({"apiserver-port": ("8443",)}, {"APIServerPort": 8443}, None),
        ({"network": ("mine",)}, {"Network": "mine"}, None),
        ({"unknown": ("1",)}, {}, None),
    ],
)
def test_extra_options(option: dict[str, tuple[str, ...]], config: dict[str, t.Any], takes: str | None) -> None:
    changes = plans.compare(dataclasses.replace(WANTED, extra=option), found(**config))
    assert [change.takes for change in changes] == ([takes] if takes else [])
    assert plans.not_compared(dataclasses.replace(WANTED, extra=option)) == tuple({"unknown"} & set(option))


def test_the_guide_names_what_is_compared() -> None:
    guide = (Path(__file__).parents[5] / "docs" / "minikube.md").read_text()
    (row,) = [line for line in guide.splitlines() if line.startswith("| `minikube_extra_options` that")]
    options, happens = row.strip("| ").split(" | ")
    assert set(re.findall(r"`([a-z-]+)`", options)) == set(plans._COMPARED)
    restarts = {name for name, (_path, takes) in plans._COMPARED.items() if takes == plans.RESTART}
    assert set(re.findall(r"`([a-z-]+)`", happens)) == restarts


def test_upgrade_and_downgrade() -> None:
    for version, takes in [
        ("v1.36.0", "restart"),
        ("v1.35.10", "restart"),
        ("v1.35.0", "recreate"),
        ("v1.9.9", "recreate"),
    ]:
        changes = plans.compare(dataclasses.replace(WANTED, kubernetes_version=version), found())
        assert [change.takes for change in changes] == [takes]


def test_what_is_left_of_a_lost_machine_may_be_deleted() -> None:
    plan = plans.plan(dataclasses.replace(WANTED, cpus=2), found(), ABSENT, recreate=False)
    assert plan.actions == ("delete", "start")


def test_ports_of_other_profiles() -> None:
    elsewhere = [
        dataclasses.replace(found(), name=name, driver=driver) for name, driver in [("dk", "docker"), ("kv", "kvm2")]
    ]
    plans.refuse_shared_ports(WANTED, elsewhere)
    with pytest.raises(SimulatorError, match="profile other publishes ports 32150, 32151 too"):
        plans.refuse_shared_ports(WANTED, [dataclasses.replace(found(), name="other", driver="podman")])


wanted_profiles = st.builds(
    dataclasses.replace,
    st.just(WANTED),
    driver=st.sampled_from(profiles.DRIVERS),
    cpus=st.integers(2, 8),
    memory=st.sampled_from([2048, 8192]),
    kubernetes_version=st.sampled_from(["v1.34.0", "v1.35.1", "v1.36.0"]),
    mount=st.sampled_from(["", "/tmp:/mnt/simulator-data", "/b:/c"]),
    ports=st.sampled_from([(), (32150,), (32150, 32160)]),
)
states = st.sampled_from(
    [
        RUNNING,
        ABSENT,
        None,
        Status("Stopped", "Stopped", "Stopped", "Stopped"),
        Status("Running", "Stopped", "Paused", "Configured"),
    ]
)


@QUICK
@given(wanted_profiles, states, st.booleans(), st.booleans())
def test_nothing_is_deleted_unasked(
    desired: profiles.DesiredProfile, status: Status | None, there: bool, recreate: bool
) -> None:
    """Deletion only when asked for, or when nothing is lost by it; and what is not running is started."""
    status = status if there else ABSENT
    try:
        plan = plans.plan(desired, found() if there else None, status, recreate)
    except SimulatorError:
        assert not recreate
        return
    if "delete" in plan.actions:
        assert recreate or status == ABSENT
        assert plan.actions[-1] == "start"
    elif status is None or status.word not in ("running", "paused"):
        assert plan.actions == ("start",)
    fatal = [change for change in plan.changes if change.takes == plans.RECREATE]
    assert bool(fatal) <= ("delete" in plan.actions)


@pytest.mark.parametrize(
    ("kubelet", "apiserver", "word"),
    [
        ("Running", "Running", "running"),
        ("Stopped", "Paused", "paused"),
        ("Stopped", "Running", "broken"),
        ("Stopped", "Stopped", "stopped"),
    ],
)
def test_what_the_states_of_a_given_machine_mean(kubelet: str, apiserver: str, word: str) -> None:
    found = read_profiles(json.dumps({"valid": [printed.GIVEN, printed.profile("dk")]})).valid
    status = Status("Running", kubelet, apiserver, "Configured")
    settled = plans.settled(status, found["given"])
    assert settled is not None
    assert settled.word == word
    # A machine that minikube made is left running by no state of its own.
    assert plans.settled(status, found["dk"]) == plans.settled(status, None) == status
    assert plans.settled(None, found["given"]) is None
