# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts files of a profile's nodes, now and after their next start. Private to file_simulator.nas. Talks to the outside.

A node that is a container or a virtual machine has a new /etc/hosts after each start. So the names are kept in a directory
that outlives that, and the node itself adds them when it starts: a container by a unit of its systemd, a virtual machine by
the script that minikube's image has for such things (package/automount/minikube-automount in its source). minikube's own
way, copying files to nodes (``~/.minikube/files``), would replace the whole file, on the nodes of all profiles, and with the
driver none on this machine.
"""

from __future__ import annotations

import base64
import shlex
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.hosts_file import Entry, clashes, with_block
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.cli import Minikube
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.output import Profile
from ansible_collections.file_simulator.nas.plugins.module_utils._minikube.profile import (
    BARE_DRIVERS,
    CONTAINER_DRIVERS,
    GIVEN_DRIVERS,
)

_HOSTS = "/etc/hosts"
_KEPT = "/var/lib/minikube/file-simulator-hosts"
_BOOT_SCRIPT = "/var/lib/boot2docker/bootlocal.sh"
_UNIT = "file-simulator-hosts.service"
_UNIT_FILE = f"/etc/systemd/system/{_UNIT}"
# Its first line tells whether the names are there already.
_ADD = f'grep -qxF "$(head -n 1 {_KEPT})" {_HOSTS} || cat {_KEPT} >>{_HOSTS}'
_UNIT_TEXT = f"""[Unit]
Description=Names of NAS servers in {_HOSTS}
ConditionPathExists={_KEPT}

[Service]
Type=oneshot
ExecStart=/bin/sh -c {shlex.quote(_ADD.replace("$", "$$"))}

[Install]
WantedBy=multi-user.target
"""


class HostsFile(t.NamedTuple):
    """One such file: where it is, in words, what it has (empty where there is none), and what it is to have."""

    place: str
    before: str
    after: str

    @property
    def changes(self) -> bool:
        """Whether it is to be another one."""
        return self.before != self.after


class NodeFiles(t.NamedTuple):
    """Of one node, by minikube's ``name`` for it, empty for the first: the file as it is now, and what outlives a start."""

    name: str
    hosts: HostsFile
    kept: HostsFile


class Nodes:
    """The running nodes of a profile. With the driver none there are none: the node is this machine, and has its file."""

    def __init__(self, minikube: Minikube, profile: Profile) -> None:
        self._minikube = minikube
        self._profile = profile

    def planned(self, instance: str, entries: t.Sequence[Entry]) -> list[NodeFiles]:
        """Return each node's files; raise SimulatorError where one cannot be read."""
        configured = [] if self._profile.driver in BARE_DRIVERS else self._profile.config.get("Nodes") or [{}]
        names = [str(node.get("Name") or "") for node in configured]
        return [
            NodeFiles(
                name,
                self._planned(name, _HOSTS, f"sudo cat {_HOSTS}", instance, entries),
                self._planned(name, _KEPT, f"sudo cat {_KEPT} 2>/dev/null || true", instance, entries),
            )
            for name in names
        ]

    def write(self, nodes: t.Sequence[NodeFiles]) -> None:
        """Give each node its files, where they differ from those that it has."""
        for node in nodes:
            if node.hosts.changes or node.kept.changes:
                text = _encoded(_script(node, self._profile.driver))
                # What is handed to ssh is a command line there.
                self._call(node.name, f"echo {text} | base64 -d | sudo sh", f"write {node.hosts.place}")

    def _planned(self, name: str, path: str, command: str, instance: str, entries: t.Sequence[Entry]) -> HostsFile:
        place = f"{path} of node {name or self._profile.name}"
        # A terminal in between ends lines as terminals do.
        before = self._call(name, command, f"read {place}").replace("\r\n", "\n")
        if path == _KEPT and self._profile.driver in GIVEN_DRIVERS:
            # Such a node was a machine before, and has its own file for good.
            return HostsFile(place, before, before)
        return HostsFile(place, before, with_block(before, instance, entries))

    def _call(self, name: str, command: str, operation: str) -> str:
        words = ["ssh", f"--profile={self._profile.name}", *([f"--node={name}"] if name else []), "--", command]
        return self._minikube.call(words, f"profile {self._profile.name}: {operation}").out


def check_clashes(nodes: t.Iterable[NodeFiles], instance: str, entries: t.Sequence[Entry]) -> None:
    """Raise SimulatorError when one of the names leads elsewhere already, by one of the files."""
    problems = [
        f"{file.place}: {problem}; no hosts file was changed, take that name out of it or out of the topology"
        for node in nodes
        for file in (node.hosts, node.kept)
        for problem in clashes(file.before, instance, entries)
    ]
    if problems:
        raise combined(problems)


def _script(node: NodeFiles, driver: str) -> str:
    """Return what root runs on the node."""
    # Into the same file: that of a container is mounted there and cannot be replaced.
    lines = ["set -e", "umask 022", f"echo {_encoded(node.hosts.after)} | base64 -d >{_HOSTS}"]
    if node.kept.changes:
        add, remove = _UNIT_HOOK if driver in CONTAINER_DRIVERS else _BOOT_HOOK
        if node.kept.after:
            # The names before what adds them, and on the way back the other way round.
            lines += [f"echo {_encoded(node.kept.after)} | base64 -d >{_KEPT}", *add]
        else:
            lines += [*remove, f"rm -f {_KEPT}"]
    return "\n".join([*lines, ""])


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# How a container and a virtual machine add the names at their start, and how that ends.
_UNIT_HOOK = (
    [f"echo {_encoded(_UNIT_TEXT)} | base64 -d >{_UNIT_FILE}", f"systemctl enable --quiet {_UNIT}"],
    [f"systemctl disable --quiet {_UNIT} || true", f"rm -f {_UNIT_FILE}"],
)
_BOOT_MARK = "# names of NAS servers"
_BOOT_LINE = f"[ ! -e {_KEPT} ] || {{ {_ADD}; }} {_BOOT_MARK}\n"
_BOOT_HOOK = (
    [
        f"touch {_BOOT_SCRIPT}",
        f"grep -q '{_BOOT_MARK}$' {_BOOT_SCRIPT} || echo {_encoded(_BOOT_LINE)} | base64 -d >>{_BOOT_SCRIPT}",
    ],
    [
        f"[ ! -e {_BOOT_SCRIPT} ] || sed -i '/{_BOOT_MARK}$/d' {_BOOT_SCRIPT}",
        f"[ -s {_BOOT_SCRIPT} ] || rm -f {_BOOT_SCRIPT}",
    ],
)
