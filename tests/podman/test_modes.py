# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients give to files over NFS stays on them."""

from __future__ import annotations

import stat

import pytest

from .simulator import Simulator


@pytest.mark.parametrize("mode", [0o2775, 0o3777, 0o0755])
def test_mode_of_a_directory_stays_as_a_client_sets_it(simulator: Simulator, mode: int) -> None:
    client, path = simulator.client(), f"/data/shared-{mode:o}"
    client.mkdir(path)
    client.chown(path, 0, 1234)
    client.chmod(path, mode)
    assert oct(stat.S_IMODE((simulator.export / path[6:]).stat().st_mode)) == oct(mode)


def test_new_file_in_a_setgid_directory_has_its_group(simulator: Simulator) -> None:
    client = simulator.client()
    client.mkdir("/data/of-a-group")
    client.chown("/data/of-a-group", 0, 1234)
    client.chmod("/data/of-a-group", 0o2775)
    with client.open("/data/of-a-group/new", "wb") as stream:
        stream.write(b"new")
    assert (simulator.export / "of-a-group" / "new").stat().st_gid == 1234
