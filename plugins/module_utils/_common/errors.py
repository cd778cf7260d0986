# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's one exception. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t


class SimulatorError(Exception):
    """Something is wrong that the user can act on.

    The message is one line that says what is wrong, where, and what to do. ``details`` holds what
    a module returns beside it, for example ``cmd``, ``rc``, ``stdout`` and ``stderr`` of a command.
    """

    def __init__(self, message: str, **details: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


def combined(
    problems: t.Sequence[str], prefix: str = "", details: t.Mapping[str, t.Any] | None = None
) -> SimulatorError:
    """Return one error for all ``problems``: its message is the first and how many more there are.

    Its details are ``details``, with all of them as ``problems``.
    """
    more = f" ({len(problems) - 1} more, see problems)" if len(problems) > 1 else ""
    return SimulatorError(f"{prefix}{problems[0]}{more}", **{**(details or {}), "problems": list(problems)})
