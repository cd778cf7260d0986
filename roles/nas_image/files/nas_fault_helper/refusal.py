# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuses clients' connections as a machine does where nothing listens. Talks to the kernel by way of libnftables.

The table has the flag ``owner`` (Linux 5.12): it is gone with the connection to the kernel that made it. That is this
process's own, and no child's: who would be left when this process is killed.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence

_LIBRARY = "libnftables.so.1"


class Refusal:
    """Refuses connections to ``ports`` that do not come from the server's own pod."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._context: int | None = None

    def start(self) -> None:
        """Begin; it ends with this process. Raises OSError with the library's own words."""
        library = ctypes.CDLL(_LIBRARY)
        library.nft_ctx_new.restype = ctypes.c_void_p
        library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
        # Kept: the connection to the kernel is a part of it.
        self._context = library.nft_ctx_new(0)
        context = ctypes.c_void_p(self._context)
        library.nft_ctx_buffer_error(context)
        if library.nft_run_cmd_from_buffer(context, self._rules().encode()):
            said = (library.nft_ctx_get_error_buffer(context) or b"").decode(errors="replace")
            raise OSError(f"nftables: {said.splitlines()[0] if said else 'no table was made'}")

    def _rules(self) -> str:
        # Each process has its own table: one that takes over from another begins before that has ended.
        table = f"inet nas_fault_{os.getpid()}"
        ports = ", ".join(map(str, self._ports))
        return "\n".join(
            (
                f"add table {table} {{ flags owner; }}",
                f"add chain {table} input {{ type filter hook input priority -10; policy accept; }}",
                f'add rule {table} input iifname != "lo" tcp dport {{ {ports} }} reject with tcp reset',
            )
        )
