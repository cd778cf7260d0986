# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a program is told, and what it says last."""

from __future__ import annotations

import sys

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.file_simulator.nas.plugins.module_utils._common.command import last_line, verbatim


@pytest.mark.parametrize(("text", "line"), [("", ""), ("\n \n", ""), ("a\nError: b \n\n", "Error: b"), ("a\r\n", "a")])
def test_last_line_says_something(text: str, line: str) -> None:
    assert last_line(text) == line


def test_program_is_told_every_word_as_it_stands() -> None:
    words = ["~", "~root/x", "/mnt/c/$HOME/x", "a=${PATH}", "$1", "%HOME%", "`id`", "*", "a,b:c"]
    with patch_module_args():
        module = AnsibleModule(argument_spec={})
    assert verbatim(module.run_command)([sys.executable, "-c", "import sys; print(sys.argv[1:])", *words]) == (
        0,
        f"{words}\n",
        "",
    )
