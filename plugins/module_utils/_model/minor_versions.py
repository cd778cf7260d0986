# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The minor versions of NFSv4 that servers speak. Private to file_simulator.nas. Pure.

Not 4.2: NFS-Ganesha 4.3 answers its READ_PLUS with an offset behind the data, so that clients whose kernel asks that
way (``CONFIG_NFS_V4_2_READ_PLUS``, as in Debian 13) read zeros in place of what is in the file, and are told of no error.
"""

from __future__ import annotations

import re

SERVED = (0, 1)
_UNSERVED = re.compile(r"((?:(?:nfs)?vers=|v)4\.|minorversion=)[2-9]")


def served_option(option: str) -> str:
    """Return a mount option as it is, or with the highest minor version of NFSv4 where it asks for a higher one."""
    match = _UNSERVED.fullmatch(option)
    return f"{match[1]}{SERVED[-1]}" if match else option
