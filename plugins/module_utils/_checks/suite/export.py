# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of what an export lets clients do, and of whose files it has. Private to file_simulator.nas."""

from __future__ import annotations

import contextlib
import errno
import os
import typing as t
from dataclasses import replace

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target, run_step
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.files import (
    Files,
    random_content,
    remove_from_nas,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import (
    Failed,
    Finding,
    Findings,
    Skipped,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    QUICK_TAG,
    check,
    check_together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasClient, NasError

_NOBODY_IN_PARTICULAR = (1234, 5678)


@check(
    "A read-only server refuses every change",
    remedy=f"{remedies.START} gives the server the export options of the topology again",
    stage="write",
    tags=(QUICK_TAG, "export", "nfs"),
    requirements=("NAS-02", "EXP-05"),
    needs=("ready",),
    each_export=True,
)
def read_only(context: CheckContext, target: Target) -> Finding:
    """Every kind of change must be refused, and with the word for it."""
    if not target.options.read_only:
        raise Skipped("it is not read-only")
    done, odd = [], []
    with context.client(target) as client, Files(context, target, client) as files:
        file, directory, new = (files.name(f"read-only-{what}") for what in ("file", "directory", "renamed"))
        attempts: dict[str, t.Callable[[], None]] = {
            "write a file": lambda: client.write(file, b"x"),
            "make a directory": lambda: client.make_directory(directory),
            "rename a file": lambda: client.rename(file, new),
            "remove a file": lambda: client.remove(new),
        }
        for what, attempt in attempts.items():
            try:
                attempt()
            except NasError as error:
                if error.number != errno.EROFS:
                    odd.append(f"{what}: {error}")
            else:
                done.append(what)
        for name in (file, directory, new) if done else ():
            # Files of a check are removed where they can be expected, which is not here.
            with contextlib.suppress(NasError):
                remove_from_nas(client, name)
    expected = "read-only file system, to everything"
    if done:
        raise Failed(f"a client could {' and '.join(done)}", expected=expected, seen=", ".join(done))
    if odd:
        raise Failed(f"refused, but not as read-only: {'; '.join(odd)}", expected=expected, seen="; ".join(odd))
    return Finding("refuses to write, to make directories, to rename and to remove")


@check(
    "Directories made over NFS hold files, and can be mounted as such",
    remedy=f"{remedies.logs('{server}')} shows what the server logged",
    stage="write",
    tags=(QUICK_TAG, "export", "nfs"),
    requirements=("EXP-01", "EXP-02"),
    needs=("ready",),
    each_export=True,
)
def subdirectories(context: CheckContext, target: Target) -> Finding:
    """A directory in a directory, a file in that, and a client that mounts the inner one."""
    _check_writable(target)
    with context.client(target) as client, Files(context, target, client) as files:
        outer, content = files.name("sub-1"), random_content(1024)
        inner = f"{outer}/sub-2"
        client.make_directory(outer)
        client.make_directory(inner)
        client.write(f"{inner}/file", content)
        path = f"{target.export.path.rstrip('/')}/{inner}"
        try:
            with context.client(target, below=inner) as mounted:
                seen = mounted.read("file")
        except NasError as error:
            raise Failed(f"{path} cannot be mounted: {error}", expected="the file in it", seen=str(error)) from None
        if seen != content:
            raise Failed(
                f"{path} was mounted, and shows something else", expected="the file in it", seen=repr(seen[:40])
            )
    return Finding("made, filled and mounted")


@check(
    "A client's root is root, or squashed, as the export options say",
    remedy=f"{remedies.START} gives the server the export options of the topology again",
    stage="write",
    tags=(QUICK_TAG, "export", "nfs"),
    requirements=("EXP-03", "EXP-05"),
    needs=("ready",),
    each_export=True,
)
def ownership(context: CheckContext, target: Target) -> Finding:
    """Who a client's root is on the server, by whose the files are that it makes."""
    _check_writable(target)
    export = target.options
    anonymous = (export.anonymous_uid, export.anonymous_gid)
    if export.privileged_port:
        _check_unprivileged_port_refused(context, target)
    user = _NOBODY_IN_PARTICULAR[0] if export.squash == "all" else 0
    with context.client(target, user=user) as client, Files(context, target, client) as files:
        name = files.name("owner")
        client.write(name, b"x")
        if export.squash == "none":
            return _root_is_root(client, name)
        seen = _owner(client, name)
        who = "everybody" if export.squash == "all" else "root"
        if seen != anonymous:
            raise Failed(
                f"{who} is to be squashed, and a file that {'a user' if user else 'root'} made belongs to {_ids(seen)}",
                expected=_ids(anonymous),
                seen=_ids(seen),
            )
    return Finding(f"{who} is squashed to {_ids(anonymous)}")


def _root_is_root(client: NasClient, name: str) -> Finding:
    expected = _ids(_NOBODY_IN_PARTICULAR)
    try:
        client.change_owner(name, *_NOBODY_IN_PARTICULAR)
    except NasError as error:
        raise Failed(f"root cannot give a file away: {error}", expected=expected, seen=str(error)) from None
    seen = _owner(client, name)
    if seen != _NOBODY_IN_PARTICULAR:
        raise Failed(f"a file given away belongs to {_ids(seen)}", expected=expected, seen=_ids(seen))
    return Finding("root is root: it can give files away")


def _owner(client: NasClient, name: str) -> tuple[int, int]:
    found = client.attributes(name)
    return found.owner, found.group


def _ids(owner: tuple[int, int]) -> str:
    return f"{owner[0]}:{owner[1]}"


def _check_unprivileged_port_refused(context: CheckContext, target: Target) -> None:
    try:
        client = context.connect(replace(target.address(), privileged_port=False))
    except NasError:
        return
    try:
        client.attributes()
    except NasError:
        return
    finally:
        client.close()
    raise Failed(
        "a client at a port above 1023 is let in, and the export is secure", expected="refusal", seen=target.export.path
    )


def _check_writable(target: Target) -> None:
    if target.options.read_only:
        raise Skipped("it is read-only: nothing can be written to it over NFS")


@check_together(
    "The server has its own files and none of another server",
    remedy=f"two servers share a volume or a directory: report it as a bug, with what {remedies.COLLECT} collects",
    stage="write",
    tags=(QUICK_TAG, "isolation", "nfs"),
    requirements=("INT-04", "WIN-01", "TST-04"),
    needs=("ready",),
)
def isolation(context: CheckContext, targets: t.Sequence[Target]) -> Findings:
    """The whole matrix: each server's file is looked for on each server, and in each Windows directory."""
    with contextlib.ExitStack() as stack:
        placed: dict[str, str] = {}
        clients: dict[str, NasClient] = {}
        findings: dict[str | None, Finding] = {}

        def place(target: Target) -> Finding | None:
            client = stack.enter_context(context.client(target))
            clients[target.name] = client
            if not target.options.read_only:
                files = stack.enter_context(Files(context, target, client))
                name = files.name(f"isolation-{target.name}")
                client.write(name, random_content(64))
                placed[target.name] = name
            return None

        def look(target: Target) -> Finding:
            return _matrix_row(target, clients[target.name], placed)

        run_step(targets, place, findings)
        run_step(targets, look, findings)
    return findings


def _matrix_row(target: Target, client: NasClient, placed: t.Mapping[str, str]) -> Finding:
    strange = [owner for owner, name in placed.items() if owner != target.name and _has(client, name)]
    local = [
        owner
        for owner, name in placed.items()
        if owner != target.name and os.path.lexists(os.path.join(target.exported_directory, name))
    ]
    own = placed.get(target.name)
    if strange or local:
        places = [(strange, "its export"), (local, "its Windows directory")]
        detail = "; ".join(f"a file of {', '.join(owners)} is in {where}" for owners, where in places if owners)
        raise Failed(detail, expected="its own files alone", seen=detail)
    if own and not _has(client, own):
        raise Failed("a file written to it is not there", expected=own, seen="nothing")
    others = len(placed) - (target.name in placed)
    what = "its own file and " if own else ""
    return Finding(f"{what}none of {others} other servers' files")


def _has(client: NasClient, name: str) -> bool:
    try:
        client.attributes(name)
    except NasError as error:
        if error.number == errno.ENOENT:
            return False
        raise
    return True
