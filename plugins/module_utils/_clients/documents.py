# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files for clients, by the formats that were asked for. Private to file_simulator.nas. Pure.

Manifests are what is applied to a cluster, object by object, in the form for ``kubectl apply -k``.
"""

from __future__ import annotations

import traceback
import typing as t
from dataclasses import dataclass

try:
    import yaml
except ImportError:
    YAML_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

from ansible_collections.file_simulator.nas.plugins.module_utils._clients import formats
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Endpoint
from ansible_collections.file_simulator.nas.plugins.module_utils._clients.manifests import (
    Naming,
    kustomization,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.objects import (
    CLAIM,
    CONFIG_MAP,
    VOLUME,
)

FORMATS = ("manifests", "env", "json", "yaml", "appsettings", "fstab", "mount")
# These are made with PyYAML, which the managed machine may lack.
YAML_FORMATS = ("manifests", "yaml")
_KUSTOMIZATION = "kustomization.yaml"
_MANIFESTS = {
    VOLUME: "manifests/persistent-volumes.yaml",
    CLAIM: "manifests/persistent-volume-claims.yaml",
    CONFIG_MAP: "manifests/endpoints.yaml",
}
_EXAMPLE = "example/nas-example.yaml"
_PRODUCTION = "production/volumes.yaml"
# By format, the files that it can have: what is to be removed has to be known without making it.
FILES: dict[str, tuple[str, ...]] = {
    "manifests": (
        f"manifests/{_KUSTOMIZATION}",
        *_MANIFESTS.values(),
        f"example/{_KUSTOMIZATION}",
        _EXAMPLE,
        _PRODUCTION,
    ),
    "env": ("endpoints.env",),
    "json": ("endpoints.json",),
    "yaml": ("endpoints.yaml",),
    "appsettings": ("appsettings.json",),
    "fstab": ("fstab",),
    "mount": ("mount.sh",),
}


@dataclass(frozen=True)
class Subject:
    """What the files are about. ``example`` is empty where there is none, ``production`` where no volumes of its are given."""

    endpoints: t.Sequence[Endpoint]
    naming: Naming
    objects: t.Sequence[Object]
    example: t.Sequence[Object]
    mount_root: str
    production: t.Sequence[Object] = ()


def documents(chosen: t.Sequence[str], subject: Subject) -> dict[str, str]:
    """Return the content of each file, by its path below the directory for clients' files."""
    known = formats.facts(
        subject.endpoints, formats.outside, namespace=subject.naming.home, prefix=subject.naming.prefix
    )
    made: dict[str, t.Callable[[], dict[str, str]]] = {
        "manifests": lambda: _manifests(subject),
        "env": lambda: {"endpoints.env": formats.env(known)},
        "json": lambda: {"endpoints.json": formats.as_json(known)},
        "yaml": lambda: {"endpoints.yaml": _yaml([known])},
        "appsettings": lambda: {"appsettings.json": formats.appsettings(known)},
        "fstab": lambda: {"fstab": formats.fstab(subject.endpoints, subject.mount_root, subject.naming.instance)},
        "mount": lambda: {"mount.sh": formats.mount_script(subject.endpoints, subject.mount_root)},
    }
    return {path: text for name in FORMATS if name in chosen for path, text in made[name]().items()}


def surplus(desired: t.Mapping[str, str]) -> list[str]:
    """Return the files that can be there from another time and are not wanted now."""
    return [path for paths in FILES.values() for path in paths if path not in desired]


def _manifests(subject: Subject) -> dict[str, str]:
    files = {
        path: _yaml([item for item in subject.objects if item["kind"] == kind]) for kind, path in _MANIFESTS.items()
    }
    found = {f"manifests/{_KUSTOMIZATION}": _yaml([kustomization(path.split("/")[1] for path in files)]), **files}
    if subject.example:
        found[f"example/{_KUSTOMIZATION}"] = _yaml([kustomization([_EXAMPLE.split("/")[1]])])
        found[_EXAMPLE] = _yaml(subject.example)
    if subject.production:
        found[_PRODUCTION] = _yaml(subject.production)
    return found


def _yaml(items: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    return str(yaml.dump_all(items, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=10**6))


def _dumper() -> t.Any:
    """Return a dumper that writes texts of several lines as such, without aliases."""

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: t.Any) -> bool:
            return True

    def text(dumper: t.Any, data: str) -> t.Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)

    Dumper.add_representer(str, text)
    return Dumper
