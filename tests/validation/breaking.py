# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test of a broken property says of itself, and what it expects of the checks."""

from __future__ import annotations

import typing as t

from .servers import Result

# The checks whose property some test breaks.
BROKEN: set[str] = set()
Test = t.TypeVar("Test", bound=t.Callable[..., None])


def breaks(check: str) -> t.Callable[[Test], Test]:
    """Say which check's property a test breaks."""
    BROKEN.add(check)
    return lambda test: test


def failed(results: list[Result]) -> dict[tuple[str, str | None], str]:
    """The details of what failed, by check and server."""
    return {(each["check"], each["server"]): each["detail"] for each in results if each["outcome"] == "failed"}


def expect(results: list[Result], *pairs: tuple[str, str | None], word: str) -> None:
    """Exactly these failed, and each says why."""
    found = failed(results)
    assert set(found) == set(pairs), found
    assert all(word in detail for detail in found.values()), found


def evidence(results: list[Result]) -> str:
    return "\n".join(line for each in results if each["outcome"] == "failed" for line in each["evidence"])
