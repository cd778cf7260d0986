# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to carry across and how: compares, decides, copies. Imports nothing of daemon."""
