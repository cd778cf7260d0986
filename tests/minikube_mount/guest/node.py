# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: what minikube expects of a node that it reaches by ssh."""

from __future__ import annotations

import os
import subprocess

# This machine's loopback, by which minikube's file server is called, has another address in the virtual machine.
_SUDO = """\
#!/bin/sh
[ "$1" = mount ] && exec $(echo "$@" | sed 's/ 127[.]0[.]0[.]1 / 10.0.2.2 /')
exec "$@"
"""


def serve_ssh(key: str) -> None:
    """Let root in with a public key. The user docker, to whom minikube mounts, is as on its own image."""
    _write("/etc/passwd", "root:x:0:0::/root:/bin/sh\ndocker:x:1000:999::/:/bin/sh\n")
    _write("/etc/group", "root:x:0:\ndocker:x:999:\n")
    _write("/etc/shells", "/bin/sh\n")
    _write("/root/.ssh/authorized_keys", key, 0o600)
    _write("/bin/sudo", _SUDO, 0o755)
    _write("/bin/bash", '#!/bin/sh\nexec /bin/sh "$@"\n', 0o755)
    os.makedirs("/etc/dropbear", exist_ok=True)
    subprocess.run(["/usr/sbin/dropbear", "-R", "-E"], check=True)


def _write(path: str, text: str, mode: int = 0o644) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "w") as stream:
        stream.write(text)
    os.chmod(path, mode)
