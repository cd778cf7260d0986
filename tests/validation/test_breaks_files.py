# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files are lost, kept, changed or shown where they should not be: the check of it fails, and no other."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from pathlib import Path

import pytest

from .breaking import breaks, evidence, expect
from .servers import BACKUP, INPUT, INSTANCE, OUTPUT, Servers, meanwhile, replaced

from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import MARKER_NAME  # isort: skip


@breaks("windows_to_nas")
def test_agent_that_waits_too_long(servers: Servers, tmp_path: Path) -> None:
    """Its kernel does not tell who writes a file (``F_SETLEASE``, 1024), so that it waits for the quiet period."""
    without_leases = tmp_path / "seccomp.json"
    asked = {"index": 1, "value": 1024, "op": "SCMP_CMP_EQ"}
    refused = {"names": ["fcntl"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EINVAL, "args": [asked]}
    without_leases.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [refused]}))

    def patient(words: list[str]) -> list[str]:
        at = words.index("create") + 1
        words[at:at] = ["--security-opt", f"seccomp={without_leases}"]
        return replaced(words, "--quiet-period", "300")

    with servers.container(INPUT, "sync-agent", patient):
        results = servers.check()
    expect(results, ("windows_to_nas", INPUT), word="was not on the NAS within 8 s")
    assert "sync agent: pending 1" in evidence(results)


@breaks("nas_to_windows")
def test_windows_directory_that_the_agent_cannot_write_to(servers: Servers) -> None:
    own = f"source={servers.windows(OUTPUT)},destination=/windows"
    with servers.container(OUTPUT, "sync-agent", lambda words: [word.replace(own, f"{own},ro=true") for word in words]):
        results = servers.check()
    expect(results, ("nas_to_windows", OUTPUT), word="was not in the Windows directory within 5 s")
    assert "Read-only file system" in evidence(results)


@breaks("isolation")
def test_two_servers_on_one_volume(servers: Servers) -> None:
    own, other = f"{INSTANCE}.{BACKUP}.export", f"{INSTANCE}.{OUTPUT}.export"
    with servers.container(BACKUP, "nfs-server", lambda words: [word.replace(own, other) for word in words]):
        results = servers.check()
    expect(results, ("isolation", BACKUP), word=f"a file of {OUTPUT} is in its export")


@breaks("read_only")
def test_backup_that_can_be_written_to(servers: Servers) -> None:
    with servers.configured(BACKUP, "Access_Type = RO", "Access_Type = RW"):
        results = servers.check()
    expect(
        results,
        ("read_only", BACKUP),
        word="a client could write a file and make a directory and rename a file and remove a file",
    )


@breaks("subdirectories")
def test_directories_that_do_not_last(servers: Servers) -> None:
    export = servers.export(INPUT)

    def flatten() -> None:
        for path in export.glob("file-simulator-check-*/*"):
            path.rename(export / "taken")

    with meanwhile(flatten, pause=0.0001):
        results = servers.check()
    subprocess.run(["rm", "-rf", str(export / "taken")], check=True)
    expect(results, ("subdirectories", INPUT), word="no such file or directory")


@breaks("ownership")
def test_server_without_the_capability_to_chown(servers: Servers) -> None:
    fewer = "DAC_OVERRIDE,DAC_READ_SEARCH,FOWNER,SETGID,SETUID"
    with servers.container(OUTPUT, "nfs-server", lambda words: replaced(words, "--cap-add", fewer)):
        results = servers.check()
    expect(results, ("ownership", OUTPUT), word="root cannot give a file away")


@breaks("ownership")
@pytest.mark.parametrize("options", ["rw,root_squash", "rw,all_squash,anonuid=1000,anongid=1000"])
def test_squash_that_is_not_there(servers: Servers, options: str) -> None:
    """The topology squashes, the server does not."""
    results = servers.check("ownership", change={"name": OUTPUT, "export_options": options})
    expect(results, ("ownership", OUTPUT), word="is to be squashed, and a file that")


@breaks("write_cycles")
def test_content_that_somebody_changes_on_its_way(servers: Servers) -> None:
    def scribble() -> None:
        for path in servers.windows(OUTPUT).glob("file-simulator-check-*-cycles-to-windows-*"):
            with path.open("ab") as stream:
                stream.write(b"scribble")

    with meanwhile(scribble):
        results = servers.check("write_cycles", "ready", "sync_state")
    expect(results, ("write_cycles", OUTPUT), word="a content was seen that nobody wrote")
    remove_conflicts(servers.windows(OUTPUT))


@breaks("rest")
def test_sync_that_goes_round_in_circles(servers: Servers) -> None:
    """As the original's rsync did, which found every file different at each pass."""

    def again() -> None:
        for path in servers.windows(OUTPUT).glob("file-simulator-check-*-rest-1"):
            os.utime(path)

    with meanwhile(again, pause=1.0):
        results = servers.check("rest", "ready", "sync_state")
    expect(results, ("rest", OUTPUT), word="written again although nobody changed it: ")


@breaks("stable_writes")
def test_server_that_loses_what_it_has_acknowledged(servers: Servers) -> None:
    export, pid = servers.export(OUTPUT), servers.pid(OUTPUT, "nfs-server")

    def lose() -> None:
        if not Path(f"/proc/{pid}").exists():
            for path in export.glob("file-simulator-check-*-stable"):
                path.unlink()

    with meanwhile(lose):
        results = servers.check("stable_writes", "ready")
    expect(results, ("stable_writes", OUTPUT), word="a write that the server had acknowledged is lost")


@breaks("windows_lost")
def test_sync_that_goes_on_without_its_windows_directory(servers: Servers) -> None:
    """A marker that is back at once stands for an agent that does not look."""
    marker = servers.windows(OUTPUT) / MARKER_NAME
    text = marker.read_bytes()

    def put_back() -> None:
        if not marker.exists():
            marker.write_bytes(text)

    with meanwhile(put_back):
        results = servers.check("windows_lost", "ready")
    expect(results, ("windows_lost", OUTPUT), word="disappeared, and sync did not halt within 8 s")
    assert [path.name for path in servers.windows(OUTPUT).iterdir()] == [MARKER_NAME]


@breaks("persistence")
def test_file_that_a_restart_loses(servers: Servers) -> None:
    export, pid = servers.export(INPUT), servers.pid(INPUT, "nfs-server")

    def lose() -> None:
        if not Path(f"/proc/{pid}").exists():
            for path in export.glob("file-simulator-check-*-from-nas"):
                path.unlink()

    with meanwhile(lose):
        results = servers.check("persistence", "ready")
    expect(results, ("persistence", INPUT), word="gone after the restart: file-simulator-check-")


def remove_conflicts(directory: Path) -> None:
    for path in directory.glob("*.conflict-*"):
        path.unlink()
