# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual machine has what people's machines have, and what containers cannot show."""

from __future__ import annotations

import re

from ..harness.machine.vm import DRIVE_TAG
from .desk import IMAGE, Desk


def test_machine_is_what_people_have(desk: Desk) -> None:
    machine = desk.machine
    assert machine.run("stat --file-system --format=%T /sys/fs/cgroup") == "cgroup2fs\n"
    assert machine.run("cat /proc/1/comm; id --user --name; sudo id --user") == "systemd\ntester\n0\n"
    assert machine.run("test -f nas/galaxy.yml && sudo modprobe --all nfsv4 9pnet_virtio && echo there") == "there\n"


def test_containers_are_confined(desk: Desk) -> None:
    # Ubuntu and Debian confine containers by a profile of AppArmor's; here no container would be.
    said = desk.machine.run(f"sudo podman run --rm --network none {IMAGE} cat /proc/1/attr/current")
    assert re.fullmatch(r"containers-default-[\w.]+ \(enforce\)\n", said), said


def test_machine_is_brought_back(desk: Desk) -> None:
    machine = desk.machine
    machine.run("echo before > state && sync")
    machine.save("here")
    machine.run("echo after > state && sync")
    machine.load("here")
    assert machine.run("cat state") == "before\n"
    machine.cut_power()
    machine.start()
    assert machine.run("cat state") == "before\n"
    machine.cut_power()
    machine.load("here")
    assert machine.run("cat state") == "before\n"


def test_a_directory_of_this_machine_is_a_drive_of_the_other(desk: Desk) -> None:
    machine = desk.machine
    options = "trans=virtio,version=9p2000.L"
    machine.run(f"sudo mount -t 9p -o {options} {DRIVE_TAG} /mnt && echo hello | sudo tee /mnt/file")
    assert (machine.drive / "file").read_text() == "hello\n"
    (machine.drive / "file").write_text("from Windows\n")
    assert machine.run("cat /mnt/file && sudo umount /mnt") == "from Windows\n"
