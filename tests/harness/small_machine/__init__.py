# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines that have a kernel, busybox, Python and mount, and nothing else: they boot in seconds under emulation."""
