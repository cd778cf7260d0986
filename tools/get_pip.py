# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-test fetches as get-pip.py, for machines that reach PyPI and nothing else.

ansible-test runs it in an empty virtual environment, with the packages to install as arguments.
"""

from __future__ import annotations

import subprocess
import sys

# Options of get-pip.py that pip does not know.
_OWN_OPTIONS = ("--no-setuptools", "--no-wheel")

subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
arguments = [argument for argument in sys.argv[1:] if argument not in _OWN_OPTIONS]
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", *arguments], check=False).returncode)
