# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine is switched off and on again, as each morning."""

from __future__ import annotations

import time

from .desk import INPUT, OUTPUT, Desk


def test_one_command_brings_all_back(standing: Desk) -> None:
    standing.mount(OUTPUT)
    # As the machine goes down: servers end first, then agents, which sync what came last.
    standing.machine.run("for i in $(seq 20); do echo line $i | sudo tee /mnt/last-$i.txt; done >/dev/null")
    standing.put(INPUT, "evening.txt", "put as it went down")
    begin = time.monotonic()
    standing.machine.restart()
    print(f"{time.monotonic() - begin:6.0f} s  shut down and started", flush=True)
    standing.put(INPUT, "morning.txt", "put before make up")

    assert "35 check results: 34 passed, 1 skipped" in standing.make("up")
    assert set(standing.states().values()) == {"ready"}
    standing.nas_has("evening.txt", "put as it went down")
    standing.nas_has("morning.txt", "put before make up")
    for number in (1, 20):
        standing.windows_has(f"last-{number}.txt", f"line {number}")
    standing.mount(OUTPUT)
    assert standing.machine.run("cat /mnt/last-20.txt && sudo umount /mnt") == "line 20\n"
