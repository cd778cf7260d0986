# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks of the NAS servers, to choose from. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import Check, registered
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import (
    availability,
    cluster,
    containers,
    disruptive,
    export,
    persistence,
    transfer,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# In the order in which reports show their checks.
SUITE = (availability, containers, cluster, transfer, export, disruptive, persistence)
CATALOGUE: tuple[Check, ...] = registered(SUITE)


def selected(names: t.Sequence[str], tags: t.Sequence[str]) -> list[Check]:
    """Return the checks that have one of ``names`` or one of ``tags``, all when neither is given.

    Raises SimulatorError on a name or a tag that no check has.
    """
    known_names = [check.name for check in CATALOGUE]
    known_tags = sorted({tag for check in CATALOGUE for tag in check.tags})
    for field, given, known in (("checks", names, known_names), ("tags", tags, known_tags)):
        for word in given:
            if word not in known:
                raise SimulatorError(f"{field}: '{word}' is unknown; there are {', '.join(known)}")
    if not names and not tags:
        return list(CATALOGUE)
    return [check for check in CATALOGUE if check.name in names or set(check.tags) & set(tags)]
