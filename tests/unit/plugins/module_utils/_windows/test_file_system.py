# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a file system is called, from the kernel's table."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.file_system import file_system_of


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The table of a machine with a disk, a drive in it, two more on top of each other, and shared folders."""
    (tmp_path / "by-uuid").mkdir()
    for name, device in (("aaaa", "/dev/no-such-1"), ("bbbb", "/dev/no-such-2")):
        (tmp_path / "by-uuid" / name).symlink_to(device)
    for name in ("drive/data", "drives", "covered", "share d", "other"):
        (tmp_path / name).mkdir(parents=True)
    mounts = [
        ("/", "ext4", "/dev/no-such-1"),
        (f"{tmp_path}/drive", "ext4", "/dev/no-such-2"),
        (f"{tmp_path}/covered", "autofs", "systemd-1"),
        (f"{tmp_path}/covered", "xfs", "/dev/no-such-3"),
        (f"{tmp_path}/share\\040d", "9p", "share\\040tag"),
        (f"{tmp_path}/other/deeper", "tmpfs", "tmpfs"),
    ]
    lines = [f"{n} 1 0:{n} / {point} rw - {kind} {source} rw\n" for n, (point, kind, source) in enumerate(mounts)]
    (tmp_path / "mountinfo").write_text("nonsense\n" + "".join(lines))
    return tmp_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("drive", "ext4 bbbb at {}/drive"),
        ("drive/data/missing/deeper", "ext4 bbbb at {}/drive"),
        # Its name begins like that of a mount point.
        ("drives/x", "ext4 aaaa at /"),
        ("covered/x", "xfs at {}/covered"),
        ("share d", "9p share tag at {}/share d"),
        # One that is not mounted is not there, whatever the table says of what lies above.
        ("other/x", "ext4 aaaa at /"),
    ],
)
def test_name_and_mount_point(table: Path, path: str, expected: str) -> None:
    found = file_system_of(str(table / path), str(table / "mountinfo"), str(table / "by-uuid"))
    assert found == expected.format(table)


def test_machine_without_the_table(tmp_path: Path) -> None:
    assert file_system_of(str(tmp_path), str(tmp_path / "none")) == ""
