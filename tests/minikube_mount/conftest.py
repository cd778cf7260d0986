# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One node for all tests, with minikube's mount of this machine's directory and three servers on it."""

from __future__ import annotations

import os
import shutil
import typing as t
from pathlib import Path

import pytest

from ..harness import ports
from ..harness.small_machine import image as small_machine
from ..harness.small_machine.machine import Machine
from ..harness.small_machine.packages import KERNELS_WITH_9P
from ..kernel_client import machine as kernel_client
from ..minikube.conftest import executable  # noqa: F401  (a fixture)
from ..power_cut import image_disk
from ..power_cut import machine as power_cut
from ..validation.servers import image
from .desk import Desk, make_disk
from .node import Node

_GUEST = Path(__file__).resolve().parent / "guest"
_DRIVERS = (
    "virtio_pci",
    "virtio_net",
    "virtio_blk",
    "virtio_console",
    "crc32c_generic",
    "ext4",
    "nfsv4",
    "9p",
    "9pnet_fd",
)
_PROGRAMS = {"dropbear-bin": "usr/sbin/dropbear", "util-linux": "bin/findmnt"}
_DISKS = [
    {"device": "/dev/vda", "at": "/disks/image", "type": "ext4", "options": "ro"},
    {"device": "/dev/vdb", "at": "/disks/nas", "type": "ext4", "options": "rw"},
]
_TIME_LIMIT = 1800


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Machine]:
    if os.geteuid() != 0 or shutil.which("podman") is None:
        pytest.skip("needs root and podman: the machine runs the NAS image")
    disk = make_disk(tmp_path_factory.mktemp("disk") / "nas.disk")
    disks = {image_disk.prepare(image()): ",readonly=on", disk: ""}
    guests = [_GUEST, power_cut.GUEST, kernel_client.GUEST]
    with Machine(
        small_machine.prepare(_DRIVERS, programs=_PROGRAMS, kernels=KERNELS_WITH_9P), guests, ("files", "nas", "node"),
        disks=disks, ports={SSH_PORT: 22}, time_limit=_TIME_LIMIT,
    ) as machine:  # fmt: skip
        machine.run("mount_disks", disks=_DISKS)
        yield machine


SSH_PORT, MOUNT_PORT = ports.reserve("minikube-mount").ports[:2]


@pytest.fixture(scope="session")
def node(machine: Machine, executable: str, tmp_path_factory: pytest.TempPathFactory) -> Node:  # noqa: F811
    node = Node(executable, tmp_path_factory.mktemp("minikube") / "home", SSH_PORT)
    machine.run("serve_ssh", key=node.key.with_suffix(".pub").read_text())
    return node


@pytest.fixture(scope="session")
def desk(machine: Machine, node: Node, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Desk]:
    desk = Desk(machine, node, tmp_path_factory.mktemp("windows") / "simulator-data", MOUNT_PORT)
    try:
        desk.start()
        yield desk
    finally:
        desk.mount.kill()
