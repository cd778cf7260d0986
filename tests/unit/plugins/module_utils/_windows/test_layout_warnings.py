# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warnings of what works today with Windows directories, and may not tomorrow."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_warnings import layout_warnings

GIB = 1 << 30
OUTPUTS = [{"name": f"nas-output-{n}", "port": 32150 + n} for n in range(2)]


def warnings(free: int | None, *, long_paths: bool = False, **topology: t.Any) -> list[str]:
    read = read_topology(topology)
    return layout_warnings(read, read.servers, free, long_paths=long_paths)


@pytest.mark.parametrize("free", [None, GIB, 100 * GIB])
def test_enough(free: int | None) -> None:
    assert warnings(free, servers=OUTPUTS) == []


def test_little_space() -> None:
    (line,) = warnings(GIB // 2, servers=OUTPUTS)
    assert line.startswith("drive C: has 0.5 GiB free, and nas-output-0, nas-output-1 may bring 1.0 GiB to it; free")


@pytest.mark.parametrize(
    "change",
    [{"enabled": False}, {"role": "input"}, {"sync": {"mode": "none"}}, {"directory": r"D:\other"},
     {"storage": {"size_limit": "1Mi"}}],
)  # fmt: skip
def test_servers_that_bring_little(change: dict[str, t.Any]) -> None:
    assert warnings(GIB // 2, servers=[{**server, **change} if "directory" not in change else
                                       {**server, "directory": rf"D:\{server['name']}"} for server in OUTPUTS]) == []  # fmt: skip


@pytest.mark.parametrize(("length", "warned"), [(121, False), (122, True), (250, True)])
def test_long_path(length: int, warned: bool) -> None:
    """Windows counts the drive, all separators and the name: 259 characters in all."""
    part = "d" * (length - 3)
    servers = [{"name": "nas-in-1", "role": "input", "port": 32150}]
    data_root = f"C:\\{part}"
    lines = warnings(None, data_root=data_root, servers=servers)
    room = 259 - len(data_root) - len("\\nas-in-1") - 1
    assert bool(lines) == warned == (room < 128)
    if warned:
        assert f"leaves {max(room, 0)} characters for what lies below it" in lines[0]
    assert warnings(None, long_paths=True, data_root=data_root, servers=servers) == []


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    data_root = "C:\\" + "\U0001f4c1" * 60
    assert warnings(None, data_root=data_root, servers=[{"name": "nas-in-1", "role": "input", "port": 32150}])
