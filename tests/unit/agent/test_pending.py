# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for its quiet period: nothing that is heard of a path during its work is lost by the end of that work."""

from __future__ import annotations

import pytest
from nas_sync_agent.sync.pending import Pending


def test_done_leaves_what_was_heard_of_since() -> None:
    pending = Pending()
    pending.add("a", 0, 0, quiet=True)
    pending.take("a", 1)
    pending.add("a", 2, 5, quiet=False)
    pending.done("a")
    assert list(pending) == ["a"] and pending.next_due() == 5 and pending.oldest() == 2


@pytest.mark.parametrize("end", ["failed", "postpone", "release"])
def test_no_end_of_the_work_puts_off_what_was_heard_of_since(end: str) -> None:
    pending = Pending()
    pending.add("a", 0, 0, quiet=True)
    pending.take("a", 1)
    item = pending.add("a", 2, 2.5, quiet=False)
    {
        "failed": lambda: pending.failed("a", 2),
        "postpone": lambda: pending.postpone("a", 60),
        "release": pending.release,
    }[end]()
    assert pending.next_due() == 2.5 and len(pending) == 1 and pending["a"] is item and item.since == 0


def test_work_that_breaks_off_waits_again() -> None:
    pending = Pending()
    pending.add("a", 0, 0, quiet=True)
    pending.take("a", 1)
    assert pending.due(1, 10) == [] and list(pending) == ["a"]
    pending.release()
    assert pending.due(1, 10) == ["a"]
