# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sync agent is told of owners and permissions. Private to file_simulator.nas. Pure."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._model.ownership import Ownership


def ownership_words(ownership: Ownership) -> tuple[str, ...]:
    """Return the agent's options for what a topology says; none for what it does not say."""
    root, files = ownership.root, ownership.files
    ids = {
        "--root-owner": root.owner,
        "--root-group": root.group,
        "--file-owner": files.owner,
        "--file-group": files.group,
    }
    modes = {
        "--root-mode": root.mode,
        "--file-mode": files.file_mode,
        "--directory-mode": files.directory_mode,
    }
    said = {name: str(number) for name, number in ids.items() if number is not None}
    said.update({name: f"{mode:04o}" for name, mode in modes.items() if mode is not None})
    return tuple(word for option in said.items() for word in option)
