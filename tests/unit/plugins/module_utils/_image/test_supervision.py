# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A build that is interrupted in any way leaves no process, no mount and no directory, and the next one works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._common.waiting import wait_until

from .....module_runner import CHECKOUT

# Builds below TMPDIR, as mmdebstrap does, and takes down what it has built when it and what it has started are told to end.
MMDEBSTRAP = """\
#!/bin/bash
target=$(for word; do case $word in *.tar) echo "$word";; esac; done)
root=$(mktemp -d "$TMPDIR/mmdebstrap.XXXXXX")
trap 'sleep 0.3; trap "" TERM; rm -rf "$root"; echo cleaned >> "$LOG"; exit 1' TERM INT
[ -z "$MOUNT" ] || mount -t tmpfs tmpfs "$root"
echo $$ > "$PIDS"
# Told alone, it waits for what it has started.
[ -z "$STOPS" ] || sleep 8
mkdir -p "$root/var/lib/dpkg"
printf 'Package: nfs-ganesha\\nVersion: 4.3\\n' > "$root/var/lib/dpkg/status"
tar -C "$root" -cf "$target" ./var/lib/dpkg/status
rm -rf "$root"
"""
BUILD = """\
import sys
sys.path.insert(0, sys.argv[1])
from tests import module_runner
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.file_simulator.nas.plugins.module_utils._image.archive import build_archive
from ansible_collections.file_simulator.nas.plugins.module_utils._image.recipe import Recipe

recipe = Recipe(name="localhost/nas", suite="bookworm", packages=("nfs-ganesha",), machine="x86_64")
with patch_module_args():
    module = AnsibleModule(argument_spec={})
build_archive(recipe, sys.argv[2], module.run_command, sys.argv[3])
print("built")
"""


class Desk:
    """A machine with a program by the name of mmdebstrap, and a cache."""

    def __init__(self, home: Path) -> None:
        self.home, self.cache, self.temporary = home, home / "cache", home / "tmp"
        self.temporary.mkdir()
        self.archive = self.cache / "nas.tar"
        self._mmdebstrap = home / "mmdebstrap"
        self._mmdebstrap.write_text(MMDEBSTRAP)
        self._mmdebstrap.chmod(0o755)
        (home / "build.py").write_text(BUILD)

    def start(self, *, stops: bool = True, mounts: bool = False) -> subprocess.Popen[str]:
        """Start a build, in a process group of its own; with ``stops`` it waits in mmdebstrap to be interrupted."""
        environment = {
            **os.environ,
            "TMPDIR": str(self.temporary),
            "LOG": str(self.home / "log"),
            "PIDS": str(self.home / "pid"),
            "STOPS": "1" if stops else "",
            "MOUNT": "1" if mounts else "",
        }
        command = [sys.executable, str(self.home / "build.py"), str(CHECKOUT), str(self.archive), str(self._mmdebstrap)]
        build = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        if stops:
            assert wait_until(lambda: self.pid != 0, 60), build.communicate(timeout=10)
        return build

    @property
    def pid(self) -> int:
        """The process of mmdebstrap, 0 before it has begun."""
        path = self.home / "pid"
        return int(path.read_text() or 0) if path.exists() else 0

    @property
    def left(self) -> list[str]:
        """What is there that an interrupted build should not have left."""
        running = [f"process {self.pid}"] if Path(f"/proc/{self.pid}").exists() else []
        return running + sorted(os.listdir(self.temporary)) + sorted(os.listdir(self.cache))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    if not all(map(shutil.which, ("setsid", "setpriv"))):
        pytest.skip("needs setsid and setpriv of util-linux")
    return Desk(tmp_path)


def interrupt(build: subprocess.Popen[str], way: str) -> None:
    if way == "nobody reads":
        t.cast(t.IO[str], build.stdout).close()
    elif way.endswith("for all"):
        os.killpg(build.pid, getattr(signal, way.split()[0]))
    else:
        build.send_signal(getattr(signal, way))


@pytest.mark.parametrize("way", ["SIGINT", "SIGINT for all", "SIGTERM", "SIGTERM for all", "SIGHUP", "nobody reads"])
def test_nothing_is_left(desk: Desk, way: str) -> None:
    build = desk.start()
    interrupt(build, way)
    assert build.wait(6) != 0, "mmdebstrap alone was told"
    assert desk.left == []
    assert (desk.home / "log").read_text() == "cleaned\n", "mmdebstrap was not told, or not waited for"

    assert desk.start(stops=False).communicate(timeout=60)[0] == "built\n"
    assert sorted(os.listdir(desk.temporary)) == [] and desk.archive.exists()


def test_second_signal_does_not_interrupt_what_clears_away(desk: Desk) -> None:
    build = desk.start()
    build.send_signal(signal.SIGINT)
    build.send_signal(signal.SIGTERM)
    assert build.wait(20) != 0
    assert desk.left == []


def test_what_a_killed_build_left_goes_with_the_next(desk: Desk) -> None:
    build = desk.start()
    build.kill()
    build.wait(20)
    assert wait_until(lambda: not Path(f"/proc/{desk.pid}").exists(), 20), "mmdebstrap runs on"
    assert desk.left != []
    assert desk.start(stops=False).communicate(timeout=60)[0] == "built\n"
    assert sorted(os.listdir(desk.temporary)) == []
    assert [name for name in os.listdir(desk.cache) if name.startswith(".")] == []


def test_build_beside_another_leaves_it_alone(desk: Desk) -> None:
    first = desk.start()
    assert desk.start(stops=False).communicate(timeout=60)[0] == "built\n"
    assert [name.startswith("file-simulator-image-") for name in os.listdir(desk.temporary)] == [True]
    first.terminate()
    assert first.wait(20) != 0


def test_mounts_go(desk: Desk) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to mount")
    build = desk.start(mounts=True)
    os.kill(desk.pid, signal.SIGKILL)
    build.communicate(timeout=20)
    assert str(desk.home) not in Path("/proc/self/mountinfo").read_text()
    assert desk.left == []
