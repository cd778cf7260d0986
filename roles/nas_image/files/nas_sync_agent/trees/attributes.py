# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owners and permissions of what is open, as far as a side can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import is_full
from .syscalls import Syscalls


@dataclass(frozen=True)
class Attributes:
    """Permissions, and the ids of user and group; None leaves those as they are."""

    mode: int
    owner: tuple[int, int] | None = None


def give(sys: Syscalls, fd: int, attributes: Attributes) -> None:
    """Give an open file or directory its owner, if it can have one, and its permissions. Raises OSError."""
    if attributes.owner is not None:
        found = sys.fstat(fd)
        if (found.st_uid, found.st_gid) != attributes.owner:
            with best_effort():
                sys.chown(fd, *attributes.owner)
    sys.chmod(fd, attributes.mode)  # last: a change of the owner may take setgid away


@contextmanager
def best_effort() -> Iterator[None]:
    """For what a side may be unable to hold; a lack of room is another matter."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise
