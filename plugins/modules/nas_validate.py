#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_validate
short_description: Validate NAS servers from outside
version_added: 1.0.0
description:
  - Checks running NAS servers as their clients and testers use them, all servers at the same time. They are asked over
    NFS at their ports, and their Windows directories are looked at.
  - A check that fails does not fail the task, so that reports can be made of all of them. RV(failed_checks) tells.
  - Files that checks need have names that begin with C(file-simulator-check-). They are removed afterwards on both
    sides, whatever happens. No other file is touched.
  - C(docs/validation.md) of the collection lists the checks. Two runs on the same servers at the same time disturb each
    other.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
  - file_simulator.nas._topology
  - file_simulator.nas._engine
  - file_simulator.nas._podman
  - file_simulator.nas._limits
requirements:
  - nfs-rs (Python package), for all checks but those that are tagged V(ready), V(engine) or V(kubernetes)
  - kubernetes >= 25.3.0 (Python package), for the engine V(kubernetes)
attributes:
  check_mode:
    support: partial
    details:
      - Checks that only look are made, checks that write files of their own are skipped.
  diff_mode:
    support: N/A
    details:
      - What a check writes is removed again.
  idempotent:
    support: full
    details:
      - What a check writes is removed again.
options:
  checks:
    description:
      - Names of the checks to be made. With O(tags), those that have one of the tags are made, too.
      - Without both, all of them.
    type: list
    elements: str
    default: []
  tags:
    description:
      - Tags of the checks to be made. V(ready) is what can be known in a second or two, V(quick) is everything that takes
        seconds, V(disruptive) is what takes servers out of service.
    type: list
    elements: str
    default: []
  disruptive:
    description:
      - Whether checks are made that take servers out of service, such as a restart of all of them at once. They are
        skipped otherwise.
    type: bool
    default: false
seealso:
  - module: file_simulator.nas.nas_server_info
"""

EXAMPLES = r"""
- name: Check everything that needs no restart
  file_simulator.nas.nas_validate:
  register: nas

- name: Check how long files take, on one server
  file_simulator.nas.nas_validate:
    servers: [nas-output-1]
    checks: [nas_to_windows]

- name: Check everything, a restart of all servers included
  file_simulator.nas.nas_validate:
    disruptive: true
  register: nas
  failed_when: nas.failed_checks | length > 0
"""

RETURN = r"""
run:
  description: The run, as the JSON report has it.
  returned: always
  type: dict
  contains:
    schema:
      description: The version of this form.
      type: int
    started:
      description: When the run began, UTC in ISO 8601.
      type: str
    seconds:
      description: How long it took.
      type: float
    engine:
      description: What runs the servers.
      type: str
      sample: podman
    instance:
      description: The instance that they belong to.
      type: str
    data_root:
      description: Where their Windows directories are.
      type: str
    versions:
      description: Versions of the programs that took part.
      type: dict
    counts:
      description: How many results are C(passed), C(failed) and C(skipped).
      type: dict
    servers:
      description: A report on each server, as M(file_simulator.nas.nas_server_info) returns it.
      type: list
      elements: dict
    results:
      description: What each check found on each server.
      type: list
      elements: dict
      contains:
        check:
          description: The check's name.
          type: str
          sample: windows_to_nas
        server:
          description: The server, null for a check of all of them together.
          type: str
        outcome:
          description: V(passed), V(failed) or V(skipped).
          type: str
        seconds:
          description: How long the check took.
          type: float
        detail:
          description: One line that names the cause.
          type: str
        requirements:
          description: The requirements that the check verifies.
          type: list
          elements: str
        tags:
          description: The check's tags.
          type: list
          elements: str
        expected:
          description: What the detail was drawn from.
          type: str
        seen:
          description: What there was instead.
          type: str
        evidence:
          description: Lines for people, such as the end of a server's log.
          type: list
          elements: str
        remedy:
          description: What to do about a failure; empty for what did not fail.
          type: str
        measures:
          description: Figures that the check took, with the limit that must hold and the target that is hoped for.
          type: list
          elements: dict
failed_checks:
  description: One line for each failure, with what to do about it.
  returned: always
  type: list
  elements: str
  sample: ["windows_to_nas of nas-input-1: a file put into the Windows directory was not on the NAS within 30 s"]
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.engines import (
    ENGINE_REQUIRED_IF,
    ENGINE_SPEC,
    open_engine,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.servers import TOPOLOGY_SPEC
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import selected
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.limits import LIMITS_SPEC, read_limits
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, Result
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.run import RunOptions, check_servers
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.rs_client import (
    NFS_RS_IMPORT_ERROR,
    client_version,
)


def nas_validate(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    checks = selected(given["checks"], given["tags"])
    if NFS_RS_IMPORT_ERROR and any(check.nfs_client for check in checks):
        raise SimulatorError(missing_required_lib("nfs-rs"), exception=NFS_RS_IMPORT_ERROR)
    opened = open_engine(module)
    options = RunOptions(
        checks=checks,
        disruptive=given["disruptive"],
        writing=not module.check_mode,
        limits=read_limits(given["limits"]),
        versions={"ansible-core": module.ansible_version, "nfs-rs": client_version()},
    )
    found, left = check_servers(opened.engine, opened.topology, opened.servers, options)
    for path in left:
        module.warn(f"a file of the checks could not be removed: {path}")
    lines = [_line(result) for result in found.results if result.outcome == FAILED]
    return {"changed": False, "run": found.as_dict(), "failed_checks": lines}


def _line(result: Result) -> str:
    remedy = f"; {result.remedy}" if result.remedy else ""
    return f"{result.check} of {result.server or 'all servers'}: {result.detail}{remedy}"


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **TOPOLOGY_SPEC,
            **ENGINE_SPEC,
            "checks": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "list", "elements": "str", "default": []},
            "disruptive": {"type": "bool", "default": False},
            "limits": {"type": "dict", "default": {}, "options": LIMITS_SPEC},
        },
        required_if=ENGINE_REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, nas_validate)


if __name__ == "__main__":
    main()
