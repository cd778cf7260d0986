# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three real servers on podman, made to be broken: an instance and ports that nobody else has."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import threading
import typing as t
from pathlib import Path

from ..harness.ports import reserve
from ..module_runner import CHECKOUT, run_module

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import PREFIX  # isort: skip
from ansible_collections.file_simulator.nas.plugins.modules import (  # isort: skip
    nas_validate,
    nas_server,
    windows_directory,
)

INSTANCE, _PORTS = reserve("validation")
INPUT, BACKUP, OUTPUT = "nas-input-1", "nas-backup", "nas-output-1"
PORTS = dict(zip((INPUT, BACKUP, OUTPUT), _PORTS, strict=False))
# What a broken property may be waited for: shorter than what is promised, longer than what is usual.
IMPATIENT = {"to_nas": 8, "to_windows": 5}
CONFIG = Path("/var/lib/file-simulator") / INSTANCE

Result = dict[str, t.Any]


def podman(*words: str) -> str:
    """Run podman as the collection does, and return what it says."""
    settings = CONFIG.parent / "containers.conf"
    extra = {"CONTAINERS_CONF": str(settings)} if settings.exists() else {}
    done = subprocess.run(["podman", *words], env={**os.environ, **extra}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"podman {' '.join(words)}: {done.stderr}"
    return done.stdout


class Servers:
    """Three servers, and the checks of them."""

    def __init__(self, directory: Path, image: str) -> None:
        self._image = image
        self._arguments: dict[str, t.Any] = {
            "drive_root": str(directory / "drives"),
            "topology": {
                "instance": INSTANCE,
                "servers": [{"name": name, "port": port} for name, port in PORTS.items()],
            },
        }
        self._root = directory / "drives" / "c" / "simulator-data"
        run_module(windows_directory, registry=str(directory / "registry.json"), **self._arguments)

    def windows(self, server: str) -> Path:
        return self._root / server

    def export(self, server: str) -> Path:
        shown = podman("volume", "inspect", "--format", "{{.Mountpoint}}", f"{INSTANCE}.{server}.export")
        return Path(shown.strip()) / "data"

    def apply(self, state: str = "started", **change: t.Any) -> None:
        run_module(nas_server, state=state, image=self._image, **self._changed(change))

    def remove(self) -> None:
        run_module(nas_server, state="absent", purge=True, delete_storage=True, **self._arguments)

    def _changed(self, change: dict[str, t.Any]) -> dict[str, t.Any]:
        topology = dict(self._arguments["topology"])
        if change:
            topology["changes"] = [change]
        return {**self._arguments, "topology": topology}

    # The checks

    def check(
        self, *names: str, change: dict[str, t.Any] | None = None, limits: dict[str, t.Any] | None = None, **more: t.Any
    ) -> list[Result]:
        """Make checks, all that are quick when none is named; make sure that none of their files stays."""
        given = {"checks": list(names)} if names else {"tags": ["quick"]}
        found = run_module(
            nas_validate, **self._changed(change or {}), **given, limits={**IMPATIENT, **(limits or {})},
            disruptive=True, **more,
        )  # fmt: skip
        results: list[Result] = found["run"]["results"]
        assert len(found["failed_checks"]) == len([each for each in results if each["outcome"] == "failed"])
        assert self.left() == []
        return results

    def left(self) -> list[Path]:
        """The files of checks that are still somewhere."""
        places = [place for server in PORTS for place in (self.windows(server), self.export(server))]
        return [path for place in places for path in place.iterdir() if PREFIX in path.name]

    # Breaking them

    @contextlib.contextmanager
    def container(self, server: str, name: str, change: t.Callable[[list[str]], list[str]]) -> t.Iterator[None]:
        """Put a container in place of one that is created with other words; the old one is back afterwards."""
        full = f"{INSTANCE}.{server}.{name}"
        words = json.loads(podman("inspect", "--format", "{{json .Config.CreateCommand}}", full))[1:]

        def create(words: list[str]) -> None:
            podman("rm", "--force", "--time", "5", full)
            podman(*words)
            podman("start", full)

        try:
            create(change(list(words)))
            self.settle()
            yield
        finally:
            create(words)
            self.settle()

    @contextlib.contextmanager
    def configured(self, server: str, old: str, new: str) -> t.Iterator[None]:
        """Let the NFS server run with another configuration for a while."""
        path, full = CONFIG / server / "ganesha.conf", f"{INSTANCE}.{server}.nfs-server"
        text = path.read_text()
        assert old in text
        try:
            path.write_text(text.replace(old, new))
            podman("restart", "--time", "5", full)
            self.settle()
            yield
        finally:
            path.write_text(text)
            podman("restart", "--time", "5", full)
            self.settle()

    def settle(self) -> None:
        """Wait until the NFS servers answer and the agents have said something of themselves."""
        for _attempt in range(100):
            found = run_module(nas_validate, checks=["ready", "containers"], **self._arguments)
            if not found["failed_checks"]:
                return
        raise AssertionError(found["failed_checks"])

    def pid(self, server: str, container: str) -> int:
        return int(podman("inspect", "--format", "{{.State.Pid}}", f"{INSTANCE}.{server}.{container}"))


def without(words: list[str], option: str, value: str) -> list[str]:
    """Return a command without one of its options."""
    at = next(number for number, pair in enumerate(itertools.pairwise(words)) if pair == (option, value))
    return words[:at] + words[at + 2 :]


def replaced(words: t.Sequence[str], option: str, value: str) -> list[str]:
    """Give an option another value."""
    at = list(words).index(option)
    return [*words[: at + 1], value, *words[at + 2 :]]


@contextlib.contextmanager
def meanwhile(work: t.Callable[[], None], pause: float = 0.001) -> t.Iterator[None]:
    """Do something again and again in another thread."""
    stop = threading.Event()

    def go() -> None:
        while not stop.wait(pause):
            with contextlib.suppress(OSError):
                work()

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def image() -> str:
    """Return the NAS image: that of NAS_IMAGE, else the one of this checkout, built where it is not there yet."""
    if os.environ.get("NAS_IMAGE"):
        return os.environ["NAS_IMAGE"]
    path = Path.home() / ".cache" / "file-simulator" / "validation-image"
    path.parent.mkdir(parents=True, exist_ok=True)
    playbook = Path(__file__).with_name("image.yml")
    subprocess.run(
        ["ansible-playbook", str(playbook), "-e", f"image_file={path}"],
        cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")},
    )  # fmt: skip
    return path.read_text()
