# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One side each: a directory tree with what its file system can and cannot do. Imports nothing of sync or daemon."""
