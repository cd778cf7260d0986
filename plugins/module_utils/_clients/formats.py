# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts on NAS servers in the formats that clients read. Private to file_simulator.nas. Pure.

Whatever the format, the facts are the same: host, port, path, port on the nodes, claim, URL and mount
options of each export, their number, and the namespace in which they run.
"""

from __future__ import annotations

import json
import shlex
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._clients.endpoints import Address, Endpoint

View = t.Callable[[Endpoint], Address]
# A server that is down does not stop the machine from starting: it is mounted as somebody first uses it, and when that
# fails, an application gets an error, not the directory below. As the machine goes down, those who have logged in end
# before remote-fs.target does, and the mount ends after it: a mount that somebody still uses would outlive its server.
_IN_FSTAB = ("_netdev", "nofail", "x-systemd.automount", "x-systemd.before=remote-fs.target")
_NOTE = "Written by file_simulator.nas; changes are lost."


def outside(endpoint: Endpoint) -> Address:
    """Return where the managed machine reaches a server."""
    return endpoint.outside


def pod(endpoint: Endpoint) -> Address:
    """Return where a pod reaches a server."""
    return endpoint.pod


def facts(endpoints: t.Sequence[Endpoint], view: View, *, namespace: str, prefix: str) -> dict[str, t.Any]:
    """Return all facts as plain data, as a reader at ``view`` needs them."""
    return {
        "namespace": namespace,
        "count": len(endpoints),
        "servers": {
            endpoint.name: {
                "host": view(endpoint).host,
                "port": view(endpoint).port,
                "path": endpoint.path,
                "nodePort": endpoint.node_port,
                "pvc": f"{prefix}{endpoint.name}",
                "url": endpoint.url(view(endpoint)),
                "mountOptions": ",".join(endpoint.mount_options(view(endpoint))),
                "readOnly": endpoint.read_only,
                "role": endpoint.role,
            }
            for endpoint in endpoints
        },
    }


def variables(known: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return facts as variables, such as NAS_INPUT_1_HOST."""
    found = {
        "NAS_COUNT": str(known["count"]),
        "NAS_NAMESPACE": known["namespace"],
        "NAS_SERVERS": ",".join(known["servers"]),
    }
    for server, facts_of_it in known["servers"].items():
        name = server.upper().replace("-", "_")
        # No shell knows a variable whose name begins with a digit.
        name = f"_{name}" if name[0].isdigit() else name
        for key in ("host", "port", "path", "nodePort", "pvc", "url", "mountOptions"):
            word = "MOUNT_OPTIONS" if key == "mountOptions" else key.upper()
            found[f"{name}_{word}"] = str(facts_of_it[key])
    return found


def env(known: t.Mapping[str, t.Any]) -> str:
    """Return a file of shell variables, which Docker, podman and dotenv libraries read as well."""
    return f"# {_NOTE}\n" + "".join(f"{name}={value}\n" for name, value in variables(known).items())


def as_json(known: t.Mapping[str, t.Any]) -> str:
    """Return a JSON document."""
    return json.dumps(known, indent=2) + "\n"


def appsettings(known: t.Mapping[str, t.Any]) -> str:
    """Return settings for .NET: the section FileSimulator:Nas, with names as its options classes have them."""
    section = {_pascal(key): value for key, value in known.items()}
    section["Servers"] = {
        server: {_pascal(key): value for key, value in facts_of_it.items()}
        for server, facts_of_it in known["servers"].items()
    }
    return json.dumps({"FileSimulator": {"Nas": section}}, indent=2) + "\n"


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def fstab(endpoints: t.Sequence[Endpoint], mount_root: str, instance: str) -> str:
    """Return lines for /etc/fstab. What they say to systemd is a comment to all others."""
    lines = [f"# {_NOTE}", f"# Lines for /etc/fstab: each server at {mount_root}/<server>."]
    for endpoint in endpoints:
        options = [*endpoint.mount_options(endpoint.outside), *_IN_FSTAB]
        options += [f"x-systemd.after={_unit(instance, endpoint.server)}"] if endpoint.beside else []
        options += ["ro"] if endpoint.read_only else []
        source = f"{endpoint.outside.in_url}:{endpoint.path}"
        lines.append(f"{source}  {_in_fstab(mount_root)}/{endpoint.name}  nfs  {','.join(options)}  0  0")
    return "\n".join(lines) + "\n"


def _unit(instance: str, server: str) -> str:
    """Return the unit by which the role nas_servers starts and stops a server with the machine, where it does."""
    return f"file-simulator-{instance}@{server}.service"


def _in_fstab(path: str) -> str:
    """Return a path as fstab(5) wants it: fields are separated by blanks."""
    return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")


def mount_script(endpoints: t.Sequence[Endpoint], mount_root: str) -> str:
    """Return a shell script that mounts all servers, and is content with those that are mounted."""
    lines = [
        "#!/bin/sh",
        f"# {_NOTE}",
        "# Mounts each NAS server in a directory of its own; run it as root.",
        "# Usage: mount.sh [DIRECTORY]",
        "set -eu",
        f"root=${{1:-{shlex.quote(mount_root)}}}",
        # Not mountpoint(1), which small systems lack.
        'mounted() { [ "$(stat -c %d "$1")" != "$(stat -c %d "$1/..")" ]; }',
        "mount_server() {",
        '    mkdir -p "$root/$1"',
        '    mounted "$root/$1" || mount -t nfs -o "$2" "$3" "$root/$1"',
        "}",
    ]
    for endpoint in endpoints:
        options = endpoint.mount_options(endpoint.outside) + (["ro"] if endpoint.read_only else [])
        source = f"{endpoint.outside.in_url}:{endpoint.path}"
        words = (endpoint.name, ",".join(options), source)
        lines.append("mount_server " + " ".join(shlex.quote(word) for word in words))
    return "\n".join(lines) + "\n"
