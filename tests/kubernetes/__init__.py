# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers in a real cluster of our own, node and all: what only somebody who is root on the node can do to them."""
