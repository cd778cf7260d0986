# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real single-node Kubernetes for tests, built from source and run by hand."""
