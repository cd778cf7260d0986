# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mount options that ask for a minor version of NFSv4."""

from __future__ import annotations

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._model.minor_versions import served_option


@pytest.mark.parametrize(
    ("option", "served"),
    [
        ("vers=4.2", "vers=4.1"),
        ("nfsvers=4.2", "nfsvers=4.1"),
        ("v4.2", "v4.1"),
        ("minorversion=2", "minorversion=1"),
        *[
            (option, option)
            for option in ("vers=4", "nfsvers=4.1", "v4.0", "vers=3", "minorversion=0", "hard", "rsize=42")
        ],
    ],
)
def test_what_servers_do_not_speak_becomes_the_highest_that_they_do(option: str, served: str) -> None:
    assert served_option(option) == served
