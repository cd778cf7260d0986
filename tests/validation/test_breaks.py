# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers and their parts are broken, one property at a time: the check of it fails, and no other."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import typing as t

import pytest

from .breaking import breaks, evidence, expect
from .servers import BACKUP, INPUT, INSTANCE, OUTPUT, Servers, podman, replaced, without

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import MARKER_NAME  # isort: skip


@breaks("ready")
def test_server_that_is_silent_behind_a_live_port(servers: Servers) -> None:
    pid = servers.pid(OUTPUT, "nfs-server")
    os.kill(pid, signal.SIGSTOP)
    try:
        results = servers.check("ready", "listing", "fsid", "nas_to_windows")
    finally:
        os.kill(pid, signal.SIGCONT)
    expect(results, ("ready", OUTPUT), word="did not answer within")
    assert "nfs-server: " in evidence(results)
    skipped = {
        each["check"]: each["detail"] for each in results if each["server"] == OUTPUT and each["check"] != "ready"
    }
    assert set(skipped.values()) == {"needs ready, which did not pass here"}


@breaks("containers")
def test_agent_that_does_not_run(servers: Servers) -> None:
    podman("stop", "--time", "5", f"{INSTANCE}.{OUTPUT}.sync-agent")
    try:
        results = servers.check()
    finally:
        podman("start", f"{INSTANCE}.{OUTPUT}.sync-agent")
    expect(results, ("containers", OUTPUT), word="sync-agent is not running")


@breaks("containers")
def test_backup_with_a_sidecar(servers: Servers) -> None:
    """The topology says that nothing is carried, and somebody does carry."""
    results = servers.check("containers", change={"name": INPUT, "sync": {"mode": "none"}})
    expect(results, ("containers", INPUT), word="sync-agent is there, and should not be")


@breaks("sync_state")
def test_agent_with_the_directory_of_another_server(servers: Servers) -> None:
    own, other = str(servers.windows(OUTPUT)), str(servers.windows(BACKUP))
    with servers.container(OUTPUT, "sync-agent", lambda words: [word.replace(own, other) for word in words]):
        time.sleep(2)  # until it has told
        results = servers.check()
    expect(results, ("sync_state", OUTPUT), word=f"the Windows directory belongs to server '{BACKUP}'")


@breaks("windows_directory")
def test_windows_directory_that_is_not_mounted(servers: Servers) -> None:
    marker = servers.windows(BACKUP) / MARKER_NAME
    marker.rename(marker.with_name("away"))
    try:
        results = servers.check()
    finally:
        marker.with_name("away").rename(marker)
    expect(results, ("windows_directory", BACKUP), word="has no marker")


@breaks("fsid")
def test_two_servers_with_one_fsid(servers: Servers) -> None:
    with servers.configured(OUTPUT, "Filesystem_Id = 5.5", "Filesystem_Id = 1.1"):
        results = servers.check()
    expect(results, ("fsid", INPUT), ("fsid", OUTPUT), word="its fsid 1.1 is also that of nas-")


@breaks("listing")
def test_export_that_nobody_may_list(servers: Servers) -> None:
    export = servers.export(BACKUP)
    before = export.stat().st_mode
    with servers.configured(BACKUP, "Squash = No_Root_Squash", "Squash = All_Squash"):
        export.chmod(0o711)
        try:
            results = servers.check()
        finally:
            export.chmod(before)
    expect(results, ("listing", BACKUP), word="access denied")


@breaks("free_space")
def test_export_that_is_full(servers: Servers) -> None:
    """On a disk of a few MiB, in memory."""
    volume = servers.export(OUTPUT).parent
    servers.apply("stopped")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", volume], check=True)
    try:
        servers.apply()
        (servers.export(OUTPUT) / "big").write_bytes(bytes(6 << 20))
        results = servers.check()
    finally:
        servers.apply("stopped")
        subprocess.run(["umount", volume], check=True)
        (servers.windows(OUTPUT) / "big").unlink(missing_ok=True)
        servers.apply()
    expect(results, ("free_space", OUTPUT), word="are free in the export")


@breaks("security")
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda words: replaced(words, "--cap-add", "DAC_READ_SEARCH,SETUID,SETGID,SYS_ADMIN"), "has SYS_ADMIN"),
        (lambda words: without(words, "--security-opt", "no-new-privileges"), "may gain"),
        (lambda words: [word for word in words if not word.startswith("--read-only")], "can write to its root"),
    ],
)
def test_container_with_more_rights(servers: Servers, change: t.Callable[[list[str]], list[str]], word: str) -> None:
    with servers.container(BACKUP, "nfs-server", change):
        results = servers.check("security", "ready", "containers", "resources", "listing")
    expect(results, ("security", BACKUP), word=f"nfs-server {word}")


@breaks("resources")
def test_container_with_less_memory(servers: Servers) -> None:
    with servers.container(BACKUP, "nfs-server", lambda words: replaced(words, "--memory", str(128 << 20))):
        results = servers.check()
    expect(results, ("resources", BACKUP), word=f"nfs-server: memory limit is {128 << 20}, not {256 << 20}")


@breaks("capacity")
def test_servers_that_ask_for_more_than_there_is(servers: Servers) -> None:
    amounts = {kind: {"memory": "8Gi"} for kind in ("requests", "limits")}
    change = {"name": BACKUP, "resources": {"server": amounts}}
    servers.apply(**change)
    try:
        results = servers.check(change=change)
    finally:
        servers.apply()
    expect(results, ("capacity", None), word="8384 MiB together, which is more than 4 CPUs and 8192 MiB")
