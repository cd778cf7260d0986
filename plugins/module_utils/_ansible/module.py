# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module of the collection begins and ends with. Private to file_simulator.nas."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable


class Caller(t.Protocol):
    """What of AnsibleModule is wanted to open an engine; on the controller something else has it."""

    params: t.Mapping[str, t.Any]
    check_mode: bool

    def get_bin_path(self, name: str) -> str | None:
        """Return the path of a program, None where it is not there."""

    def run_command(self, command: t.Sequence[str], **options: t.Any) -> tuple[int, str, str]:
        """Run a program, see ``_common.command``."""


# What is held until the module ends.
until_end = contextlib.ExitStack()


def run(module: AnsibleModule, work: t.Callable[[AnsibleModule], dict[str, t.Any]]) -> t.NoReturn:
    """Do the module's work and leave: with its result, or with the one line of a SimulatorError."""
    try:
        with until_end:
            result = work(module)
    except SimulatorError as error:
        module.fail_json(msg=encodable(error.message), **encodable(error.details))
        raise AssertionError("fail_json does not return") from error
    module.exit_json(**encodable(result))
    raise AssertionError("exit_json does not return")
