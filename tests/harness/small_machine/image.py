# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual machine's kernel and root file system, made of the distribution's packages and kept in a cache.

The root file system has busybox, the drivers, Python, and the same ``mount`` and ``mount.nfs`` that a kubelet runs,
and what an administrator asks servers with: ``showmount`` and ``rpcinfo``.
A guest's own programs are not in it: :func:`with_guest` adds them at each start.
"""

from __future__ import annotations

import lzma
import re
import shutil
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..cache import cached
from . import cpio, packages

PROGRAMS = ("bin/mount", "sbin/mount.nfs", "sbin/showmount", "bin/rpcinfo")
# Drivers of a machine that is a client of NFS servers over a network.
NFS_CLIENT = ("virtio_pci", "virtio_net", "virtio_console", "nfsv4", "nfsv3")
# What a guest's programs may import.
PYTHON_MODULES = [
    "__future__",
    "errno",
    "fcntl",
    "functools",
    "glob",
    "hashlib",
    "importlib",
    "json",
    "os",
    "pathlib",
    "random",
    "runpy",
]
PYTHON_MODULES += ["select", "shutil", "signal", "socket", "stat", "struct", "subprocess", "threading", "time"]
PYTHON_MODULES += ["traceback", "typing"]
LIBRARIES = PurePosixPath("lib/x86_64-linux-gnu")
LOADER = "ld-linux-x86-64.so.2"

# Compiles what it imports, for a Python that starts fast, and tells the files' names.
_LIST_PYTHON_FILES = """
import importlib, py_compile, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
for module in list(sys.modules.values()):
    name = getattr(module, "__file__", None)
    if name:
        print(name)
        if name.endswith(".py"):
            print(py_compile.compile(name, doraise=True,
                                     invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH))
