# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one real server that the tests on podman have, here under load."""

from __future__ import annotations

from ..podman.conftest import simulator

__all__ = ["simulator"]
