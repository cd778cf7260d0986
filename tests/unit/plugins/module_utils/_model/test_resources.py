# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources: precedence of the three layers, and what is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as _default_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.resources import Resources, read_resources

RESOURCES = {
    "server": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "256Mi"}},
    "agent": {"requests": {"cpu": "25m", "memory": "32Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
    "init": {"requests": {"cpu": "25m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}},
}


def test_default_stands_where_nothing_is_said() -> None:
    assert read_resources(None, None, RESOURCES)["server"] == Resources("50m", "200m", "64Mi", "256Mi")
    assert set(read_resources({}, {}, RESOURCES)) == {"server", "agent", "init"}


def test_production_names_resources_of_each_container() -> None:
    assert set(read_resources(None, None, _default_topology.RESOURCES)) == {"server", "agent", "init"}


def test_own_amounts_win_over_common_ones_and_these_over_the_defaults() -> None:
    common = {"server": {"limits": {"cpu": "1", "memory": "1Gi"}}, "agent": {"limits": {"memory": "96Mi"}}}
    own = {"server": {"limits": {"cpu": 2}, "requests": {"memory": "512Mi"}}}
    found = read_resources(own, common, RESOURCES)
    assert found["server"] == Resources("50m", "2000m", "512Mi", "1Gi")
    assert found["agent"] == Resources("25m", "100m", "32Mi", "96Mi")
    assert found["init"] == read_resources(None, None, RESOURCES)["init"]


def test_defaults_stay_as_they_are() -> None:
    read_resources({"server": {"limits": {"cpu": "2"}}}, None, RESOURCES)
    assert RESOURCES["server"]["limits"]["cpu"] == "200m"


def test_request_may_equal_its_limit() -> None:
    same = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1000m", "memory": "1024Mi"}}
    assert read_resources({"server": same}, None, RESOURCES)["server"].cpu_limit == "1000m"


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"sidecar": {}}, "resources.sidecar: unknown key; known are agent, init, server"),
        ({"server": {"request": {}}}, "resources.server.request: unknown key"),
        ({"server": {"limits": {"gpu": 1}}}, "resources.server.limits.gpu: unknown key"),
        ({"server": {"limits": {"cpu": "fast"}}}, "resources.server.limits.cpu: 'fast' is no amount of CPU"),
        ({"agent": {"limits": {"memory": "1 GB"}}}, "resources.agent.limits.memory: '1 GB' is no amount"),
        ({"server": {"requests": {"cpu": "201m"}}}, "resources.server: requests 201m of cpu, more than its limit 200m"),
        ({"init": {"limits": {"memory": "16Mi"}}}, "resources.init: requests 32Mi of memory, more than its limit 16Mi"),
        ("much", "resources: expected a mapping"),
        ({"server": "much"}, "resources.server: expected a mapping"),
        ({"server": {"limits": []}}, "resources.server.limits: expected a mapping"),
    ],
)
def test_refused(own: t.Any, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        read_resources(own, None, RESOURCES)


def test_refusal_of_common_resources_names_the_defaults() -> None:
    with pytest.raises(FieldError, match=r"defaults\.resources\.sidecar: unknown key"):
        read_resources(None, {"sidecar": {}}, RESOURCES)
