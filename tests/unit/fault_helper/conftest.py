# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the package importable that makes faults."""

from __future__ import annotations

import sys
from pathlib import Path

FILES = Path(__file__).resolve().parents[3] / "roles" / "nas_image" / "files"
if str(FILES) not in sys.path:
    sys.path.insert(0, str(FILES))