"""


@dataclass(frozen=True)
class Image:
    kernel: Path
    initramfs: Path


def prepare(
    drivers: t.Sequence[str] = NFS_CLIENT,
    programs: t.Mapping[str, str] | None = None,
    kernels: t.Sequence[str] = packages.KERNELS,
) -> Image:
    """Return the image with these kernel modules, built first where the cache has none of this recipe.

    ``programs``: more of them, by the packages that have them. ``kernels``: the first that the distribution has.
    """
    programs = programs or {}
    sources = [Path(module.__file__ or "") for module in (cpio, packages)] + [Path(__file__)]
    recipe = repr((drivers, sorted(programs.items()), kernels))
    place = cached("small", [*sources, recipe], lambda draft: _build(draft, drivers, programs, kernels))
    return Image(kernel=place / "vmlinuz", initramfs=place / "initramfs")


def with_guest(
    image: Image, guests: t.Sequence[Path], combined: Path, more: t.Mapping[str, bytes] | None = None
) -> None:
    """Write an initramfs that has the image's and the Python files of ``guests`` as /guest; the first has init, too.

    ``more`` are further files by their paths in the guest. The kernel unpacks one archive after the other.
    """
    archive = cpio.Archive()
    archive.file("init", (guests[0] / "init").read_bytes(), executable=True)
    for path in (path for guest in guests for path in guest.glob("*.py")):
        archive.copy(path, f"guest/{path.name}")
    for name, content in (more or {}).items():
        archive.file(name, content)
    with open(combined, "wb") as stream:
        with open(image.initramfs, "rb") as base:
            shutil.copyfileobj(base, stream)
        archive.write(stream)


def _build(image: Path, drivers: t.Sequence[str], programs: t.Mapping[str, str], kernels: t.Sequence[str]) -> None:
    root = image.with_name("root")
    root.mkdir()
    packages.extract(root, kernels, list(programs))
    archive = cpio.Archive()
    for directory in ("dev", "proc", "sys", "tmp", "etc", "run"):
        archive.directory(directory)
    archive.copy(next(root.glob("**/bin/busybox")), "bin/busybox")
    # mount looks types up here and finds mount.nfs in /sbin.
    archive.file("etc/fstab", b"")
    archive.file("etc/protocols", b"tcp 6 TCP\nudp 17 UDP\n")
    archive.file("etc/services", b"nfs 2049/tcp\nsunrpc 111/tcp\nsunrpc 111/udp\n")
    archive.file("etc/rpc", b"portmapper 100000\nnfs 100003\nmountd 100005\n")
    archive.file("etc/netconfig", _find(root, "etc/netconfig").read_bytes())
    _add_python(archive, root)
    for program in (*PROGRAMS, *programs.values()):
        archive.copy(_find(root, program), program)
        _add_libraries(archive, root, _find(root, program))
    archive.link("sbin/mount.nfs4", "mount.nfs")
    _add_drivers(archive, root, drivers)
    with open(image / "initramfs", "wb") as stream:
        archive.write(stream)
    shutil.copyfile(next(root.glob("boot/vmlinuz-*")), image / "vmlinuz")


def _find(root: Path, path: str) -> Path:
    """Return a file, whether its distribution has merged /usr or not."""
    return next(place for place in (root / path, root / "usr" / path) if place.exists())


def _loader(root: Path) -> list[str]:
    """Return the words before a command with which an unpacked program runs, with its own libraries."""
    places = [str(root / prefix / LIBRARIES) for prefix in ("", "usr")]
    return [str(_find(root, f"lib64/{LOADER}").resolve()), "--library-path", ":".join(places)]


def _add_libraries(archive: cpio.Archive, root: Path, program: Path) -> None:
    # An absolute link, as the loader's own in some releases, leads out of the root.
    archive.copy(next(path for path in root.glob(f"**/{LOADER}") if not path.is_symlink()), f"lib64/{LOADER}")
    listed = _run(*_loader(root), "--list", str(program))
    for library in re.findall(r"=> (/\S+)", listed):
        archive.copy(Path(library), LIBRARIES / Path(library).name)


def _add_python(archive: cpio.Archive, root: Path) -> None:
    program = next(path for path in root.glob("usr/bin/python3.*") if re.fullmatch(r"python3\.\d+", path.name))
    archive.copy(program, "usr/bin/python3")
    _add_libraries(archive, root, program)
    listed = _run(
        *_loader(root), str(program), "-S", "-c", _LIST_PYTHON_FILES, *PYTHON_MODULES,
        env={"PYTHONHOME": str(root / "usr"), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    for name in listed.splitlines():
        archive.copy(Path(name), Path(name).relative_to(root).as_posix())
        if ".so" in name:
            _add_libraries(archive, root, Path(name))
    # Python knows its home by the presence of this directory.
    archive.directory(program.parent.parent.relative_to(root).as_posix() + f"/lib/{program.name}/lib-dynload")


def _add_drivers(archive: cpio.Archive, root: Path, wanted: t.Sequence[str]) -> None:
    """Add kernel modules and /drivers, their list in the order of loading."""
    modules = next(path for path in root.glob("**/lib/modules/*") if path.is_dir())
    files = {path.name.split(".ko")[0].replace("-", "_"): path for path in modules.glob("kernel/**/*.ko*")}
    builtin = {Path(line).stem.replace("-", "_") for line in (modules / "modules.builtin").read_text().splitlines()}
    ordered: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in ordered or name in builtin:
            return
        content = _decompressed(files[name])
        depends = re.search(rb"\0depends=([^\0]*)\0", content)
        for other in depends.group(1).decode().split(",") if depends else []:
            if other:
                add(other.replace("-", "_"))
        ordered[name] = content

    for name in wanted:
        add(name)
    for name, content in ordered.items():
        archive.file(f"lib/drivers/{name}.ko", content)
    archive.file("drivers", "".join(f"/lib/drivers/{name}.ko\n" for name in ordered).encode())


def _decompressed(path: Path) -> bytes:
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dc", str(path)], check=True, capture_output=True).stdout
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def _run(*command: str, env: t.Mapping[str, str] | None = None) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
