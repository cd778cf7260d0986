# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What minikube printed in its versions and states, and what is read from it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._minikube import output as parse

from ... import minikube_outputs as printed
from ...strategies import QUICK


@pytest.mark.parametrize(("out", "version"), printed.VERSIONS.items())
def test_version(out: str, version: tuple[int, ...] | None) -> None:
    assert parse.read_version(out) == version


@pytest.mark.parametrize("out", ["", "minikube", "{}", "[]", "v1", '{"minikubeVersion": null}'])
def test_what_is_no_version(out: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse.read_version(out)


@pytest.mark.parametrize(("out", "status", "word"), printed.STATES)
def test_states(out: str, status: int, word: str) -> None:
    found = parse.read_status("! a warning before it\n" + out, status)
    assert found.word == word


def test_damaged_configuration_is_no_state() -> None:
    with pytest.raises(ValueError, match="no status"):
        parse.read_status(printed.FAILURES[2][0], 38)


def test_profiles() -> None:
    found = parse.read_profiles(printed.PROFILES)
    assert (sorted(found.valid), found.unreadable) == (["dk", "kv"], ("broken", "events"))
    docker = found.valid["dk"]
    assert (docker.driver, docker.cpus, docker.memory) == ("docker", 4, 8192)
    assert (docker.kubernetes_version, docker.container_runtime) == ("v1.35.1", "containerd")
    assert (docker.mount, docker.host_ports) == ("/tmp:/mnt/simulator-data", {32150, 32151})
    assert parse.read_profiles(printed.NO_PROFILES) == parse.Profiles({})


def test_old_versions_say_apart_whether_their_mount_is_used() -> None:
    for entry, mount in [(printed.OLD_UNMOUNTED, ""), (printed.OLD_MOUNTED, "/tmp:/data")]:
        assert parse.read_profiles(json.dumps({"valid": [entry]})).valid["old"].mount == mount


@pytest.mark.parametrize("out", ["", "[]", "null", printed.PROFILES_ERROR, "Segmentation fault"])
def test_what_is_no_list_of_profiles(out: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse.read_profiles(out)


@pytest.mark.parametrize(
    ("published", "ports"),
    [
        ("32150:32150", {32150}),
        ("127.0.0.1:80:8080/tcp", {80}),
        ("8080", set()),
        ("127.0.0.1::8080", set()),
        ("53:53/udp", {53}),
    ],
)
def test_host_ports(published: str, ports: set[int]) -> None:
    entry = printed.profile("dk", ExposedPorts=[published])
    assert parse.read_profiles(json.dumps({"valid": [entry]})).valid["dk"].host_ports == ports


@pytest.mark.parametrize(("out", "err", "reason", "message", "advice"), printed.FAILURES)
def test_failures(out: str, err: str, reason: str, message: str, advice: str) -> None:
    failure = parse.read_failure(out, err)
    assert (failure.reason, failure.message, failure.advice) == (reason, message, advice)


def test_failure_in_words() -> None:
    assert str(parse.Failure("A_B", "it failed", "try again")) == "it failed (A_B); try again"
    assert str(parse.Failure(message="it failed")) == "it failed"


def test_images() -> None:
    seen = {"localhost/file-simulator/nas:498013a1b867", "registry.k8s.io/pause:3.10.2"}
    assert parse.read_images(printed.IMAGES) == seen
    assert parse.read_images("[]\n") == parse.read_images("") == parse.read_images("null") == set()
    with pytest.raises(ValueError, match="no list"):
        parse.read_images('{"a": 1}')


@QUICK
@given(st.text(), st.text(), st.integers(0, 255))
def test_nothing_that_is_printed_breaks_a_reader(out: str, err: str, status: int) -> None:
    assert "\n" not in str(parse.read_failure(out, err))
    for read in (
        parse.read_version,
        parse.read_profiles,
        parse.read_images,
        lambda text: parse.read_status(text, status),
    ):
        try:
            read(out)
        except ValueError:
            continue
