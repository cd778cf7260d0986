# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""make up and make down, killed at random moments: the next make up completes, and nothing is gone."""
