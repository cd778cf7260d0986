# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handles that are stale until their files are looked up anew. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import calls


class Handles:
    """Knows which handles are stale: all but those of ``exports`` and what has been looked up since.

    ``open_files`` are the descriptors that the server had open before; what is read through them is stale, too.
    """

    def __init__(self, exports: Iterable[bytes], open_files: Iterable[int]) -> None:
        self._fresh = set(exports)
        self._old = set(open_files)

    def is_stale(self, name: str, arguments: tuple[int, ...], handle_at: Callable[[int], bytes]) -> bool:
        """Tell whether a call is about a stale handle; ``handle_at`` reads one from the server's memory."""
        if name == calls.CLOSE:
            self._old.discard(arguments[0])
        if name == calls.OPEN:
            return handle_at(arguments[1]) not in self._fresh
        return name in calls.BY_DESCRIPTOR and arguments[0] in self._old

    def looked_up(self, handle: bytes) -> None:
        """Take note of a handle that a client gets for a name."""
        self._fresh.add(handle)
