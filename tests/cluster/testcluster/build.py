# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build what is missing, through the Go module proxy, into the cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from testcluster import recipes
from testcluster.console import last_words, say
from testcluster.lock import exclusive
from testcluster.recipes import Recipe
from testcluster.settings import ClusterError, UnavailableError


def ensure_built() -> None:
    """Build every recipe that the cache does not hold; say what was built and how long it took."""
    if not missing():
        say(f"all programs are in {recipes.binaries_home()}")
        return
    require_go(missing())
    with exclusive():
        started = time.monotonic()
        caches = GoCaches()
        for recipe in (todo := missing()):
            build(recipe, caches.environment)
        caches.discard()
        say(f"built {len(todo)} of {len(recipes.ALL)} modules in {time.monotonic() - started:.0f} s")


def missing() -> list[Recipe]:
    """Return the recipes whose programs are not all in the cache."""
    return [recipe for recipe in recipes.ALL if not recipe.is_built]


def build(recipe: Recipe, environment: dict[str, str]) -> None:
    """Build one recipe's programs; they appear in the cache all at once."""
    say(f"building {recipe.name} {recipe.version}: {', '.join(recipe.programs)}")
    started = time.monotonic()
    home = recipes.binaries_home()
    home.mkdir(parents=True, exist_ok=True)
    for interrupted in home.glob(f".{recipe.name}-*"):
        shutil.rmtree(interrupted)
    with tempfile.TemporaryDirectory(prefix=f".{recipe.name}-", dir=home) as scratch:
        finished = Path(scratch) / "bin"
        finished.mkdir()
        run_go(go_build(recipe, finished), recipe.source, environment)
        for name, package in recipe.programs.items():
            built_as = finished / default_name(package)
            if package != "." and built_as.name != name:
                built_as.rename(finished / name)
        shutil.rmtree(recipe.directory, ignore_errors=True)
        finished.rename(recipe.directory)
    size = sum(file.stat().st_size for file in recipe.directory.iterdir()) / 1e6
    say(f"built {recipe.name} in {time.monotonic() - started:.0f} s ({size:.0f} MB)")


def go_build(recipe: Recipe, target: Path) -> list[str]:
    """Return the command that builds all programs of a recipe into a directory, in one go."""
    command = ["go", "build", *recipes.BUILD_FLAGS, "-ldflags", recipe.linker_flags]
    if list(recipe.programs.values()) == ["."]:
        return [*command, "-o", str(target / next(iter(recipe.programs))), "."]
    return [*command, "-o", f"{target}{os.sep}", *recipe.programs.values()]


def default_name(package: str) -> str:
    """Return the name that the go command gives a package's program."""
    *parents, last = package.split("/")
    return parents[-1] if re.fullmatch(r"v\d+", last) else last


def run_go(command: list[str], directory: Path, environment: dict[str, str]) -> None:
    """Run the go command at a low priority; show what it says, but for its hundreds of downloads."""
    niced = ["nice", "-n", "10", *command]
    with subprocess.Popen(
        niced, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            if not line.startswith("go: downloading "):
                sys.stderr.write(line)
    if process.returncode:
        raise ClusterError(f"'{' '.join(command[:2])}' failed in {directory}, see above")


def require_go(wanted: list[Recipe]) -> None:
    """Raise UnavailableError unless the go command is there and new enough for the recipes."""
    if shutil.which("go") is None:
        names = ", ".join(recipe.name for recipe in wanted)
        raise UnavailableError(f"no Go toolchain on PATH and not in the cache: {names}")
    demanding = max(wanted, key=lambda recipe: as_numbers(recipe.go_version))
    needed = demanding.go_version
    # Asked inside that module: a go command that may fetch a newer toolchain does so now.
    found = subprocess.run(
        ["go", "env", "GOVERSION"], cwd=demanding.source, capture_output=True, text=True, check=False
    )
    version = found.stdout.strip().removeprefix("go")
    if found.returncode or as_numbers(version) < as_numbers(needed):
        detail = version or last_words(found.stderr)
        raise UnavailableError(f"Go {needed} or newer is needed to build the cluster; found: {detail}")


def as_numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: 1.26rc1 -> (1, 26)."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(number) for number in match[0].split(".")) if match else ()


class GoCaches:
    """Go's module and build caches: some 5 GB that nobody needs once the programs are built.

    GOMODCACHE and GOCACHE are used, and kept, where the environment names them. Otherwise both lie
    beside the programs until everything is built: an interrupted build goes on where it was.
    """

    def __init__(self) -> None:
        self.home = recipes.binaries_home() / "go"
        self.own: dict[str, str] = {}
        for variable in ("GOMODCACHE", "GOCACHE"):
            if variable not in os.environ:
                self.own[variable] = str(self.home / variable.lower())
        static = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
        self.environment = {**os.environ, **self.own, **static}

    def discard(self) -> None:
        """Remove the caches that are ours; the go command makes modules read-only, so it removes them."""
        if "GOMODCACHE" in self.own:
            subprocess.run(["go", "clean", "-modcache"], env=self.environment, check=False)
        shutil.rmtree(self.home, ignore_errors=True)
