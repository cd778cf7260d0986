# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test cluster, with the NAS image on its node."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

import pytest

from ..module_runner import CHECKOUT
from ..validation.servers import image

_CLUSTER = CHECKOUT / "tests" / "cluster" / "cluster"


def cluster(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    return subprocess.run([_CLUSTER, *words], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, str]]:
    """Bring up a cluster whose node is this machine, or use the one that is up; its kubeconfig, context and image."""
    if os.geteuid() != 0:
        pytest.skip("a node needs root")
    built = cluster("build")
    if built.returncode == 77:
        pytest.skip(built.stderr.strip())
    was_up = cluster("status").returncode == 0
    name = image()
    try:
        done = cluster("up")
        assert done.returncode == 0, done.stderr
        archive = tmp_path_factory.mktemp("image") / "nas.tar"
        subprocess.run(["podman", "save", "--quiet", "--output", archive, name], check=True)
        loaded = cluster("load-image", str(archive))
        assert loaded.returncode == 0, loaded.stderr
        archive.unlink()
        kubeconfig = cluster("kubeconfig").stdout.strip()
        assert Path(kubeconfig).is_file()
        yield {"kubeconfig": kubeconfig, "context": "file-simulator-test", "image": name}
    finally:
        if not was_up:
            cluster("down")
