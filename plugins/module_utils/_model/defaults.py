# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology of production: seven servers, and what a server is when nothing is said of it.

Private to file_simulator.nas. Pure. Data only, in the form in which users write it; the model that reads
it is in topology.py.
"""

from __future__ import annotations

import typing as t

DATA_ROOT = "C:\\simulator-data"
# Where a cluster's node sees the data root.
NODE_DATA_ROOT = "/mnt/simulator-data"
NAMESPACE = "file-simulator"
INSTANCE = "file-simulator"
LISTEN_ADDRESS = "127.0.0.1"
# The file in each directory of ours that tells it from another one; see _windows/marker.py.
MARKER_NAME = ".file-simulator.json"

SERVERS: tuple[dict[str, t.Any], ...] = (
    {"name": "nas-input-1", "role": "input", "port": 32150},
    {"name": "nas-input-2", "role": "input", "port": 32151},
    {"name": "nas-input-3", "role": "input", "port": 32152},
    {"name": "nas-backup", "role": "backup", "port": 32153},
    {"name": "nas-output-1", "role": "output", "port": 32154},
    {"name": "nas-output-2", "role": "output", "port": 32155},
    {"name": "nas-output-3", "role": "output", "port": 32156},
)
# Servers of other names have their port as export id: ports differ, fit, and never move by themselves.
EXPORT_IDS = {server["name"]: number for number, server in enumerate(SERVERS, start=1)}

# What follows from a server's role alone.
BY_ROLE: dict[str, dict[str, t.Any]] = {
    "input": {"export_options": "rw,sync,no_root_squash", "sync_mode": "windows_to_nas"},
    "backup": {"export_options": "ro,sync,no_root_squash", "sync_mode": "none"},
    "output": {"export_options": "rw,sync,no_root_squash", "sync_mode": "nas_to_windows"},
}

SYNC: dict[str, t.Any] = {"interval": 30, "quiet_period": 2, "max_deletions": "1000"}
STORAGE: dict[str, t.Any] = {"type": "empty_dir", "size_limit": "500Mi"}
# Requests and memory are those of the system that this one replaces. Its CPU limits, 200m and 100m,
# slow the start of an agent to seconds and bursts of small files to minutes; unused CPU costs nobody anything.
RESOURCES: dict[str, dict[str, dict[str, str]]] = {
    "server": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "1000m", "memory": "256Mi"}},
    "agent": {"requests": {"cpu": "25m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}},
    "init": {"requests": {"cpu": "25m", "memory": "32Mi"}, "limits": {"cpu": "1000m", "memory": "128Mi"}},
}
