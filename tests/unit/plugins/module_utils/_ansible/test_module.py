# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module begins and ends with: its result, or one line for a failure."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible import module as _module
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError


class Module:
    """As much of an AnsibleModule as these functions use."""

    def __init__(self) -> None:
        self.ended: list[dict[str, t.Any]] = []

    def fail_json(self, **result: t.Any) -> None:
        self.ended.append(result)
        raise SystemExit(1)

    def exit_json(self, **result: t.Any) -> None:
        self.ended.append(result)
        raise SystemExit(0)


def test_result_is_what_the_work_returns() -> None:
    module = Module()
    with pytest.raises(SystemExit, match="0"):
        _module.run(module, lambda given: {"changed": given is module})
    assert module.ended == [{"changed": True}]


def test_error_becomes_one_failure_with_its_details() -> None:
    module = Module()

    def work(_module: object) -> dict[str, t.Any]:
        raise SimulatorError("server a: no", rc=3)

    with pytest.raises(SystemExit, match="1"):
        _module.run(module, work)
    assert module.ended == [{"msg": "server a: no", "rc": 3}]
