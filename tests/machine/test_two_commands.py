# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""README's commands, word for word, as an ordinary user with sudo, under systemd and with the kernel's NFS client."""

from __future__ import annotations

from .conftest import Snapshots
from .desk import INPUT, OUTPUT


def test_servers_stand_and_sync(snapshots: Snapshots) -> None:
    desk, said = snapshots.standing()
    assert "35 check results: 34 passed, 1 skipped" in said
    desk.put(INPUT, "order.txt", "first order")
    desk.nas_has("order.txt", "first order")
    desk.mount(OUTPUT)
    desk.machine.run("echo done | sudo tee /mnt/result.txt && sudo umount /mnt")
    desk.windows_has("result.txt", "done")

    assert "changed=0" in desk.make("up")
    assert set(desk.states().values()) == {"ready"}
