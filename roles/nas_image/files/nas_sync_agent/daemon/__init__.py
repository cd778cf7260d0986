# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running program around the core: clock, signals, inotify, status, HTTP."""
