# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another file system is mounted over the Windows directory of a running server, which keeps the one that it has."""

from __future__ import annotations

import shutil
import subprocess
import typing as t

import pytest

from .simulator import Simulator

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until  # isort: skip


@pytest.fixture
def mounted_over(simulator: Simulator) -> t.Iterator[Simulator]:
    """The drive as it is mounted at last: with the same marker, and without what testers saved below it."""
    simulator.apply()
    marker = simulator.windows / ".file-simulator.json"
    kept = marker.with_name("marker-of-the-drive")
    shutil.copy(marker, kept)
    content = kept.read_bytes()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(simulator.windows)], check=True)
    try:
        marker.write_bytes(content)
        yield simulator
    finally:
        subprocess.run(["umount", "--lazy", str(simulator.windows)], check=True)
        kept.unlink()
        # The server is made anew: without its clients of before, the next test need not wait for them.
        simulator.forget_clients()
        simulator.apply()


def test_status_says_so_and_make_up_mends_it(mounted_over: Simulator) -> None:
    report = mounted_over.report()
    assert report["state"] == "broken"
    assert report["problem"] == (
        f"{mounted_over.windows} is another directory than its agent syncs, mounted over it or anew; "
        "make up (in a playbook: nas_server with state: started) makes it anew around its volume"
    )

    mounted_over.forget_clients()
    assert mounted_over.apply()
    assert mounted_over.report()["state"] == "ready"
    with mounted_over.client().open("/data/written-later", "wb") as stream:
        stream.write(b"to the directory that testers see")
    assert wait_until((mounted_over.windows / "written-later").exists, 30)
    assert not mounted_over.apply(), "the second run has something to change"


def test_it_is_as_before_when_it_is_unmounted_again(simulator: Simulator) -> None:
    simulator.apply()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(simulator.windows)], check=True)
    try:
        assert simulator.report()["state"] == "broken"
    finally:
        subprocess.run(["umount", str(simulator.windows)], check=True)
    assert simulator.report()["state"] == "ready"
    assert not simulator.apply()
