# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's configuration on this machine, which its containers mount. Private to file_simulator.nas."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError


def is_written(directory: str, files: t.Mapping[str, str]) -> bool:
    """Tell whether ``files`` are in ``directory`` as they were written."""
    try:
        for name, text in files.items():
            with open(os.path.join(directory, name), encoding="utf-8") as stream:
                if stream.read() != text:
                    return False
    except (OSError, ValueError):
        return False
    return True


def write_configuration(directory: str, files: t.Mapping[str, str]) -> None:
    """Write ``files``, texts by name, into ``directory``; raise SimulatorError where that is not allowed."""
    try:
        os.makedirs(directory, mode=0o755, exist_ok=True)
        for name, text in files.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        raise SimulatorError(f"{directory}: cannot be written: {error.strerror}; run with become: true") from None
