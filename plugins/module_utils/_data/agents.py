# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the servers' sync agents tell of both sides, and how their answers are read. Private to file_simulator.nas."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import combined
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.agents import Answer


@dataclass(frozen=True)
class Contents:
    """What is on both sides of a server: ``delivered`` is what its agent brought to the Windows directory, unchanged since."""

    delivered: frozenset[str]
    nas: frozenset[str]


def contents_of(answers: t.Sequence[Answer]) -> dict[str, Contents]:
    """Return what agents list, by server. Raises SimulatorError where one does not."""
    return {
        answer["server"]: Contents(
            frozenset(each["path"] for each in answer["windows"] if each.get("delivered")),
            frozenset(each["path"] for each in answer["nas"]),
        )
        for answer in checked(answers)
    }


def checked(answers: t.Sequence[Answer]) -> t.Sequence[Answer]:
    """Return the answers; raise SimulatorError with a line for each server that has a problem."""
    problems = [answer["problem"] for answer in answers if answer["problem"]]
    if problems:
        raise combined(problems)
    return answers
