# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of mounts that NFS-Ganesha reads names the volume where containers have it, and nothing else."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import EXPORT_MOUNT

MTAB = Path(__file__).resolve().parents[5] / "roles/nas_image/files/mtab"


def test_the_volume_is_the_only_mount() -> None:
    lines = [line.split() for line in MTAB.read_text().splitlines() if not line.startswith("#")]
    assert [fields[1] for fields in lines] == [EXPORT_MOUNT]
    assert all(len(fields) == 6 for fields in lines)
