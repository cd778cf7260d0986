# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: servers
short_description: The NAS servers that run, as hosts
version_added: 1.1.0
description:
  - Asks an engine for the NAS servers of a topology and makes each one that is there a host, in the groups V(nas_servers) and
    V(nas_input), V(nas_backup) or V(nas_output) by its role. These four groups are always there.
  - What M(file_simulator.nas.nas_server_info) returns of a server are the host's variables, each with C(nas_) before its name,
    such as C(nas_role), C(nas_state), C(nas_host), C(nas_port), C(nas_mount_options) and C(nas_local_directory).
  - A NAS server is no machine that one could log in to. C(ansible_connection) is V(local) and C(ansible_python_interpreter)
    that of Ansible itself, as for C(localhost), so a task for a server runs on the machine that runs Ansible, once for each
    server. There it finds the server's Windows directory and its port. O(compose) can set other values.
  - The machine that runs Ansible is the one that the options call the managed machine. An inventory has no become, and podman
    needs root, so Ansible itself must run as root for O(engine=podman), for example by sudo.
  - The file's name must end in C(nas_servers.yml) or C(nas_servers.yaml).
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
requirements:
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
options:
  plugin:
    description:
      - Tells that the file is for this plugin.
    type: str
    required: true
    choices:
      - file_simulator.nas.servers
  topology:
    description:
      - The NAS servers and what they have in common, as in M(file_simulator.nas.nas_server). Without it and
        O(topology_file), what the extra variable C(file_simulator_topology) has; without that one, the seven servers of
        production.
      - Every key is described in C(docs/topology.md) of the collection.
    type: dict
    default: {}
    vars:
      - name: file_simulator_topology
  topology_file:
    description:
      - A file of variables as the playbooks of this collection take it by C(-e @FILE). Its C(file_simulator_topology) is the
        topology.
      - A relative path is looked up beside the inventory file.
      - Mutually exclusive with O(topology).
    type: str
  states:
    description:
      - The servers in these states are hosts. M(file_simulator.nas.nas_server_info) describes them.
      - A server that has failed is among them by default, so that a play can find it.
    type: list
    elements: str
    choices:
      - ready
      - not_answering
      - broken
      - stopped
      - absent
    default:
      - ready
      - not_answering
      - broken
  hostname:
    description:
      - A Jinja expression that gives a host's name, with the host's variables. By default the server's name.
      - Two servers of one name are refused, so with several instances in one inventory this tells them apart.
    type: str
"""

EXAMPLES = r"""
# Used as: sudo ansible-playbook -i desk.nas_servers.yml play.yml
---
# The seven servers of production, on this machine
plugin: file_simulator.nas.servers
---
# The servers of a topology of your own, in groups by their states and by what syncs them, such as nas_state_ready
plugin: file_simulator.nas.servers
topology:
  instance: orders
  servers:
    - {name: orders-input, port: 32160}
    - {name: reports-output, port: 32161}
keyed_groups:
  - {key: nas_state, prefix: nas_state}
  - {key: nas_sync_mode, prefix: nas_sync}
groups:
  nas_full: (nas_space.nas_free or 0) < 1000000000
---
# Two instances in one inventory: one file for each, with names such as nas-input-1.orders, in groups by instance and engine
plugin: file_simulator.nas.servers
topology: {instance: orders}
hostname: nas_name ~ '.' ~ nas_instance
keyed_groups:
  - {key: nas_instance, prefix: nas_instance}
  - {key: nas_engine, prefix: nas_engine}
---
# Servers of a Minikube profile, those that are stopped as well, remembered for five minutes
plugin: file_simulator.nas.servers
engine: kubernetes
kubeconfig: ~/.kube/config
context: minikube
states: [ready, not_answering, broken, stopped]
cache: true
cache_plugin: jsonfile
cache_connection: ~/.cache/ansible-nas
cache_timeout: 300
compose:
  # What a play calls it, in place of the names of this plugin.
  nfs_export: nas_host ~ ':' ~ nas_path
