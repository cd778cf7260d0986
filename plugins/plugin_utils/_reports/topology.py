# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The measures of the picture of the topology, and what text fits into it. Private to file_simulator.nas. Pure.

From left to right, as data flows to inputs: the Windows directory, the way of the sync agent, the server, and the
services. Drawn twice where there are few servers: broad, all of them in one picture, and as one small picture for
each, which fit any window and which style puts side by side. Text is shortened to what its box surely holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import shortened, visible

# What a character takes at most of its font's size, for the two fonts of the page.
_WIDTHS = {"sans": 0.6, "mono": 0.61}


@dataclass(frozen=True)
class Form:
    """The measures of a lane, in pixels: three boxes with two arrows between them."""

    windows: int
    arrow: int
    server: int
    services: int
    height: int
    broad: bool

    @property
    def width(self) -> int:
        """The whole lane."""
        return self.windows + self.arrow + self.server + self.arrow + self.services + 2

    @property
    def server_at(self) -> int:
        """Where the server's box begins."""
        return self.windows + self.arrow + 1

    @property
    def services_at(self) -> int:
        """Where the services' box begins."""
        return self.server_at + self.server + self.arrow


BROAD = Form(windows=290, arrow=124, server=340, services=190, height=60, broad=True)
SMALL = Form(windows=114, arrow=22, server=150, services=62, height=60, broad=False)


def fitting(text: str, room: float, size: float, font: str = "sans") -> str:
    """Return text that is no wider than ``room`` at a font's size, both in pixels."""
    return shortened(visible(text), max(1, int(room / (size * _WIDTHS[font]))))
