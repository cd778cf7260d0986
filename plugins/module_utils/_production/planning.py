# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology that stands for the NAS of production's volumes. Private to file_simulator.nas. Pure.

One server for each NAS, whatever it is used for: its exports share one tree, one Windows directory and one address, so
that production's server and path stay what they are.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.defaults import DATA_ROOT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import NO_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import EXPORT_IDS, Export, read_exports
from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.mount_words import version
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import NFS_SERVERS
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._production import mount_options, naming
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings
from ansible_collections.file_simulator.nas.plugins.module_utils._production.roles import (
    BACKUP,
    INPUT,
    OUTPUT,
    Roles,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Source, Volume

_READ_ONLY = "ro,sync,no_root_squash"
_TWO_WAY = "two_way"


@dataclass(frozen=True)
class Planned:
    """A topology as users write it, and the name of the server that stands for each path on a NAS."""

    topology: dict[str, t.Any]
    servers: t.Mapping[Source, str]


def planned(volumes: t.Sequence[Volume], roles: Roles, findings: Findings) -> Planned:
    """Return the topology in which each of ``volumes`` has its server and path."""
    by_host: dict[str, dict[str, list[Volume]]] = {}
    for volume in sorted(volumes, key=lambda volume: (volume.source.host, volume.source.path)):
        wrong = _export_problem(volume.source.path)
        if wrong:
            findings.note(volume.place, f"the simulator cannot export its path: {wrong}; it is left out")
            continue
        by_host.setdefault(volume.source.host, {}).setdefault(volume.source.path, []).append(volume)
    names = naming.server_names(by_host)
    entries = [_Server(host, names[host], paths, findings).entry(roles) for host, paths in by_host.items()]
    _set_ids(entries)
    return Planned(
        {"servers": entries}, {Source(host, path): names[host] for host, paths in by_host.items() for path in paths}
    )


def _exports(entry: t.Mapping[str, t.Any]) -> tuple[Export, ...]:
    """Return the exports of an entry, whose other fields play no part."""
    anywhere = WindowsPath.parse(DATA_ROOT)
    return read_exports(entry, port=NO_PORT, options=_READ_ONLY, nfs_server=NFS_SERVERS[0], directory=anywhere)


def _export_problem(path: str) -> str:
    try:
        _exports({"name": "nas", "exports": [{"path": path}]})
    except FieldError as error:
        return visible(str(error).partition(": ")[2])
    return ""


def _set_ids(entries: t.Sequence[dict[str, t.Any]]) -> None:
    """Give an id of its own to each export whose id, which follows from its names, another one has."""
    taken: set[int] = set()
    for entry in entries:
        for own, export in zip(entry["exports"], _exports(entry)):
            number = export.export_id
            while number in taken:
                number = number % EXPORT_IDS[1] + 1
            if number != export.export_id:
                own["export_id"] = number
            taken.add(number)


class _Server:
    """What is planned for one NAS."""

    def __init__(self, host: str, name: str, paths: t.Mapping[str, t.Sequence[Volume]], findings: Findings) -> None:
        self._host = host
        self._name = name
        self._paths = paths
        self._findings = findings
        self._first = next(iter(paths.values()))[0]

    def entry(self, roles: Roles) -> dict[str, t.Any]:
        """Return the server as a topology has it; what it cannot be like in production is noted."""
        of_path = {path: roles.role(Source(self._host, path), volumes) for path, volumes in self._paths.items()}
        exports = _roots(self._paths)
        self._note_nested(exports)
        self._note_options()
        role, mode = self._role(of_path)
        aliases = self._aliases()
        return {
            "name": self._name,
            "role": role,
            **({"sync": {"mode": mode}} if mode else {}),
            "address": "auto",
            "nfs_versions": self._versions(),
            **({"aliases": aliases} if aliases else {}),
            "exports": self._exports(exports, of_path, role),
        }

    def _role(self, of_path: t.Mapping[str, str]) -> tuple[str, str]:
        """Return the server's role, and how it is synced where that does not follow from its role."""
        found = set(of_path.values())
        if len(found) == 1 and "" not in found:
            return found.pop(), ""
        if found == {INPUT, BACKUP}:
            return INPUT, ""
        if len(found) > 1:
            said = ", ".join(f"{visible(path)} is {role or 'not known'}" for path, role in of_path.items())
            self._findings.note(
                self._first.place,
                f"{visible(self._host)} has paths of several roles ({said}) in one tree, so it is synced both ways",
            )
        return (OUTPUT if found == {OUTPUT, BACKUP} else INPUT), _TWO_WAY

    def _aliases(self) -> list[str]:
        host = self._host
        if naming.can_be_alias(host):
            if self._name not in (host.partition(".")[0], host.replace(".", "-")):
                self._findings.note(
                    self._first.place,
                    f"server {visible(host)} is called {self._name}, for its own name is none that Kubernetes and Windows "
                    "have, or another one has it",
                )
            return [] if host == self._name else [host]
        what = "an address" if naming.is_address(host) else "a name that DNS cannot have"
        self._findings.note(
            self._first.place,
            f"server {visible(host)} is {what}, which the server {self._name} cannot answer to: whoever mounts it has to "
            "name another one",
        )
        return []

    def _versions(self) -> list[int]:
        asked = {version(volume.options) for volume in self._volumes()}
        # Who names no version gets the highest; Linux asks for 4 first.
        return sorted({4 if each is None else max(each, 3) for each in asked})

    def _exports(self, exports: t.Sequence[str], of_path: t.Mapping[str, str], role: str) -> list[dict[str, t.Any]]:
        directories = naming.subdirectories(exports)
        found = []
        for path in exports:
            own = {"export_options": _READ_ONLY} if of_path[path] == BACKUP and role != BACKUP else {}
            found.append({"path": path, "subdirectory": directories[path], **own})
            last = path.rpartition("/")[2]
            if directories[path] not in (last, path.strip("/").replace("/", "-")):
                self._findings.note(
                    self._paths[path][0].place,
                    f"{visible(path)} is the directory {visible(directories[path])} in Windows, which cannot hold its name",
                )
        return found

    def _note_nested(self, exports: t.Sequence[str]) -> None:
        for path, volumes in self._paths.items():
            if path not in exports:
                above = next(export for export in exports if _is_below(path, export))
                self._findings.note(
                    volumes[0].place,
                    f"{visible(path)} lies in {visible(above)}, which is exported as a whole: make the directory there "
                    "before it is mounted",
                )

    def _note_options(self) -> None:
        for volume in self._volumes():
            for what in mount_options.not_kept(volume.options):
                self._findings.note(volume.place, what)

    def _volumes(self) -> t.Iterator[Volume]:
        return (volume for volumes in self._paths.values() for volume in volumes)


def _roots(paths: t.Iterable[str]) -> list[str]:
    """Return the paths that lie in no other one: a client mounts a directory of an export like the export itself."""
    found: list[str] = []
    for path in sorted(paths, key=lambda path: path.split("/")):
        if not any(_is_below(path, other) for other in found):
            found.append(path)
    return found


def _is_below(path: str, other: str) -> bool:
    return path.startswith(other.rstrip("/") + "/") and path != other
