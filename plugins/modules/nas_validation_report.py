#!/usr/bin/python
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nas_validation_report
short_description: Write reports on a validation of NAS servers
version_added: 1.0.0
description:
  - Writes what M(file_simulator.nas.nas_validate) found as one self-contained HTML page, as JUnit XML and as JSON, and returns it
    as a table for people.
  - The same run gives the same files, byte for byte. Each file is written whole or not at all.
  - It says nothing of its own on what failed, and does not fail because a check did.
  - The reports are made on the controller and written on the managed node.
author:
  - file_simulator.nas contributors (@file-simulator)
extends_documentation_fragment:
  - file_simulator.nas._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - A page is compared more easily by looking at it.
  idempotent:
    support: full
options:
  run:
    description: What M(file_simulator.nas.nas_validate) returned as RV(file_simulator.nas.nas_validate#module:run).
    type: dict
    required: true
  directory:
    description:
      - Where the files go. It is created when it is missing. Without it, none are written.
      - Files of an earlier run in it are replaced, others are left alone.
    type: path
  formats:
    description:
      - V(html) writes C(report.html), a page for people.
      - V(junit) writes C(junit.xml), for Jenkins, GitLab and reporters for GitHub. A suite is a check, a case is that check on
        one server.
      - V(json) writes C(report.json), everything for programs.
    type: list
    elements: str
    choices: [html, junit, json]
    default: [html, junit, json]
  reports:
    description:
      - The text of each report by its format, as the controller hands it to the managed node.
      - It is made from O(run); a task that gives it is refused.
    type: dict
seealso:
  - module: file_simulator.nas.nas_validate
"""

EXAMPLES = r"""
- name: Check the servers
  file_simulator.nas.nas_validate:
  register: checked

- name: Write the reports
  file_simulator.nas.nas_validation_report:
    run: "{{ checked.run }}"
    directory: ~/file-simulator/reports

- name: Show the table alone
  file_simulator.nas.nas_validation_report:
    run: "{{ checked.run }}"

- name: Write what a CI server reads
  file_simulator.nas.nas_validation_report:
    run: "{{ checked.run }}"
    directory: "{{ playbook_dir }}/build"
    formats: [junit]
"""

RETURN = r"""
table:
  description: What was found, as lines for a console of 120 columns. What failed is told in full, the rest in a line a check.
  returned: always
  type: list
  elements: str
files:
  description: The path of each format's file. In check mode they may not exist.
  returned: always
  type: dict
  sample:
    html: /root/file-simulator/reports/report.html
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._ansible.module import run
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.files import FILES, write_reports


def nas_validation_report(module: AnsibleModule) -> dict[str, object]:
    given = module.params
    files, changed = write_reports(given["reports"], given["directory"], check_mode=module.check_mode)
    return {"changed": changed, "files": files}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "run": {"type": "dict", "required": True},
            "directory": {"type": "path"},
            "formats": {"type": "list", "elements": "str", "choices": list(FILES), "default": list(FILES)},
            "reports": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    run(module, nas_validation_report)


if __name__ == "__main__":
    main()
