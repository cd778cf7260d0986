# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pods mount: their own volumes on a NAS, and claims. Private to file_simulator.nas. Pure.

Every kind that has the template of a pod where Deployments, CronJobs or PodTemplates have it is taken for a workload,
so that those of operators count, too.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._production.claims import Bindings, made_names
from ansible_collections.file_simulator.nas.plugins.module_utils._production.documents import Document
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import (
    Mapping,
    mapping,
    mappings,
    text,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import (
    Source,
    Uses,
    Volume,
    read_source,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.volumes import CSI_DRIVER, csi_source

_TEMPLATES = (("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"), ("template", "spec"))
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


@dataclass(frozen=True)
class _Mounted:
    """What a pod's volume stands for, each with whether it is read-only for the pod whatever its containers say."""

    sources: t.Sequence[tuple[Source, bool]]


def inline_volumes(documents: t.Sequence[Document], bindings: Bindings, uses: Uses, findings: Findings) -> list[Volume]:
    """Return the volumes on a NAS that pods have of their own; ``uses`` gets how the pods mount these and claims."""
    found: list[Volume] = []
    for document in documents:
        pod = _pod_of(document)
        mounted: dict[str, _Mounted] = {}
        for volume in mappings(pod, "volumes"):
            inline = _inline(document, volume, findings)
            if inline:
                found.append(inline)
                mounted[text(volume.get("name"))] = _Mounted([(inline.source, _is_read_only(volume))])
            else:
                mounted.update(_claimed(document, volume, bindings))
        for template in mappings(document.spec, "volumeClaimTemplates"):
            name = text(mapping(template, "metadata").get("name"))
            mounted[name] = _of_claims(document, made_names(document, name), bindings, read_only=False)
        _add_uses(pod, mounted, uses)
    return found


def _pod_of(document: Document) -> Mapping:
    if document.place.kind == "Pod":
        return document.spec
    return next((pod for keys in _TEMPLATES for pod in [mapping(document.object, *keys)] if pod), {})


def _inline(document: Document, volume: Mapping, findings: Findings) -> Volume | None:
    """Return a pod's own volume where it is on a NAS. Its object is the volume alone: pods may have passwords."""
    nfs, csi = volume.get("nfs"), mapping(volume, "csi")
    options: list[str] = []
    if isinstance(nfs, t.Mapping):
        source = read_source(text(nfs.get("server")), text(nfs.get("path")), document.place, findings)
    elif csi.get("driver") == CSI_DRIVER:
        source, options = csi_source(csi, document.place, findings)
    else:
        return None
    return Volume(document.place, source, volume, tuple(options)) if source else None


def _is_read_only(volume: Mapping) -> bool:
    return any(mapping(volume, key).get("readOnly") is True for key in ("nfs", "csi", "persistentVolumeClaim"))


def _claimed(document: Document, volume: Mapping, bindings: Bindings) -> dict[str, _Mounted]:
    claim = text(mapping(volume, "persistentVolumeClaim").get("claimName"))
    if not claim:
        return {}
    return {text(volume.get("name")): _of_claims(document, [claim], bindings, read_only=_is_read_only(volume))}


def _of_claims(document: Document, names: t.Sequence[str], bindings: Bindings, *, read_only: bool) -> _Mounted:
    found = [bindings.volume(document.place.namespace, name) for name in names]
    return _Mounted([(volume.source, read_only or volume.read_only) for volume in found if volume])


def _add_uses(pod: Mapping, mounted: t.Mapping[str, _Mounted], uses: Uses) -> None:
    for container in (each for key in _CONTAINERS for each in mappings(pod, key)):
        for mount in mappings(container, "volumeMounts"):
            of = mounted.get(text(mount.get("name")))
            for source, read_only in of.sources if of else ():
                uses.add(source, read_only or mount.get("readOnly") is True)
