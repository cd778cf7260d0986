# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checkout as the collection that Python imports."""

from __future__ import annotations

from .. import module_runner  # noqa: F401  # puts the collection on the path
