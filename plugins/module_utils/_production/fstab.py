# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Lines of ``/etc/fstab`` that mount from a NAS. Private to file_simulator.nas. Pure.

fstab(5) has six fields with blanks between them; a blank within one is written as its number, ``\040``.
"""

from __future__ import annotations

import re

from ansible_collections.file_simulator.nas.plugins.module_utils._model.mount_words import split_options
from ansible_collections.file_simulator.nas.plugins.module_utils._production import mount_options
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings, Place
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import (
    Volume,
    read_source,
    split_device,
)

KIND = "fstab"
_ESCAPE = re.compile(r"\\([0-7]{3})")


def read_fstab(file: str, content: str, findings: Findings) -> list[Volume]:
    """Return what the lines of a file mount from NAS servers; other lines are left alone."""
    found = []
    for number, line in enumerate(content.splitlines(), start=1):
        fields = [_ESCAPE.sub(lambda match: chr(int(match[1], 8)), word) for word in line.split()]
        if len(fields) < 3 or fields[0].startswith("#") or fields[2] not in mount_options.TYPES:
            continue
        device, target, kind = fields[:3]
        options = mount_options.of_type(kind, split_options(fields[3]) if len(fields) > 3 else [])
        place = Place(file, number, KIND, "", target)
        source = read_source(*split_device(device), place, findings)
        if source:
            line_as_read = {"device": device, "target": target, "type": kind, "options": ",".join(fields[3:4])}
            found.append(Volume(place, source, line_as_read, tuple(options), mount_options.read_only(options)))
    return found
