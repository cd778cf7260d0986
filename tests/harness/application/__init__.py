# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application as production has it: its volumes, and its claims and Deployment. The simulator never saw it before."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

VOLUMES, WORKLOAD = (Path(__file__).with_name(f"{name}.yaml") for name in ("volumes", "billing"))
NAMES = ("nas31.rakke.example", "nas32.rakke.example")
IMAGE = "images.rakke.example/billing/pricing:7.2"
CLAIMS = ("billing-in", "billing-out", "tariffs")


def at(addresses: t.Mapping[str, str]) -> str:
    """Return production's volumes with other servers' addresses, by the name that stood there, and nothing else changed."""
    production = VOLUMES.read_text()
    changed = re.sub(r"(?<= server: )\S+", lambda found: addresses[found.group()], production)
    different = [old for old, new in zip(production.splitlines(), changed.splitlines(), strict=True) if old != new]
    assert [line.split(":")[0].strip() for line in different] == ["server"] * len(CLAIMS)
    return changed


def mounts(volumes: str) -> dict[str, set[str]]:
    """Return, by source, the options with which a node is to mount what ``volumes`` name."""
    specs = [document["spec"] for document in yaml.safe_load_all(volumes)]
    return {
        f"{spec['nfs']['server']}:{spec['nfs']['path']}": {
            *spec["mountOptions"],
            *(["ro"] if spec["nfs"].get("readOnly") else []),
        }
        for spec in specs
    }
