# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules say is understood by the real minikube, and what it says is understood by them."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml

from .conftest import HERE, Real

from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import output as parse  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import plan as plans  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import profile as profiles  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError  # isort: skip

ROLE = HERE.parents[1] / "roles" / "minikube"
WANTED = profiles.DesiredProfile(
    name="file-simulator",
    driver="docker",
    cpus=2,
    memory=2048,
    kubernetes_version="v1.35.1",
    container_runtime="containerd",
    mount="/tmp:/mnt/simulator-data",
    ports=(32160, 32161),
    listen_address="127.0.0.1",
    timeout=360,
)
# Why a driver cannot be had here is its own affair, not that of the arguments.
NOT_OUR_AFFAIR = re.compile(r"PROVIDER_|DRV_|GUEST_MISSING_|RSRC_")
MISUNDERSTOOD = re.compile(r"unknown (shorthand )?flag|unknown command|invalid argument|flag needs")
EXTRA = {
    "ssh": {"ssh-ip-address": ("127.0.0.1",)},
    "hyperv": {"hyperv-virtual-switch": ("Default Switch",)},
    "kvm2": {"kvm-network": ("default",)},
    "docker": {"cni": ("bridge",), "insecure-registry": ("10.0.0.0/8", "localhost:5000"), "network": ("mine",)},
}


def understood(real: Real, arguments: list[str]) -> parse.Failure:
    """Run minikube; fail when it does not know an argument. Return why it failed otherwise."""
    answer = real.minikube.run(arguments)
    said = answer.out + answer.err
    assert not MISUNDERSTOOD.search(said), said
    failure = parse.read_failure(answer.out, answer.err)
    assert failure.reason != "MK_USAGE" or "does not exist" in failure.message, said
    return failure if answer.status else parse.Failure()


@pytest.mark.parametrize("driver", profiles.DRIVERS)
@pytest.mark.parametrize("full", [True, False])
def test_start_is_understood(real: Real, driver: str, full: bool) -> None:
    desired = dataclasses.replace(WANTED, driver=driver, extra=EXTRA.get(driver, {}))
    if not full:
        extra = EXTRA["ssh"] if driver == "ssh" else {}
        desired = dataclasses.replace(desired, mount="", ports=(), extra=extra, container_runtime="docker")
        # Forced, minikube goes on without a docker that it needs, and stumbles elsewhere.
        desired = dataclasses.replace(desired, force=driver != "docker")
    failure = understood(real, [*profiles.start_arguments(desired), "--dry-run"])
    if failure.message:
        assert NOT_OUR_AFFAIR.match(failure.reason), failure
        assert failure.reason != "DRV_UNSUPPORTED_OS" or driver in (
            "hyperv",
            "vmware",
            "parallels",
            "vfkit",
            "krunkit",
            "none",
        )


@pytest.mark.parametrize("runtime", ["containerd", "docker", "cri-o"])
def test_start_is_validated_to_the_end(real: Real, runtime: str) -> None:
    """With a driver that needs nothing of this machine, minikube says that nothing more is to be validated."""
    desired = dataclasses.replace(WANTED, driver="ssh", container_runtime=runtime, force=True, extra=EXTRA["ssh"])
    answer = real.minikube.run([*profiles.start_arguments(desired), "--dry-run"])
    assert (answer.status, "dry-run validation complete!" in answer.out) == (0, True), answer.out + answer.err


@pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed")
def test_published_ports_are_validated_to_the_end(real: Real) -> None:
    desired = dataclasses.replace(WANTED, driver="podman", force=True)
    answer = real.minikube.run([*profiles.start_arguments(desired), "--dry-run"])
    assert "dry-run validation complete!" in answer.out, answer.out + answer.err
    wrong = [word.replace("32160:32160", "32160:0") for word in profiles.start_arguments(desired)]
    answer = real.minikube.run([*wrong, "--dry-run"])
    assert parse.read_failure(answer.out, answer.err).reason == "MK_USAGE"


@pytest.mark.parametrize("option", ["no-such-option=1", "cpus", "mount=maybe"])
def test_an_option_that_minikube_does_not_know_is_noticed(real: Real, option: str) -> None:
    answer = real.minikube.run([*profiles.start_arguments(WANTED), "--dry-run", f"--{option}"])
    assert MISUNDERSTOOD.search(answer.out + answer.err)
    with pytest.raises(SimulatorError, match=r"unknown flag|invalid argument|flag needs") as failure:
        real.minikube.call([*profiles.start_arguments(WANTED), f"--{option}"], "start")
    assert failure.value.details["rc"] == answer.status


@pytest.mark.parametrize(
    "arguments",
    [profiles.stop_arguments, profiles.delete_arguments, profiles.unpause_arguments, profiles.unmount_arguments],
)
def test_the_other_verbs_are_understood(real: Real, arguments: t.Callable[[str], list[str]]) -> None:
    understood(real, arguments("file-simulator"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["image", "load", "--profile=file-simulator", "/nowhere/nas.tar"],
        ["image", "ls", "--profile=file-simulator", "--format=json"],
        ["ssh", "--profile=file-simulator", "--", "sudo cat '/mnt/simulator-data/.file-simulator.json'"],
        ["ssh", "--profile=file-simulator", "--node=m02", "--", "sudo cat /etc/hosts"],
        ["mount", "--profile=file-simulator", "/tmp:/mnt/simulator-data"],
        ["ip", "--profile=file-simulator"],
    ],
)
def test_calls_that_need_a_node_are_understood(real: Real, arguments: list[str]) -> None:
    assert understood(real, arguments).message
    assert real.minikube.run([*arguments[: 2 if arguments[0] == "image" else 1], "--help"]).status == 0


