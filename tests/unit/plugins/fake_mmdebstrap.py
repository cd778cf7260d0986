# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands for mmdebstrap in unit tests: writes a root file system of three files, runs nothing."""

from __future__ import annotations

import io
import tarfile
import typing as t

STATUS = "./var/lib/dpkg/status"


class FakeMmdebstrap:
    """Takes the place of AnsibleModule.run_command. ``failure`` makes it fail after it has begun to write."""

    def __init__(self, executable: str, version: str = "4.3-2") -> None:
        self.executable = executable
        self.calls: list[list[str]] = []
        self.failure = ""
        self.files = {
            "./etc/os-release": "ID=debian\n",
            STATUS: f"Package: base-files\nVersion: 12\n\nPackage: nfs-ganesha\nVersion: {version}\n",
        }

    def run(self, command: list[str], **_options: t.Any) -> tuple[int, str, str]:
        # What runs it stands before it.
        command = command[command.index(self.executable) :]
        self.calls.append(command)
        target = next(word for word in command if word.endswith(".tar"))
        if self.failure:
            with open(target, "wb") as stream:
                stream.write(b"half")
            return 25, "", self.failure
        with tarfile.open(target, "w:") as packed:
            for name, text in self.files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text)
                packed.addfile(entry, io.BytesIO(text.encode()))
        return 0, "", ""
