# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong, in one line, from what the client package raises. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line


class ApiError(SimulatorError):
    """The API server refused a request. ``status`` is HTTP's."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, status=status)
        self.status = status


def reason(error: t.Any) -> str:
    """Return what the API server says is wrong, in one line."""
    try:
        message = str(json.loads(error.body)["message"])
    except (ValueError, TypeError, KeyError):
        message = str(error.body or error.reason or "no reason given")
    if error.status == 401:
        message = "the API server does not accept the context's credentials"
    return f"{one_line(message)} (HTTP {error.status})"


def innermost(error: BaseException) -> str:
    """Return the reason that urllib3 has wrapped."""
    cause = getattr(error, "reason", None)
    return innermost(cause) if isinstance(cause, BaseException) else one_line(error)
