#!/usr/bin/env python3
# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints what keeps a minikube node of a driver and of so many MiB from running here; nothing when it can."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from module_runner import CHECKOUT, run_module

from ansible_collections.file_simulator.nas.plugins.modules import minikube_preflight_info  # isort: skip


def unreachable() -> list[str]:
    """Return why minikube cannot be downloaded, whose node's image is larger still."""
    role = yaml.safe_load((CHECKOUT / "roles/minikube/defaults/main.yml").read_text())
    url = f"{role['minikube_mirror']}/{role['minikube_version']}/minikube-linux-amd64"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=20):
            return []
    except (urllib.error.URLError, OSError) as error:
        return [f"minikube, its node and Kubernetes' images cannot be downloaded: {url}: {error}"]


if __name__ == "__main__":
    driver, memory = sys.argv[1:]
    told = run_module(minikube_preflight_info, driver=driver, memory=int(memory), force=True)
    print("\n".join([*told["problems"], *unreachable()]))
