# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes on a NAS in files of Docker Compose, and how its services mount them. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.mount_words import split_options
from ansible_collections.file_simulator.nas.plugins.module_utils._production import mount_options
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.plain import (
    Mapping,
    mapping,
    text,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import (
    Uses,
    Volume,
    read_source,
    split_device,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._production.yaml_text import NotReadable, read_values

KIND = "compose volume"
_VARIABLE = re.compile(r"\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))")


def read_compose(
    file: str, content: str, variables: t.Mapping[str, str], uses: Uses, findings: Findings
) -> list[Volume]:
    """Return the volumes on a NAS of a file. ``variables`` stand for those of the environment; defaults count."""
    try:
        documents = [value.value for value in read_values(content)]
    except NotReadable as error:
        findings.problem(Place(file), f"is no YAML: {error}")
        return []
    found: dict[str, Volume] = {}
    for number, (name, volume) in enumerate(mapping(documents[0] if documents else None, "volumes").items(), start=1):
        place = Place(file, number, KIND, "", name)
        made = _volume(place, mapping(volume), variables, findings)
        if made:
            found[name] = made
    for service in mapping(documents[0] if documents else None, "services").values():
        mounts = mapping(service).get("volumes")
        for mount in mounts if isinstance(mounts, list) else []:
            name, only_reads = _mount(mount)
            if name in found:
                uses.add(found[name].source, only_reads)
    if not found and not findings.problems:
        findings.note(Place(file), "has no volume of the type nfs; it is left out")
    return list(found.values())


def _volume(place: Place, volume: Mapping, variables: t.Mapping[str, str], findings: Findings) -> Volume | None:
    given = {key: _filled(text(value), variables) for key, value in mapping(volume, "driver_opts").items()}
    if given.get("type") not in mount_options.TYPES:
        return None
    options = split_options(given.get("o", ""))
    address = next((word.partition("=")[2] for word in options if word.startswith("addr=")), "")
    options = mount_options.of_type(given["type"], [word for word in options if not word.startswith("addr=")])
    host, path = split_device(given.get("device", ""))
    # Docker mounts from the address, whatever the device says before its colon.
    source = read_source(address or host, path, place, findings)
    return Volume(place, source, volume, tuple(options), mount_options.read_only(options)) if source else None


def _mount(mount: t.Any) -> tuple[str, bool]:
    """Return the volume that a service mounts, and whether it only reads it; the short form is name:target:mode."""
    if isinstance(mount, t.Mapping):
        return text(mount.get("source")), mount.get("read_only") is True
    words = text(mount).split(":")
    return words[0], len(words) > 2 and "ro" in words[2].split(",")


def _filled(value: str, variables: t.Mapping[str, str]) -> str:
    def replaced(match: t.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name = match[1] or match[4]
        known = variables.get(name)
        if match[2] and (known is None or (match[2] == ":-" and not known)):
            return match[3]
        return match[0] if known is None else known

    return _VARIABLE.sub(replaced, value)
