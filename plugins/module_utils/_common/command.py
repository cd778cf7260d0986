# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that are run for us, and what they say. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import functools
import typing as t

# As AnsibleModule.run_command: a command and options in, exit status, standard output and standard error out.
Runner = t.Callable[..., "tuple[int, str, str]"]


def verbatim(run_command: Runner) -> Runner:
    """Return a runner that hands every word of a command to the program as it stands.

    AnsibleModule.run_command, unless told otherwise, replaces ``~``, ``$NAME`` and ``${NAME}`` in each of them. Directories
    may bear such names.
    """
    return functools.partial(run_command, expand_user_and_vars=False)


def last_line(text: str) -> str:
    """Return the last line that says something, empty when none does: programs end with the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
