# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test data on seven real servers: what is put there arrives whole, and the next case starts empty."""
