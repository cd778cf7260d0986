# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told while servers in a cluster are waited for."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes import waiting
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.kubernetes.diagnosis import Diagnosis
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import Cluster


def test_each_server_that_is_not_ready_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[t.Callable[[], t.Sequence[str]]] = []
    told: list[list[str]] = []

    @contextlib.contextmanager
    def telling(lines: t.Callable[[], t.Sequence[str]]) -> t.Iterator[None]:
        given.append(lines)
        yield

    monkeypatch.setattr(waiting, "telling", telling)
    monkeypatch.setattr(waiting.time, "sleep", lambda seconds: told.append(list(given[0]())))
    watcher = waiting.Watcher(t.cast(Cluster, None), "file-simulator", "file-simulator")
    copies = Diagnosis("not ready yet: sync-windows-data")
    answers = [{"nas-input-2": copies, "nas-input-1": copies}, {"nas-input-2": copies}, {}]
    monkeypatch.setattr(watcher, "diagnoses", lambda servers, *, read_logs: answers.pop(0))
    watcher.until_ready(["nas-input-1", "nas-input-2"], 60)
    line = "{}: not ready yet: sync-windows-data"
    assert told == [[line.format("nas-input-1"), line.format("nas-input-2")], [line.format("nas-input-2")]]
