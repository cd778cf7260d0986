# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines are opened for a module; this stands for one where the controller itself asks. Private to file_simulator.nas."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t


class ControllerCaller:
    """Has of AnsibleModule what opening an engine takes, on this machine, for whoever runs Ansible."""

    check_mode = False

    def __init__(self, params: t.Mapping[str, t.Any]) -> None:
        self.params = params

    def get_bin_path(self, name: str) -> str | None:
        """Return the path of a program, also of one that only root has on PATH; None where it is not there."""
        return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]))

    def run_command(
        self,
        command: t.Sequence[str],
        *,
        data: str | None = None,
        environ_update: t.Mapping[str, str] | None = None,
        **_options: t.Any,
    ) -> tuple[int, str, str]:
        """Run a program with its words as they stand; return its exit status, output and errors. It may raise OSError."""
        done = subprocess.run(
            list(command),
            env={**os.environ, **(environ_update or {})},
            # Nobody is asked anything while an inventory is read.
            **({"stdin": subprocess.DEVNULL} if data is None else {"input": data}),
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
        return done.returncode, done.stdout, done.stderr
