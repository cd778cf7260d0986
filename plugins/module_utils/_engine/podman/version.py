# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The oldest podman that runs servers. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# The oldest that servers were run with. Podman 3 could not: its networks are CNI's, and it describes them in another form.
MINIMUM = (4, 3)
_NUMBER = re.compile(r"(\d+)\.(\d+)\S*")


def check_version(said: str) -> None:
    """Raise SimulatorError when ``said``, the answer to ``podman --version``, tells of one that is too old."""
    found = _NUMBER.search(said)
    if found and (int(found.group(1)), int(found.group(2))) < MINIMUM:
        raise SimulatorError(
            f"podman: this is version {found.group(0)}, and the servers need {MINIMUM[0]}.{MINIMUM[1]} or newer, as Debian 12 "
            "and Ubuntu 24.04 have it; or run them in a cluster (file_simulator_engine: minikube or kubernetes)"
        )
