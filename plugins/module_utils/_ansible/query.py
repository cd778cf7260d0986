# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A JMESPath expression among a module's parameters. Private to file_simulator.nas."""

from __future__ import annotations

import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    import jmespath
except ImportError:
    JMESPATH_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    JMESPATH_IMPORT_ERROR = None

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line


def searched(query: t.Any, reports: list[dict[str, object]]) -> object:
    """Return what a compiled query makes of the reports; raise SimulatorError where it fails on them."""
    try:
        return query.search(reports)
    except jmespath.exceptions.JMESPathError as error:
        raise SimulatorError(f"query: '{query.expression}' fails on the reports: {one_line(error)}") from None


def compiled_query(module: AnsibleModule) -> t.Any:
    """Return the parameter ``query``, compiled; None where there is none.

    Raises:
        SimulatorError: it is no JMESPath expression, or jmespath is not installed.
    """
    text = module.params["query"]
    if text is None:
        return None
    if JMESPATH_IMPORT_ERROR:
        raise SimulatorError(missing_required_lib("jmespath"), exception=JMESPATH_IMPORT_ERROR)
    try:
        return jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        raise SimulatorError(f"query: '{text}' is no JMESPath expression: {one_line(error)}") from None
