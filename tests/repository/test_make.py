# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of the Makefile, as a user sees them."""

from __future__ import annotations

import re
import subprocess

from .documents import ROOT
from .test_documents import TARGETS


def test_help_tells_what_each_target_does() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = dict(re.findall(r"^  make (\S+) +(\S.*)$", said, re.MULTILINE))
    assert set(told) == TARGETS
    assert not [line for line in said.splitlines() if len(line) > 160]
