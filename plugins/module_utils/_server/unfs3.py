# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration of unfs3 for one server. Private to file_simulator.nas. Pure.

unfs3 (unfsd(8)) speaks NFSv3 alone, in user space and without file handles: for consumers of NFSv3,
and where NFS-Ganesha may not run. It knows no locks, and its file system id is its disk's.
"""

from __future__ import annotations

import posixpath
import shlex
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.export_options import ExportOptions
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import Export
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

_SQUASH = {"none": "no_root_squash", "root": "root_squash", "all": "all_squash"}
_EVERYBODY = "0.0.0.0/0"


def render_exports(server: Server, *, clients: t.Sequence[str]) -> str:
    """Return the text of the exports file: the server's exports for ``clients``, or for everybody when there are none."""
    return "".join(
        f"{export.path} {client}({','.join(_options(export.options))})\n"
        for export in server.exports
        for client in clients or (_EVERYBODY,)
    )


def _options(options: ExportOptions) -> list[str]:
    return [
        "ro" if options.read_only else "rw",
        _SQUASH[options.squash],
        # Its own default is secure, which shuts out whoever comes through a NodePort or port forwarding.
        "secure" if options.privileged_port else "insecure",
        f"anonuid={options.anonymous_uid}",
        f"anongid={options.anonymous_gid}",
    ]


def unfsd_command(server: Server, *, source: str, port: int, configuration: str) -> tuple[str, ...]:
    """Return the command that serves parts of the directory ``source`` under the paths of the server's exports.

    unfs3 exports real paths only, so the command first makes links of them. Without a port mapper (-p), over TCP
    alone (-t), NFS and MOUNT share one port.
    """
    serve = f"unfsd -d -p -t -n {port} -m {port} -e {configuration}"
    return ("sh", "-c", " && ".join([*(_link(export, source) for export in server.exports), f"exec {serve}"]))


def _link(export: Export, source: str) -> str:
    parent = posixpath.dirname(export.path)
    link = f"ln -sfn {shlex.quote(posixpath.join(source, export.subdirectory).rstrip('/'))} {shlex.quote(export.path)}"
    return link if parent == "/" else f"mkdir -p {shlex.quote(parent)} && {link}"
