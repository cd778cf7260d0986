# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual machine as people have one: systemd, cgroup v2, the kernel's clients of NFS and 9p, a user with sudo."""
