# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check is called, verifies and needs, written where it is made. Private to file_simulator.nas.

``check`` and ``check_together`` enter a function of suite/ under its own name. catalogue.py has them all in order.
"""

from __future__ import annotations

import types
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Finding, Findings

# Checks of one stage run side by side; the stages follow one another. ``rest`` wants nothing else to
# be written, and checks of ``disrupt`` run one after the other, for they take servers down.
DISRUPT = "disrupt"
STAGES = ("ask", "look", "write", "rest", DISRUPT)

READY_TAG, QUICK_TAG, DISRUPTIVE_TAG = "ready", "quick", "disruptive"
# Of checks that ask the server over NFS.
NFS_TAG = "nfs"
KUBERNETES = ("kubernetes",)
ANY_ENGINE = ("podman", "kubernetes")

Each = t.Callable[[CheckContext, Target], Finding]
Together = t.Callable[[CheckContext, t.Sequence[Target]], Findings]


@dataclass(frozen=True)
class Check:
    """One check.

    ``title`` is what is true when it passes, ``remedy`` what to do when it fails, with {server} for the server's name,
    ``requirements`` are the ids that it verifies. ``needs`` are
    checks that must have passed on the same server: where one has not, this one is skipped, for it could only
    repeat that. ``engines`` are those where it means something. ``nfs_client`` tells whether it needs one.
    It is made for ``each`` server by itself or for all of them ``together``. With ``each_export``, it is made for all
    exports of a server, one after another, and fails where it fails for one of them.
    """

    name: str
    title: str
    stage: str
    tags: tuple[str, ...]
    requirements: tuple[str, ...]
    needs: tuple[str, ...]
    engines: tuple[str, ...]
    nfs_client: bool
    remedy: str
    each: Each | None = None
    together: Together | None = None
    each_export: bool = False

    @property
    def module(self) -> str:
        """The name of the module that has its function."""
        work = self.each or self.together
        return work.__module__ if work else ""

    @property
    def disruptive(self) -> bool:
        """Whether servers are out of service while it runs."""
        return self.stage == DISRUPT

    @property
    def is_a_client(self) -> bool:
        """Whether it comes as a client does, and so has what is broken on purpose for these."""
        return self.nfs_client or self.writes or NFS_TAG in self.tags

    @property
    def writes(self) -> bool:
        """Whether it puts files of its own on the servers."""
        return self.stage in ("write", "rest", DISRUPT)


_REGISTERED: dict[str, Check] = {}


def check(
    title: str,
    *,
    remedy: str,
    stage: str,
    tags: tuple[str, ...],
    requirements: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    engines: tuple[str, ...] = ANY_ENGINE,
    nfs_client: bool = True,
    each_export: bool = False,
) -> t.Callable[[Each], Each]:
    """Enter the decorated function as a check of each server; see Check for what the arguments mean."""

    def entered(work: Each) -> Each:
        name = work.__name__
        _enter(
            Check(
                name, title, stage, tags, requirements, needs, engines, nfs_client, remedy,
                each=work, each_export=each_export,
            )
        )  # fmt: skip
        return work

    return entered


def check_together(
    title: str,
    *,
    remedy: str,
    stage: str,
    tags: tuple[str, ...],
    requirements: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    engines: tuple[str, ...] = ANY_ENGINE,
    nfs_client: bool = True,
) -> t.Callable[[Together], Together]:
    """Enter the decorated function as a check of all servers at once; see Check for what the arguments mean."""

    def entered(work: Together) -> Together:
        name = work.__name__
        _enter(Check(name, title, stage, tags, requirements, needs, engines, nfs_client, remedy, together=work))
        return work

    return entered


def _enter(new: Check) -> None:
    if new.name in _REGISTERED:
        raise ValueError(f"two checks are called {new.name}")
    _REGISTERED[new.name] = new


def registered(modules: t.Sequence[types.ModuleType]) -> tuple[Check, ...]:
    """Return the checks of ``modules`` by stage, and within a stage as modules and functions follow one another."""
    place = {module.__name__: number for number, module in enumerate(modules)}
    return tuple(sorted(_REGISTERED.values(), key=lambda each: (STAGES.index(each.stage), place[each.module])))
