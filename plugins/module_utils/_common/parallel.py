# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same thing for many servers at once. Private to file_simulator.nas."""

from __future__ import annotations

import concurrent.futures
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined

_Item = t.TypeVar("_Item")
_Result = t.TypeVar("_Result")
_WORKERS = 8


def for_each(items: t.Sequence[_Item], work: t.Callable[[_Item], _Result], workers: int = _WORKERS) -> list[_Result]:
    """Do ``work`` for all ``items`` side by side, ``workers`` at a time, and return the results in their order.

    One that fails does not stop the others. Afterwards SimulatorError tells of the first, and of the
    others under ``problems``.
    """
    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [pool.submit(work, item) for item in items]
        concurrent.futures.wait(futures)
    failures = [future.exception() for future in futures if future.exception() is not None]
    errors = [failure for failure in failures if isinstance(failure, SimulatorError)]
    for failure in failures:
        if failure is not None and not isinstance(failure, SimulatorError):
            raise failure
    if len(errors) > 1:
        raise combined([error.message for error in errors], details=errors[0].details)
    if errors:
        raise errors[0]
    return [future.result() for future in futures]
