# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's client mounts all seven servers by the files that ``make up`` writes, and a service in a container uses them."""

from __future__ import annotations

import pytest

from .desk import CLIENTS, IMAGE, INPUT, OUTPUT, Desk


@pytest.mark.parametrize("way", ["fstab", "mount.sh"])
def test_all_are_mounted_and_used(standing: Desk, way: str) -> None:
    machine = standing.machine
    if way == "fstab":
        standing.take_fstab()
    else:
        machine.run(f"sudo {CLIENTS}/mount.sh")
    mounted = machine.run("findmnt --noheadings --raw --types nfs,nfs4 --output TARGET,OPTIONS").splitlines()
    modes = {point: options.split(",")[0] for point, options in map(str.split, mounted)}
    assert len(modes) == 7, mounted
    assert {point for point, mode in modes.items() if mode == "ro"} == {"/mnt/nas-backup"}

    standing.put(INPUT, "order.txt", "first order")
    standing.nas_has("order.txt", "first order")
    # What a service does: its volumes are the mounts.
    volumes = f"--volume /mnt/{INPUT}:/input --volume /mnt/{OUTPUT}:/output"
    work = "read order < /input/order.txt && echo done: $order > /output/result.txt"
    machine.run(f"sudo podman run --rm --network none {volumes} {IMAGE} sh -c '{work}'")
    standing.windows_has("result.txt", "done: first order")
    machine.run("sudo umount --all --types nfs,nfs4")
