# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration of unfs3 for one export. Private to file_simulator.nas. Pure.

unfs3 (unfsd(8)) speaks NFSv3 alone, in user space and without file handles: for consumers of NFSv3,
and where NFS-Ganesha may not run. It knows no locks, and its file system id is its disk's.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

_SQUASH = {"none": "no_root_squash", "root": "root_squash", "all": "all_squash"}
_EVERYBODY = "0.0.0.0/0"


def render_exports(server: Server, *, path: str, clients: t.Sequence[str]) -> str:
    """Return the text of the exports file: ``path`` for ``clients``, or for everybody when there are none."""
    export = server.export
    options = [
        "ro" if export.read_only else "rw",
        _SQUASH[export.squash],
        # Its own default is secure, which shuts out whoever comes through a NodePort or port forwarding.
        "secure" if export.privileged_port else "insecure",
        f"anonuid={export.anonymous_uid}",
        f"anongid={export.anonymous_gid}",
    ]
    return "".join(f"{path} {client}({','.join(options)})\n" for client in clients or (_EVERYBODY,))


def unfsd_command(*, source: str, path: str, port: int, exports: str) -> tuple[str, ...]:
    """Return the command that serves the directory ``source`` as ``path``.

    unfs3 exports real paths only, so the command first makes one a link to the other. Without a port
    mapper (-p), over TCP alone (-t), NFS and MOUNT share one port.
    """
    serve = f"unfsd -d -p -t -n {port} -m {port} -e {exports}"
    return ("sh", "-c", f"ln -sfn {source} {path} && exec {serve}")
