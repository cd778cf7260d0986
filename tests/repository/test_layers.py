# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which package may import which: data flows one way, and pure code stays pure."""

from __future__ import annotations

import ast
import re
import sys
import typing as t
from pathlib import Path

import pytest

from .documents import ROOT

PLUGINS = ROOT / "plugins"
UTILS = PLUGINS / "module_utils"
AGENT = ROOT / "roles" / "nas_image" / "files" / "nas_sync_agent"
OURS = "ansible_collections.file_simulator.nas.plugins."
PREFIX = OURS + "module_utils."
_ENGINE = {"_common", "_model", "_server", "_engine"}

# A package, and what it may import besides itself. The longest name that fits a file counts.
MAY_IMPORT: dict[str, set[str]] = {
    "_common": set(),
    "_model": {"_common"},
    "_nfs": {"_common"},
    "_windows": {"_common", "_model"},
    "_server": {"_common", "_model", "_nfs"},
    "_kubernetes": {"_common"},
    "_engine": {"_common", "_model", "_server"},
    "_engine.podman": {*_ENGINE, "_nfs", "_windows"},
    "_engine.kubernetes": {*_ENGINE, "_nfs", "_windows", "_kubernetes"},
    "_image": {"_common"},
    "_minikube": {"_common", "_model", "_windows"},
    "_clients": {"_common", "_model", "_server", "_kubernetes"},
    "_checks": {"_common", "_model", "_nfs", "_windows", "_server", "_engine"},
    "_data": {"_common", "_model", "_nfs", "_windows", "_server", "_engine"},
    "_production": {"_common", "_model"},
    "_reports": {"_common"},
    "_ansible": {
        "_common", "_model", "_nfs", "_windows", "_server", "_kubernetes", "_engine", "_engine.podman",
        "_engine.kubernetes", "_image", "_minikube", "_clients", "_checks", "_data", "_production",
        "_reports",
    },
}  # fmt: skip

# Packages of which every file is pure: it says " Pure." at its top, and is held to that.
PURE_PACKAGES = {"_model", "_production", "_server"}
# What pure code has no business with: clocks, disks, networks, processes, chance; and its functions that need no import.
_OUTSIDE = {
    "asyncio", "concurrent", "fcntl", "glob", "http", "logging", "mmap", "multiprocessing", "os", "pathlib", "pwd",
    "random", "secrets", "select", "shutil", "signal", "socket", "ssl", "subprocess", "tempfile", "threading", "time",
    "urllib.request", "uuid",
}  # fmt: skip
_OUTSIDE_CALLS = {"input", "now", "open", "print", "today", "utcnow"}
# Values that a stand-alone file defines beside what talks to the outside.
_VALUES = {"module_utils._nfs.probe.Answer", "module_utils._nfs.wait.NfsService"}

# The agent: the core knows nothing of clock, HTTP and inotify; a side knows nothing of the core.
AGENT_MAY_IMPORT: dict[str, set[str]] = {
    "trees": {""},
    "sync": {"", "trees"},
    "daemon": {"", "trees", "sync"},
    "": {"", "trees", "sync", "daemon"},
}
AGENT_EXCEPTIONS: dict[str, set[str]] = {}


def modules(top: Path) -> dict[str, Path]:
    """The dotted names of a package's files."""
    return {".".join(path.relative_to(top).with_suffix("").parts): path for path in sorted(top.rglob("*.py"))}


