# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why podman failed stands above its last line, among warnings that say nothing of it."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.output import causes, without_noise

_WARNING = 'time="2026-11-27T06:18:56Z" level=warning msg="Using cgroups-v1 which is deprecated"\n'


def test_cause_above_the_last_line_is_told() -> None:
    text = _WARNING + (
        'time="2026-11-27T06:18:56Z" level=error msg="Starting some container dependencies"\n'
        'time="2026-11-27T06:18:56Z" level=error msg="\\"runc create failed: no such file\\""\n'
        "Error: internal libpod error\n"
    )
    assert (
        causes(text) == "Starting some container dependencies; runc create failed: no such file; internal libpod error"
    )


def test_cause_told_twice_is_told_once() -> None:
    assert causes('time="x" level=error msg="no space"\nError: no space\n') == "no space"


def test_warnings_alone_are_no_cause() -> None:
    assert causes(_WARNING) == ""


def test_quoting_that_json_does_not_know_is_kept_in_one_line() -> None:
    assert causes('time="x" level=error msg="caf\\xc3\\n is gone"') == "caf\\xc3\\n is gone"


def test_a_containers_words_are_without_podmans() -> None:
    assert without_noise(_WARNING + "ganesha: started\n") == "ganesha: started"
