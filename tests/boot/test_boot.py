# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine goes down and starts again, with systemd: servers stop before their agents, and come back by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from .client import content
from .desk import INPUT, INSTANCE, OUTPUT, PORTS, Desk, Writer


def test_what_clients_wrote_last_is_in_windows_and_all_is_back_after_a_start(desk: Desk, tmp_path: Path) -> None:
    with Writer(desk, tmp_path / "closed") as writer:
        writer.until(50)
        desk.machine.shut_down()
        closed = writer.closed()
    windows = desk.windows(OUTPUT)
    missing = [name for name in closed if not (windows / name).exists()]
    assert missing == [], f"{len(missing)} of {len(closed)} files"
    assert all((windows / name).read_bytes() == content(name) for name in closed)
    print(f"{len(closed)} files closed as the machine went down, all of them in Windows")

    (desk.windows(INPUT) / "put-at-night").write_text("for the initial copy\n")
    desk.machine.start()
    desk.until_active()
    assert desk.ended_by_systemd() == []
    ends = desk.ends()
    assert ends.index("nfs-server") < ends.index("sync-agent"), ends
    desk.nas_has(INPUT, "put-at-night", "for the initial copy\n")
    desk.nas_has(OUTPUT, closed[-1], content(closed[-1]).decode())
    assert "changed=0" in desk.play()


def test_servers_start_once_their_drive_is_there(desk: Desk) -> None:
    desk.machine.shut_down()
    desk.unplug()
    desk.machine.start()
    assert desk.units() == {INPUT: "activating", OUTPUT: "activating"}
    said = desk.machine.run("journalctl --boot --output=cat --no-pager")
    assert f"/drive/c/simulator-data/{INPUT} is not mounted, or is not what was laid out there" in said

    # What a person does whose servers are gone: refused, in one line, and nothing is laid out beside the drive.
    with pytest.raises(AssertionError, match=r"C:\\simulator-data .* was laid out on .* it is not mounted\. Mount it"):
        desk.play()
    assert desk.machine.run("ls --almost-all /drive") == ""

    desk.plug_in()
    desk.machine.run("mount /drive")
    desk.until_active()
    assert "changed=0" in desk.play()


def test_servers_outlive_the_service_that_made_them(desk: Desk) -> None:
    """A CI runner is a service, and what is left in its control group ends with it."""
    desk.play("-e", "nas_servers_state=absent")
    desk.play("-e", "nas_servers_start_at_boot=false", service="runner")
    assert set(desk.machine.run("podman ps --format '{{.Names}}'").split()) >= {
        f"{INSTANCE}.{server}.{container}" for server in PORTS for container in ("nfs-server", "sync-agent")
    }
    (desk.windows(INPUT) / "by-a-runner").write_text("x")
    desk.nas_has(INPUT, "by-a-runner", "x")


def test_servers_that_go_take_their_units_with_them(desk: Desk) -> None:
    gone = ["-e", "nas_servers_state=absent", "-e", '{"nas_servers_names": ["%s"]}' % INPUT]  # noqa: UP031
    desk.play(*gone)
    assert desk.units() == {OUTPUT: "active"}
    desk.play("-e", "nas_servers_state=absent")
    assert desk.units() == {}
    assert (
        desk.machine.run("find /etc/systemd /var/lib/file-simulator -name '*file-simulator-desk*' -o -name '*.sh'")
        == ""
    )