strict: true
"""

import os
import sys
import typing as t

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.common.validation import check_required_if
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import encodable, one_line
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import status_result
from ansible_collections.file_simulator.nas.plugins.plugin_utils._inventory.caller import ControllerCaller

_ENDINGS = ("nas_servers.yml", "nas_servers.yaml")
_ALL = "nas_servers"
_BY_ROLE = {"input": "nas_input", "backup": "nas_backup", "output": "nas_output"}
_TOPOLOGY = "file_simulator_topology"
# What tells that a host is the same server, from another file.
_IDENTITY = ("nas_engine", "nas_instance", "nas_name")
_LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """What Ansible asks for the hosts of an inventory file."""

    NAME = "file_simulator.nas.servers"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(_ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        given = self._read_config_data(path)
        try:
            reports = self._kept_or_asked(given, path, cache)
            for group in (_ALL, *_BY_ROLE.values()):
                self.inventory.add_group(group)
            for group in _BY_ROLE.values():
                self.inventory.add_child(_ALL, group)
            for report in reports:
                if report["state"] in self.get_option("states"):
                    self._add(report)
        except SimulatorError as error:
            raise AnsibleParserError(f"{path}: {encodable(error.message)}") from None

    def _kept_or_asked(self, given: t.Mapping[str, t.Any], path: str, cache: bool) -> list[dict[str, t.Any]]:
        """Return the reports that Ansible's cache has, or those of the engine, which are kept there then."""
        caching, key = self.get_option("cache"), self.get_cache_key(path)
        if caching and cache:
            try:
                return list(self._cache[key])
            except KeyError:
                # There is none yet, or it is too old.
                pass
        reports = self._asked(given, path)
        if caching:
            self._cache[key] = reports
        return reports

    def _asked(self, given: t.Mapping[str, t.Any], path: str) -> list[dict[str, t.Any]]:
        """Return what nas_server_info would, see there."""
        params = {name: self.get_option(name) for name in (*TOPOLOGY_SPEC, *ENGINE_SPEC)}
        if given.get("topology_file"):
            if given.get("topology"):
                raise SimulatorError("topology and topology_file are mutually exclusive; give one of them")
            params["topology"] = self._topology_of(
                os.path.join(os.path.dirname(path), self.get_option("topology_file"))
            )
        try:
            check_required_if(ENGINE_REQUIRED_IF, {name: value for name, value in params.items() if value is not None})
        except TypeError as error:
            raise SimulatorError(one_line(error)) from None
        if params["engine"] == "podman" and os.geteuid() != 0:
            raise SimulatorError(
                "the podman engine needs root, and an inventory has no become; run Ansible itself as root, such as "
                "sudo ansible-playbook"
            )
        engine, _topology, servers = open_engine(ControllerCaller(params))
        return [encodable(status_result(status)) for status in engine.statuses(servers)]

    def _topology_of(self, path: str) -> dict[str, t.Any]:
        path = os.path.expanduser(path)
        try:
            variables = self.loader.load_from_file(path, cache="none")
        except AnsibleError as error:
            raise SimulatorError(f"topology_file: {path}: cannot be read: {one_line(error)}") from None
        if not isinstance(variables, dict) or not isinstance(variables.get(_TOPOLOGY), dict):
            raise SimulatorError(f"topology_file: {path}: has no dictionary {_TOPOLOGY}")
        return variables[_TOPOLOGY]

    def _add(self, report: t.Mapping[str, t.Any]) -> None:
        """Make a server a host."""
        variables = {f"nas_{name}": value for name, value in report.items()}
        host = self._name_of(variables)
        known = self.inventory.hosts.get(host)
        there = known.get_vars() if known else {}
        if any(there.get(name, variables[name]) != variables[name] for name in _IDENTITY):
            raise SimulatorError(
                f"server {report['name']} of instance {report['instance']}: host {host} is server {there['nas_name']} of "
                f"instance {there['nas_instance']} already; set hostname, such as nas_name ~ '.' ~ nas_instance"
            )
        self.inventory.add_host(host, group=_BY_ROLE[report["role"]])
        for name, value in {**_LOCAL, **variables}.items():
            self.inventory.set_variable(host, name, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)

    def _name_of(self, variables: t.Mapping[str, t.Any]) -> str:
        expression = self.get_option("hostname")
        if not expression:
            return str(variables["nas_name"])
        try:
            name = self._compose(expression, variables)
        except AnsibleError as error:
            raise SimulatorError(f"hostname: '{expression}' fails: {one_line(error)}") from None
        if not isinstance(name, str) or not name:
            raise SimulatorError(f"hostname: '{expression}' gives no name")
        return name