def test_versions(real: Real) -> None:
    """The program, what its source is pinned to, and what the role installs are one version."""
    pinned = re.search(r"^require k8s.io/minikube v(\S+)$", (HERE / "tools" / "go.mod").read_text(), re.MULTILINE)
    assert pinned
    assert real.minikube.version() == tuple(int(number) for number in pinned[1].split("."))
    assert yaml.safe_load((ROLE / "defaults/main.yml").read_text())["minikube_version"] == f"v{pinned[1]}"
    short = real.minikube.run(["version", "--short"]).out
    assert parse.read_version(short) == real.minikube.version()


def test_default_kubernetes_is_known_to_minikube(real: Real) -> None:
    known = real.minikube.run(["config", "defaults", "kubernetes-version"]).out
    default = yaml.safe_load((ROLE / "defaults/main.yml").read_text())["minikube_kubernetes_version"]
    assert re.search(rf"^\* {re.escape(default)}$", known, re.MULTILINE), known


def test_no_profile(real: Real) -> None:
    assert real.minikube.profiles() == parse.Profiles({})
    assert real.minikube.status("file-simulator") == parse.ABSENT


def test_profiles_in_every_condition_that_needs_no_node(real: Real) -> None:
    real.fabricate("file-simulator")
    real.fabricate("virtual", Driver="kvm2", ContainerVolumeMounts=None)
    for name, file, text in [("broken", "config.json", "{broken"), ("refused", "events.json", "")]:
        (real.profiles / name).mkdir()
        (real.profiles / name / file).write_text(text)
    found = real.minikube.profiles()
    assert (sorted(found.valid), found.unreadable) == (["file-simulator", "virtual"], ("broken", "refused"))
    desired = dataclasses.replace(WANTED, cpus=4, memory=8192, ports=(32160,))
    assert plans.compare(desired, found.valid["file-simulator"]) == ()
    assert plans.compare(dataclasses.replace(desired, driver="kvm2"), found.valid["virtual"]) == ()
    states = {name: real.minikube.status(name) for name in ("file-simulator", "virtual", "broken", "refused")}
    assert states == {"file-simulator": parse.ABSENT, "virtual": parse.ABSENT, "broken": None, "refused": parse.ABSENT}


def test_every_field_that_is_read_is_in_minikubes_own_list(real: Real) -> None:
    """Names of fields are minikube's: it fills in those that a configuration lacks, and drops those it does not know."""
    real.fabricate("file-simulator", NoSuchField=1)
    listed = real.minikube.profiles().valid["file-simulator"].config
    assert "NoSuchField" not in listed
    for path in ("ListenAddress", "MountString", *(path for path, _takes in plans._COMPARED.values())):
        value: t.Any = listed
        for key in path.split("."):
            assert key in value, path
            value = value[key]


def test_minikube_refuses_another_driver_as_we_do(real: Real) -> None:
    real.fabricate("file-simulator")
    failure = understood(real, [*profiles.start_arguments(dataclasses.replace(WANTED, driver="ssh")), "--dry-run"])
    assert failure.reason == "GUEST_DRIVER_MISMATCH"
    assert failure.advice.startswith("Delete the existing")
    found = real.minikube.profiles().valid["file-simulator"]
    with pytest.raises(SimulatorError, match="driver is docker, not ssh"):
        plans.plan(dataclasses.replace(WANTED, driver="ssh"), found, parse.Status("Stopped"), recreate=False)


def test_minikube_refuses_an_old_kubernetes(real: Real) -> None:
    failure = understood(
        real, [*profiles.start_arguments(dataclasses.replace(WANTED, kubernetes_version="v1.20.0")), "--dry-run"]
    )
    assert failure.reason == "K8S_OLD_UNSUPPORTED"


def test_current_context_outlives_stop_and_delete(real: Real, tmp_path: Path) -> None:
    """Neither is allowed to take another cluster's context away, nor to choose one."""
    real.fabricate("file-simulator")
    contexts = [{"name": name, "context": {"cluster": name, "user": name}} for name in ("work", "file-simulator")]
    clusters = [{"name": name, "cluster": {"server": "https://127.0.0.1:1"}} for name in ("work", "file-simulator")]
    real.kubeconfig.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "work",
                "contexts": contexts,
                "clusters": clusters,
                "users": [],
            }
        )
    )
    for arguments, left in [
        (profiles.stop_arguments("file-simulator"), ["file-simulator", "work"]),
        (profiles.delete_arguments("file-simulator"), ["work"]),
    ]:
        real.minikube.call(arguments, "try")
        read = yaml.safe_load(real.kubeconfig.read_text())
        assert read["current-context"] == "work"
        assert sorted(context["name"] for context in read["contexts"]) == left
    assert real.minikube.profiles() == parse.Profiles({})


def test_default_profile_stays(real: Real) -> None:
    real.fabricate("file-simulator")
    understood(real, [*profiles.start_arguments(WANTED), "--dry-run"])
    config = real.home / ".minikube" / "config" / "config.json"
    assert "profile" not in (json.loads(config.read_text() or "{}") if config.exists() else {})
