# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kind of a file system means for watching it. Pure.

On a *local* one every change passes through this machine's kernel, and through one inode for each file. So inotify
hears of all changes, a lease tells whether anybody has a file open for writing, and inode numbers identify files.

The numbers are those of statfs(2), from the kernel's ``include/uapi/linux/magic.h``, and for XFS, ZFS and Parallels
from their own sources (``XFS_SB_MAGIC``, ``ZFS_SUPER_MAGIC``, ``PRL_FS_MAGIC``).
"""

from __future__ import annotations

_LOCAL = {
    0xEF53: "ext4",  # and ext2, ext3
    0x58465342: "xfs",
    0x9123683E: "btrfs",
    0x01021994: "tmpfs",
}

_FOREIGN = {
    # Another machine, or a program, changes files behind the kernel's back: there are no events, and a lease is
    # granted although there is a writer. WSL's /mnt/c and a Minikube node's mount are 9p; virtiofs shows as FUSE.
    0x01021997: "9p",
    0x65735546: "fuse",
    0x6969: "nfs",
    0xFF534D42: "cifs",
    0xFE534D42: "smb",
    0x786F4256: "vboxsf",
    0xBACBACBC: "vmhgfs",
    0x7C7C6673: "prl_fs",
    # Seen on kernel 6.18: of a file that is mapped without a descriptor, and of one that is written in the directory
    # beneath, the lease says that nobody writes it. Its inode numbers change at the first write.
    0x794C7630: "overlayfs",
    # Not tried.
    0x2FC12FC1: "zfs",
    0xF2F52010: "f2fs",
    0xCA451A4E: "bcachefs",
    0x7366746E: "ntfs3",
    0x5346544E: "ntfs",
    0x4D44: "fat",
    0x2011BAB0: "exfat",
}


def is_local(number: int) -> bool:
    """Whether events, leases and inode numbers of such a file system are to be trusted."""
    return number in _LOCAL


def name(number: int) -> str:
    """What people call such a file system; its number where that is not known here."""
    return _LOCAL.get(number) or _FOREIGN.get(number) or f"0x{number:x}"
