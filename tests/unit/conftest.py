# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random tests draw the same cases each time, so that what passed once passes again; ``make explore`` draws new ones."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

# What has failed once is tried first the next time, in whichever checkout that is.
_FAILURES = Path.home() / ".cache" / "file-simulator" / "hypothesis"

# A machine that has other things to do takes long to make an example.
settings.register_profile(
    "fixed", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", database=DirectoryBasedExampleDatabase(_FAILURES), deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
