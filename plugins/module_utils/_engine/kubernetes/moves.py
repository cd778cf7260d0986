# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server that is there would get another Windows directory. Private to file_simulator.nas. Pure.

A generation tells one directory from another, whichever path a node or a machine sees it under.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import (
    ANNOTATION_GENERATION,
    ANNOTATION_LOCAL,
    Object,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies


def check_move(
    server: str, node_directory: str, local_directory: str, generation: str, found: t.Sequence[Object]
) -> None:
    """Raise SimulatorError when the Deployment of ``found``, if any, runs on another directory than this one."""
    deployment = next((item for item in found if item["kind"] == "Deployment"), None)
    if deployment is None:
        return
    template = deployment["spec"].get("template", {})
    on_node = node_path(template)
    here = recorded_directory(found) or local_directory
    known = (template.get("metadata", {}).get("annotations") or {}).get(ANNOTATION_GENERATION, generation)
    if known == generation or (on_node in ("", node_directory) and here == local_directory):
        return
    has, desired = (here, local_directory) if here != local_directory else (on_node, node_directory)
    raise SimulatorError(
        f"server {server}: directory: it runs on {has}, and this would move it to {desired}; name its own with "
        f"drive_root and data_root, or have it moved with {remedies.MOVE_DATA_ROOT}"
    )


def recorded_directory(found: t.Sequence[Object]) -> str:
    """Return the Windows directory of a server as the machine had it that applied it last; empty when unknown."""
    deployment: Object = next((item for item in found if item["kind"] == "Deployment"), {})
    annotations = deployment.get("metadata", {}).get("annotations") or {}
    return str(annotations.get(ANNOTATION_LOCAL, ""))


def node_path(template: t.Mapping[str, t.Any]) -> str:
    """Return the Windows directory of a pod template as the node sees it; empty when it has none."""
    for volume in template.get("spec", {}).get("volumes") or []:
        if "hostPath" in volume:
            return str(volume["hostPath"]["path"])
    return ""
