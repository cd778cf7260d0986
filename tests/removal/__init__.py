# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is removed of which nobody has just said that nothing waits in it: on real podman."""
