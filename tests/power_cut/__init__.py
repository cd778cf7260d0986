# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine keeps when its power is cut, with clients of NFS servers and testers writing."""
