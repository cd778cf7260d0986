# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual machine has what people's machines have, and what containers cannot show."""

from __future__ import annotations

from ..harness.machine.vm import DRIVE_TAG, VirtualMachine


def test_machine_is_what_people_have(bare: VirtualMachine) -> None:
    assert bare.run("stat --file-system --format=%T /sys/fs/cgroup") == "cgroup2fs\n"
    assert bare.run("cat /proc/1/comm; id --user --name; sudo id --user") == "systemd\ntester\n0\n"
    assert bare.run("test -f nas/galaxy.yml && sudo modprobe --all nfsv4 9pnet_virtio && echo there") == "there\n"

    bare.run("echo before > state")
    bare.save("clean")
    bare.run("echo after > state")
    bare.cut_power()
    bare.start(snapshot="clean")
    assert bare.run("cat state") == "before\n"

    bare.run(f"sudo mount -t 9p -o trans=virtio,version=9p2000.L {DRIVE_TAG} /mnt && echo hello | sudo tee /mnt/file")
    assert (bare.drive / "file").read_text() == "hello\n"
    (bare.drive / "file").write_text("from Windows\n")
    assert bare.run("cat /mnt/file") == "from Windows\n"
