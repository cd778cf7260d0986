# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Windows drives show in the mount tables of several releases of WSL, as reported by their users."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.wsl_mounts import drive_mounts

from ...strategies import QUICK

OTHERS = r"""22 1 8:48 / / rw,relatime - ext4 /dev/sdd rw,discard,errors=remount-ro,data=ordered
86 22 0:32 / /mnt/wsl rw,relatime shared:1 - tmpfs none rw
83 22 0:37 / /usr/lib/wsl/drivers ro,nosuid,nodev,noatime - 9p drivers ro,aname=drivers;fmask=222;dmask=222,cache=0x5
"""


@pytest.mark.parametrize(
    "line",
    [
        r"90 22 0:2 / /mnt/c rw,noatime - drvfs C: rw,uid=1000,gid=1000,case=off",
        r"90 22 0:45 / /mnt/c rw,noatime shared:23 - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\134;uid=1000;gid=1000",
        r"90 22 0:45 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\;uid=1000;gid=1000;symlinkroot=/mnt/",
        r"90 22 0:45 / /mnt/c rw,noatime - 9p drvfs rw,aname=drvfs;path=C:\;metadata;umask=22,mmap,access=client",
        r"90 22 0:45 / /mnt/c rw,noatime - 9p drvfsa rw,aname=drvfs;path=C:;symlinkroot=/,mmap",
        r"90 22 0:45 / /mnt/c rw,noatime - 9p C: rw,aname=drvfs;path=c:",
        r"90 22 0:46 / /mnt/c rw,noatime - virtiofs drvfsC0 rw",
        r"90 22 0:46 / /mnt/c rw,noatime - virtiofs drvfsaC12 rw",
    ],
)
def test_drive_is_found(line: str) -> None:
    assert drive_mounts(OTHERS + line + "\n", "/mnt/") == {"C": "/mnt/c"}


@pytest.mark.parametrize(
    "line",
    [
        r"90 22 0:45 /Users /home/me/users rw - 9p C:\134 rw,aname=drvfs;path=C:\134;uid=1000",
        r"90 22 0:45 / /home/me/users rw - 9p C:\134Users rw,aname=drvfs;path=C:\134Users;uid=1000",
        r"90 22 8:1 / /mnt/c rw - ext4 C:\134 rw",
        r"90 22 0:45 / /mnt/c rw - 9p C:\134 rw,aname=other;path=C:\134",
        r"90 22 0:45 /0b1c /mnt/c rw - virtiofs drvfsa rw",
        "90 22 0:45 / /mnt/c rw",
        "",
    ],
)
def test_what_is_no_drive_is_not(line: str) -> None:
    assert drive_mounts(OTHERS + line, "/mnt/") == {}


def test_mount_point_may_have_any_name() -> None:
    line = r"90 22 0:45 / /my\040drives/Prüfung rw - 9p D:\134 rw,aname=drvfs;path=D:\134;uid=0"
    assert drive_mounts(line, "/mnt/") == {"D": "/my drives/Prüfung"}


@pytest.mark.parametrize(("root", "chosen"), [("/win/", "/win/c"), ("/win", "/win/c"), ("/", "/c"), ("/mnt", "/x")])
def test_drive_that_is_mounted_twice(root: str, chosen: str) -> None:
    table = "\n".join(rf"9{n} 22 0:45 / {point} rw - drvfs C: rw" for n, point in enumerate(["/x", "/win/c", "/c"]))
    assert drive_mounts(table, root) == {"C": chosen}


@QUICK
@given(st.text(st.sampled_from("90 /c-:\\134C;,=drvfspathane\n"), max_size=120))
def test_any_table_is_read(table: str) -> None:
    for letter, point in drive_mounts(table, "/mnt/").items():
        assert letter.isupper() and point
