# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lease of which several runs may want to be the holder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes import lease
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import open_cluster

from ...fake_kubernetes import FakeKubernetes
from ...fake_kubernetes_api import write_kubeconfig

KEY = ("Lease", "here", "servers")


@pytest.fixture
def kubernetes(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[FakeKubernetes]:
    monkeypatch.setattr(lease, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(lease, "_RENEWAL", 0.05)
    monkeypatch.setattr(lease, "_DURATION", 1.0)
    fake = FakeKubernetes()
    fake.add("Namespace", {"metadata": {"name": "here"}})
    yield fake
    fake.close()


@pytest.fixture
def one(kubernetes: FakeKubernetes, tmp_path: Path) -> lease.Lease:
    cluster = open_cluster(write_kubeconfig(tmp_path / "kubeconfig", {"here": kubernetes.url}), "here")
    return lease.Lease(cluster, "here", "servers", {}, "instance x")


def left_behind(kubernetes: FakeKubernetes, one: lease.Lease, process: str) -> None:
    """A lease whose holder was killed."""
    with one.held("make up", 0.0):
        kept = dict(kubernetes.objects[KEY])
    kept["metadata"]["annotations"] = {"file-simulator/process": process}
    kubernetes.objects[KEY] = kept


def test_one_holds_it_and_it_is_gone_afterwards(kubernetes: FakeKubernetes, one: lease.Lease) -> None:
    with one.held("make up", 0.0) as warning:
        assert warning == ""
        held = kubernetes.objects[KEY]
        assert held["spec"]["holderIdentity"].startswith("make up of ")
    assert KEY not in kubernetes.objects
    with pytest.raises(ZeroDivisionError), one.held("make up", 0.0):
        raise ZeroDivisionError
    assert KEY not in kubernetes.objects


def test_another_one_is_told_who_holds_it(one: lease.Lease) -> None:
    with one.held("make up", 0.0):
        with (
            pytest.raises(SimulatorError, match=r"^instance x: make up of .*\(pid \d+\) holds it since .*; wait until"),
            one.held("make down", 0.2),
        ):
            raise AssertionError
        time.sleep(2 * lease._DURATION)
        with pytest.raises(SimulatorError, match="holds it since"), one.held("make down", 0.0):
            raise AssertionError


def test_another_one_waits_a_little(one: lease.Lease) -> None:
    order = []

    def other() -> None:
        with one.held("make down", 5.0):
            order.append("second")

    with one.held("make up", 0.0):
        waiting = threading.Thread(target=other)
        waiting.start()
        time.sleep(0.3)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_lease_of_a_killed_run_on_this_machine_is_free_at_once(kubernetes: FakeKubernetes, one: lease.Lease) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    left_behind(kubernetes, one, lease._process(process.pid))
    process.kill()
    process.wait()
    started = time.monotonic()
    with one.held("make up", 0.0):
        assert time.monotonic() - started < lease._DURATION / 2


def test_lease_of_a_killed_run_elsewhere_lapses(kubernetes: FakeKubernetes, one: lease.Lease) -> None:
    left_behind(kubernetes, one, "another-boot pid:[1] 17 99")
    started = time.monotonic()
    with one.held("make up", 0.0):
        assert time.monotonic() - started >= lease._DURATION


def test_user_who_may_have_none_is_warned(kubernetes: FakeKubernetes, one: lease.Lease) -> None:
    kubernetes.refusals["POST leases"] = (403, "leases is forbidden")
    with one.held("make up", 0.0) as warning:
        assert warning.startswith("instance x: two runs at once are not kept apart, for this user may have no leases")
