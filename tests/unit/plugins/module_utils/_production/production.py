# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production's files for tests: shapes as they are met, with names that nobody has."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._production.production import (
    File,
    Files,
    Production,
    read_production,
)

FILES = Path(__file__).parent / "files"
# The required parameters of the Template among them.
PARAMETERS = {"template.yaml": {"NAS": "nas40.halden.example"}}
_KINDS: dict[str, str] = {"fstab": "fstab", "compose.yaml": "compose"}


def recorded(name: str, roles: t.Mapping[str, str] | None = None) -> Production:
    """What is made of one of the files."""
    file = File(name, (FILES / name).read_text())
    given: dict[str, t.Any] = {_KINDS.get(name, "manifests"): [file]}
    return read_production(Files(**given, parameters=PARAMETERS.get(name, {})), roles or {})


def of_text(*texts: str, roles: t.Mapping[str, str] | None = None, **more: t.Any) -> Production:
    """What is made of manifests; they are called 1.yaml, 2.yaml and so on."""
    files = [File(f"{number}.yaml", text) for number, text in enumerate(texts, start=1)]
    return read_production(Files(manifests=files, **more), roles or {})


def problems_of(*texts: str, **more: t.Any) -> list[str]:
    """What is wrong with manifests."""
    try:
        of_text(*texts, **more)
    except SimulatorError as error:
        return list(error.details["problems"])
    return []


def volume(name: str = "v", server: str = "nas01.halden.example", path: str = "/vol/v", more: str = "") -> str:
    """A PersistentVolume; ``more`` is YAML that its spec has as well, in one line."""
    return (
        f"---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {name}}}\n"
        f"spec: {{nfs: {{server: '{server}', path: '{path}'}}, accessModes: [ReadWriteMany]{more and ', '}{more}}}\n"
    )


def pod(name: str, volumes: str, mounts: str, namespace: str = "") -> str:
    """A pod with one container."""
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}{where}}}\n"
        f"spec: {{volumes: [{volumes}], containers: [{{name: c, volumeMounts: [{mounts}]}}]}}\n"
    )
