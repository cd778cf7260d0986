# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sync agent: carries changes between a Windows directory and the export of one NAS server."""

from __future__ import annotations

__version__ = "1.0.0"
