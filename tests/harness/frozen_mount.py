# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mount whose other end takes requests and answers none, as a network drive whose server has frozen.

Whoever looks at it waits, and cannot even be killed while he does, which is how 9p is, too. Python 3.11, Linux, root.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import struct
import threading
import typing as t
from pathlib import Path

_DEVICE = "/dev/fuse"
_INIT = 26
# include/uapi/linux/fuse.h: length, opcode, number; and of an answer: length, error, number.
_REQUEST = struct.Struct("<IIQ")
_ANSWER = struct.Struct("<IiQ")
_VERSION = struct.pack("<IIIIHHI", 7, 31, 0, 0, 16, 16, 1 << 16) + bytes(40)
_MNT_DETACH = 2
_LOOK_MILLISECONDS = 50
_LONGEST = 1 << 18


def can_freeze() -> bool:
    """Tell whether such a mount can be made here."""
    return os.geteuid() == 0 and os.access(_DEVICE, os.R_OK | os.W_OK)


@contextlib.contextmanager
def frozen(point: Path) -> t.Iterator[None]:
    """Mount it over a directory; at the end all who wait get an error, and the directory is there again."""
    libc = ctypes.CDLL(None, use_errno=True)
    device = os.open(_DEVICE, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    if libc.mount(b"frozen", os.fsencode(point), b"fuse.frozen", 0, options.encode()):
        os.close(device)
        raise OSError(ctypes.get_errno(), "mount", str(point))
    over = threading.Event()
    other_end = threading.Thread(target=_swallow, args=(device, over), daemon=True)
    other_end.start()
    try:
        yield
    finally:
        libc.umount2(os.fsencode(point), _MNT_DETACH)
        over.set()
        other_end.join()
        os.close(device)


def _swallow(device: int, over: threading.Event) -> None:
    """Take every request, which is what makes its caller wait for good, and answer the kernel's greeting alone."""
    asked = select.poll()
    asked.register(device, select.POLLIN)
    while not over.is_set():
        if not asked.poll(_LOOK_MILLISECONDS):
            continue
        with contextlib.suppress(OSError):  # a request may have been taken back
            _length, operation, number = _REQUEST.unpack_from(os.read(device, _LONGEST))
            if operation == _INIT:
                os.write(device, _ANSWER.pack(_ANSWER.size + len(_VERSION), 0, number) + _VERSION)
