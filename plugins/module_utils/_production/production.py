# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From production's files to a topology: what is read, in its order. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import named, visible
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology
from ansible_collections.file_simulator.nas.plugins.module_utils._production.claims import Bindings, claims_of
from ansible_collections.file_simulator.nas.plugins.module_utils._production.compose import read_compose
from ansible_collections.file_simulator.nas.plugins.module_utils._production.documents import Documents
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, lines_of
from ansible_collections.file_simulator.nas.plugins.module_utils._production.fstab import read_fstab
from ansible_collections.file_simulator.nas.plugins.module_utils._production.planning import planned
from ansible_collections.file_simulator.nas.plugins.module_utils._production.roles import Roles
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Source, Uses, Volume
from ansible_collections.file_simulator.nas.plugins.module_utils._production.volumes import volumes_of
from ansible_collections.file_simulator.nas.plugins.module_utils._production.workloads import inline_volumes

_SHOWN_FILES = 3


@dataclass(frozen=True)
class File:
    """A file of production's, with what is in it."""

    name: str
    content: str


@dataclass(frozen=True)
class Files:
    """What the user gave, by kind."""

    manifests: t.Sequence[File] = ()
    fstab: t.Sequence[File] = ()
    compose: t.Sequence[File] = ()
    parameters: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Production:
    """A topology as users write it, production's own objects, and what could not be kept."""

    topology: dict[str, t.Any]
    volumes: list[dict[str, t.Any]]
    notes: list[dict[str, str]]


def read_production(files: Files, roles: t.Mapping[str, str], problems: t.Sequence[str] = ()) -> Production:
    """Return what stands for the NAS of production's files. ``problems`` are those of files that could not be read.

    Raises:
        SimulatorError: something in the files cannot work, or no volume on a NAS is in them; with all ``problems``.
    """
    findings, uses = Findings(list(problems)), Uses()
    documents = Documents(findings, files.parameters)
    objects = [document for file in files.manifests for document in documents.read(file.name, file.content)]
    bound = volumes_of(objects, findings)
    bindings = Bindings(bound, claims_of(objects, findings))
    volumes = [volume for volume, _document in bound]
    volumes += inline_volumes(objects, bindings, uses, findings)
    volumes += [volume for file in files.fstab for volume in read_fstab(file.name, file.content, findings)]
    for file in files.compose:
        volumes += read_compose(file.name, file.content, files.parameters, uses, findings)
    _check_parameters(files, documents.declared, findings)
    rules = Roles(roles, uses, findings)
    plan = planned(volumes, rules, findings)
    if volumes:
        rules.check()
    if not plan.servers and not findings.problems:
        findings.problems += [*lines_of(findings.notes), _nothing(files)]
    if findings.problems:
        raise combined(findings.problems)
    read_topology(plan.topology)
    return Production(plan.topology, _results(volumes, bindings, plan.servers, findings), findings.notes)


def _check_parameters(files: Files, declared: set[str], findings: Findings) -> None:
    if files.compose:
        # Any variable may be one of theirs.
        return
    for name in sorted(set(files.parameters) - declared):
        findings.problems.append(f"parameters: {visible(name)}: no Template has a parameter of that name")


def _nothing(files: Files) -> str:
    read = [file.name for kind in (files.manifests, files.fstab, files.compose) for file in kind]
    return (
        f"no volume on a NAS is in {named(read, _SHOWN_FILES)}; a PersistentVolume, a pod's volume, a line of fstab or a "
        "volume of Compose has to name an NFS server"
    )


def _results(
    volumes: t.Sequence[Volume], bindings: Bindings, servers: t.Mapping[Source, str], findings: Findings
) -> list[dict[str, t.Any]]:
    found = [(volume.place, volume, volume.object) for volume in volumes]
    for claim, bound in bindings.claims():
        if bound is None and not claim.made:
            findings.note(claim.place, "is bound to no volume on a NAS in these files; it is left out")
        elif bound is not None and not claim.made:
            found.append((claim.place, bound, claim.object))
    return [
        {
            "kind": place.kind,
            "namespace": place.namespace,
            "name": place.name,
            "file": place.file,
            "number": place.number,
            "nas": volume.source.host,
            "server": servers[volume.source],
            "path": volume.source.path,
            "mount_options": list(volume.options),
            "read_only": volume.read_only,
            "object": production,
        }
        for place, volume, production in found
        if volume.source in servers
    ]
