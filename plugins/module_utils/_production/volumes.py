# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PersistentVolumes on a NAS, and the claims that are bound to them. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.mount_words import split_options
from ansible_collections.file_simulator.nas.plugins.module_utils._production import mount_options
from ansible_collections.file_simulator.nas.plugins.module_utils._production.documents import Document
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import Mapping, mapping, text, texts
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Source, Volume, read_source

VOLUME = "PersistentVolume"
CSI_DRIVER = "nfs.csi.k8s.io"
_MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options"
# What a volume's spec has beside the storage that it stands for.
_NO_STORAGE = {
    "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy",
    "storageClassName", "volumeAttributesClassName", "volumeMode",
}  # fmt: skip


def volumes_of(documents: t.Sequence[Document], findings: Findings) -> list[tuple[Volume, Document]]:
    """Return the PersistentVolumes that are on a NAS. Two of one name that differ are a problem."""
    found: dict[str, tuple[Volume, Document]] = {}
    first: dict[str, Document] = {}
    for document in documents:
        if document.place.kind != VOLUME:
            continue
        name = document.place.name
        if not name:
            findings.problem(document.place, f"number {document.place.number} of the file has no name")
            continue
        known = first.setdefault(name, document)
        if known is not document:
            if known.object != document.object:
                where = f"{known.place.file}, number {known.place.number}"
                findings.problem(
                    document.place,
                    f"number {document.place.number} has the name of another one ({where}); names differ",
                )
            continue
        volume = _volume(document, findings)
        if volume:
            found[name] = (volume, document)
    return list(found.values())


def _volume(document: Document, findings: Findings) -> Volume | None:
    spec, place = document.spec, document.place
    options = [*texts(spec.get("mountOptions")), *_annotated_options(document)]
    nfs = spec.get("nfs")
    csi = mapping(spec, "csi")
    if isinstance(nfs, t.Mapping):
        source = read_source(text(nfs.get("server")), text(nfs.get("path")), place, findings)
        closed = nfs.get("readOnly") is True
    elif csi.get("driver") == CSI_DRIVER:
        source, more = csi_source(csi, place, findings)
        options += more
        closed = csi.get("readOnly") is True
    else:
        _not_nfs(spec, csi, place, findings)
        return None
    if source is None:
        return None
    modes = texts(spec.get("accessModes"))
    read_only = closed or modes == ["ReadOnlyMany"] or mount_options.read_only(options)
    return Volume(place, source, document.object, tuple(options), read_only)


def csi_source(csi: Mapping, place: Place, findings: Findings) -> tuple[Source | None, list[str]]:
    """Return what a volume of the CSI driver for NFS mounts, with the mount options among its attributes."""
    # The driver takes its words in any case.
    attributes = {key.lower(): text(value) for key, value in mapping(csi, "volumeAttributes").items()}
    share, below = attributes.get("share", ""), attributes.get("subdir", "")
    source = read_source(
        attributes.get("server", ""), f"{share.rstrip('/')}/{below}" if share and below else share, place, findings
    )
    return source, split_options(attributes.get("mountoptions", ""))


def _annotated_options(document: Document) -> list[str]:
    return split_options(text(mapping(document.object, "metadata", "annotations").get(_MOUNT_OPTIONS)))


def _not_nfs(spec: Mapping, csi: Mapping, place: Place, findings: Findings) -> None:
    kinds = sorted(set(spec) - _NO_STORAGE)
    if not kinds:
        findings.problem(place, "names no storage; a volume on a NAS has nfs with server and path")
        return
    driver = text(csi.get("driver"))
    what = f"the CSI driver {driver}" if driver else kinds[0]
    findings.note(place, f"is no volume on a NAS ({what}); it is left out")
