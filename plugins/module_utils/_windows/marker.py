# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The marker in a Windows directory, as a value and as text. Private to file_simulator.nas. Pure.

A marker is a small file in the data root and in each server's directory. It tells the directory
itself from an empty mount point in its place, and one laid-out directory from its successor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model import defaults as default

MARKER_NAME = default.MARKER_NAME
_FORMAT = 1


@dataclass(frozen=True)
class Marker:
    """What a marker says. ``server`` is empty in the data root's; ``created`` tells whether we made the directory.

    ``instance`` and ``server`` claim the directory: nobody else has it. Markers of older versions name no instance.
    ``restored`` is an id of the last time that we made the directory anew after it had been deleted, empty before.
    """

    server: str
    generation: str
    created: bool
    instance: str = ""
    restored: str = ""

    @classmethod
    def parse(cls, text: str) -> Marker:
        """Read a marker's text; raise ValueError when it is none."""
        try:
            data = json.loads(text)
            return cls(
                str(data["server"]),
                str(data["generation"]),
                bool(data["created"]),
                str(data.get("instance", "")),
                str(data.get("restored", "")),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no marker: {error}") from None

    @property
    def text(self) -> str:
        """The text of the marker's file."""
        data = {
            "format": _FORMAT,
            **({"instance": self.instance} if self.instance else {}),
            "server": self.server,
            "generation": self.generation,
            "created": self.created,
            **({"restored": self.restored} if self.restored else {}),
        }
        return json.dumps(data, indent=2) + "\n"

    @property
    def life(self) -> str:
        """Generation and ``restored`` in one word or two, as a machine remembers them; see ``lived``."""
        return f"{self.generation} {self.restored}".rstrip()


def lived(life: str) -> tuple[str, str]:
    """Return generation and ``restored`` of what a machine remembers, both empty when that is nothing."""
    generation, _space, restored = life.partition(" ")
    return generation, restored