def imported(name: str, path: Path) -> t.Iterator[str]:
    """The dotted names that a file imports; relative ones as seen from the package's top, with a dot before them."""
    is_package = path.name == "__init__.py"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            above = name.split(".")[: -node.level + (1 if is_package and node.level > 1 else 0) or None]
            base = [*above, *(node.module.split(".") if node.module else [])]
            yield from ("." + ".".join([*base, alias.name]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(name: str, packages: t.Collection[str]) -> str:
    """The longest of the packages that a dotted name is in."""
    fitting = [package for package in packages if name == package or name.startswith(package + ".")]
    return max(fitting, key=len, default="")


def forbidden() -> dict[str, set[str]]:
    """Every file with what it imports and may not."""
    found: dict[str, set[str]] = {}
    for name, path in modules(UTILS).items():
        own = package_of(name, MAY_IMPORT)
        for other in imported(name, path):
            if not other.startswith(PREFIX):
                continue
            target = other[len(PREFIX) :]
            package = package_of(target, MAY_IMPORT)
            allowed = (
                package == own or package in MAY_IMPORT[own] or package_of(target, MAY_IMPORT[own]) not in ("", package)
            )
            if not allowed:
                found.setdefault(name, set()).add(package)
    return found


def test_every_package_is_in_the_table() -> None:
    assert {name.partition(".")[0] for name in modules(UTILS)} == {name for name in MAY_IMPORT if "." not in name}


def test_packages_import_only_what_the_table_allows() -> None:
    assert forbidden() == {}


def test_ansible_module_is_for_one_package() -> None:
    users = [name for name, path in modules(UTILS).items() if "ansible.module_utils.basic" in path.read_text()]
    assert [name for name in users if not name.startswith("_ansible.")] == []


# What modules and action plugins share.
SHARED = {
    f"{top}.{name}": path for top in ("module_utils", "plugin_utils") for name, path in modules(PLUGINS / top).items()
}
PURE = [name for name, path in SHARED.items() if " Pure." in path.read_text().partition("from __future__")[0]]


def test_packages_of_values_are_pure() -> None:
    values = [f"module_utils.{name}" for name in modules(UTILS) if name.partition(".")[0] in PURE_PACKAGES]
    assert [name for name in values if name not in PURE] == []


@pytest.mark.parametrize("name", PURE)
def test_pure_files_see_nothing_of_the_outside(name: str) -> None:
    path = SHARED[name]
    seen = set(imported(name, path))
    assert {other for other in seen if package_of(other, _OUTSIDE)} == set()
    calls = {node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
    called = {getattr(function, "id", getattr(function, "attr", "")) for function in calls}
    assert called & _OUTSIDE_CALLS == set()


@pytest.mark.parametrize("name", PURE)
def test_pure_files_import_pure_files_alone(name: str) -> None:
    ours = {other[len(OURS) :] for other in imported(name, SHARED[name]) if other.startswith(OURS)}
    assert {other for other in ours - _VALUES if not package_of(other, PURE)} == set()


def test_common_is_made_of_the_standard_library() -> None:
    for name, path in modules(UTILS).items():
        if name.startswith("_common."):
            tops = {other.partition(".")[0] for other in imported(name, path) if not other.startswith(PREFIX)}
            assert tops <= set(sys.stdlib_module_names), name


def test_agent_imports_only_what_the_table_allows() -> None:
    found: dict[str, set[str]] = {}
    for name, path in modules(AGENT).items():
        own = package_of(name, AGENT_MAY_IMPORT)
        for other in imported(name, path):
            package = package_of(other[1:], AGENT_MAY_IMPORT) if other.startswith(".") else own
            if package != own and package not in AGENT_MAY_IMPORT[own]:
                found.setdefault(name, set()).add(other)
    assert found == AGENT_EXCEPTIONS


def test_the_map_shows_the_table() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| `(_[a-z_.]+)` \| .* \| (.*) \|$", page, re.MULTILINE)
    shown = {name: set(re.findall(r"`([a-z_.]+)`", imports)) for name, imports in rows}
    assert {**shown, "_ansible": MAY_IMPORT["_ansible"]} == MAY_IMPORT


def test_the_map_has_each_package_above_what_it_imports() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^  ([0-9])   (.*?)(?:    .*)?$", page, re.MULTILINE)
    row_of = {name: int(row) for row, names in rows for name in names.split()}
    assert set(row_of) == set(MAY_IMPORT)
    below = {name: {row_of[package_of(other, row_of)] for other in others} for name, others in MAY_IMPORT.items()}
    assert all(row < row_of[name] for name, others in below.items() for row in others)


def test_the_map_names_files_that_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = re.findall(r"`([a-z_/]+/[a-z_]+\.(?:py|yml))`", page)
    assert named
    tops = (UTILS, AGENT, ROOT)
    assert [name for name in named if not any((top / name).is_file() for top in tops)] == []
