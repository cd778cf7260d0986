# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that somebody else started: NAS_SERVERS names a file with nas_server_info's reports."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .nfs import Nas


@pytest.fixture(scope="session")
def servers() -> dict[str, Nas]:
    path = os.environ.get("NAS_SERVERS")
    assert path, "NAS_SERVERS is not set; run these tests with: molecule test --scenario-name default"
    return {
        report["name"]: Nas(
            name=report["name"],
            role=report["role"],
            port=report["port"],
            windows=Path(report["local_directory"]),
            read_only=report["read_only"],
            sync_mode=report["sync_mode"],
            fsid=report["fsid"],
        )
        for report in json.loads(Path(path).read_text())
    }
