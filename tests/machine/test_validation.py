# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole validation, a restart of all servers included, and the end of everything but the Windows directories."""

from __future__ import annotations

import re

from .desk import INPUT, Desk

# What of the simulator is on a machine: containers, volumes, networks, units, listeners, state; ``true`` where it may be none.
_LEFT = """
sudo podman pod ps --format "pod {{.Name}}"
sudo podman ps --all --external --format "container {{.Names}}"
sudo podman volume ls --format "volume {{.Name}}"
sudo podman network ls --format "network {{.Name}}" | grep -v "^network podman$"
systemctl list-units --plain --no-legend "file-simulator*" "libpod-*" "mnt-nas*"
sudo ss --listening --tcp --numeric | grep ":321[0-9][0-9] "
sudo ls -d /var/lib/file-simulator /etc/systemd/system/libpod-.scope.d/file-simulator* 2>/dev/null
pgrep --full --list-full "nas_sync_agent|ganesha|conmon" | grep -v pgrep
true
"""


def test_all_is_validated(standing: Desk) -> None:
    said = standing.make("validate ARGS='-e validation_disruptive=true'", seconds=3600)
    (counts,) = re.findall(r"\d+ check results: \d+ passed, \d+ skipped", said)
    print(f"          {counts}", flush=True)
    assert set(standing.states().values()) == {"ready"}


def test_nothing_is_left_but_the_windows_directories(standing: Desk) -> None:
    standing.put(INPUT, "order.txt", "first order")
    standing.nas_has("order.txt", "first order")
    assert standing.machine.run(_LEFT) != ""
    standing.make("down")
    assert standing.machine.run(_LEFT) == ""
    assert standing.machine.run(f"cat {standing.data}/{INPUT}/order.txt") == "first order\n"
    assert "changed=0" in standing.make("down")
