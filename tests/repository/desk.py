# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Makefile on machines as people have them: a checkout of its own, and no programs but those that are named.

Nothing is installed: Python is this one, and of pip and Ansible there is only as much as the commands must get right.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

from .documents import ROOT

_FILES = (
    "Makefile",
    "requirements.txt",
    "requirements-dev.txt",
    "tools/venv.sh",
    "tools/status.sh",
    "tools/show.sh",
    "tools/watch.sh",
)
_PROGRAMS = (
    "bash", "cat", "date", "dirname", "env", "grep", "head", "ln", "locale", "make", "mkdir", "mktemp", "realpath",
    "rm", "sed", "sh", "tail", "touch",
)  # fmt: skip
# Makes an environment as the real one does, but for pip, whose installation takes seconds.
_PYTHON = """#!/bin/bash
[ "$1 $2" != "-m venv" ] || exec {python} -m venv --without-pip "${{@:3}}"
exec {python} "$@"
"""
# What pip leaves: a program that names its Python, in a way that bears spaces, and that wants what Ansible wants.
_PIP = """
import os, pathlib, sys
if os.environ.get("PIP_SAYS"):
    sys.exit(os.environ["PIP_SAYS"])
program = pathlib.Path(sys.prefix, "bin", "ansible-playbook")
program.write_text(f'''#!/bin/sh
"exec" "{sys.prefix}/bin/python" "$0" "$@"
import locale, os, sys
locale.setlocale(locale.LC_ALL, "")
if locale.nl_langinfo(locale.CODESET) != "UTF-8":
    sys.exit("ERROR: Ansible requires the locale encoding to be UTF-8")
import shlex
print("Ansible of", sys.prefix, shlex.join(sys.argv[1:]))
if os.environ.get("ANSIBLE_SAYS"):
    print(os.environ["ANSIBLE_SAYS"])
    sys.exit(int(os.environ.get("ANSIBLE_ENDS", 0)))
for argument in sys.argv:
    if argument.startswith("--become-password-file="):
        print("BECOME password:", open(argument.partition("=")[2]).read(), file=sys.stderr)
for name, _, path in (argument.partition("=") for argument in sys.argv):
    if name in ("file_simulator_status_table", "file_simulator_status_file", "file_simulator_logs_file"):
        open(path, "w").write(name + "\\\\n")
''')
program.chmod(0o755)
"""


class Said(t.NamedTuple):
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str


class Desk:
    """A checkout in ``home`` and the programs of its machine."""

    def __init__(self, home: Path) -> None:
        self.checkout = home / "check out"
        self._programs = home / "programs"
        self._modules = home / "modules"
        for name in _FILES:
            (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.checkout / name)
        self._programs.mkdir()
        for name in _PROGRAMS:
            (self._programs / name).symlink_to(t.cast(str, shutil.which(name)))
        (self._modules / "pip").mkdir(parents=True)
        (self._modules / "pip/__init__.py").touch()
        (self._modules / "pip/__main__.py").write_text(_PIP)
        self.install("python3", _PYTHON.format(python=os.path.realpath(sys.executable)))
        self.user(0)

    def install(self, name: str, script: str) -> None:
        """Put a program on the machine, or another one in its place."""
        (self._programs / name).unlink(missing_ok=True)
        (self._programs / name).write_text(script)
        (self._programs / name).chmod(0o755)

    def remove(self, name: str) -> None:
        """Take a program away."""
        (self._programs / name).unlink()

    def user(self, number: int) -> None:
        """Become another user, as far as ``id`` tells."""
        self.install("id", f"#!/bin/bash\necho {number}\n")

    def make(self, *words: str, keyboard: str = "", **environment: str) -> Said:
        """Run make in the checkout, in a locale that is given or none; ``keyboard`` is what is typed meanwhile."""
        return self._run(["make", *words], environment, keyboard)

    def shell(self, command: str, **environment: str) -> Said:
        """Type a command in the checkout."""
        return self._run(["bash", "-c", command], environment)

    def _run(self, command: list[str], environment: t.Mapping[str, str], keyboard: str = "") -> Said:
        kept = {"PATH": str(self._programs), "HOME": str(self.checkout), "PYTHONPATH": str(self._modules)}
        done = subprocess.run(
            command, cwd=self.checkout, env={**kept, **environment},
            input=keyboard, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)
