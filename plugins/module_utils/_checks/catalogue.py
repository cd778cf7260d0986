# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the NAS servers: what each is called, proves and needs. Private to file_simulator.nas. Pure.

Data alone, so that reports and documentation can be made from it. What a check does is in _checks_*.py.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

# What a check runs once for: each server, or all of them together.
EACH_SERVER = "server"
TOGETHER = "topology"

# Checks of one stage run side by side; the stages follow one another. ``rest`` wants nothing else to
# be written, and checks of ``disrupt`` run one after the other, for they take servers down.
DISRUPT = "disrupt"
STAGES = ("ask", "look", "write", "rest", DISRUPT)

READY_TAG, QUICK_TAG, DISRUPTIVE_TAG = "ready", "quick", "disruptive"
_KUBERNETES = ("kubernetes",)
_ANY = ("podman", "kubernetes")


@dataclass(frozen=True)
class Check:
    """One check.

    ``title`` is what is true when it passes, ``requirements`` are the ids that it proves. ``needs`` are
    checks that must have passed on the same server: where one has not, this one is skipped, for it could only
    repeat that. ``engines`` are those where it means something. ``nfs_client`` tells whether it needs one.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    tags: tuple[str, ...]
    stage: str
    scope: str = EACH_SERVER
    needs: tuple[str, ...] = ()
    engines: tuple[str, ...] = _ANY
    nfs_client: bool = True

    @property
    def disruptive(self) -> bool:
        """Whether servers are out of service while it runs."""
        return self.stage == DISRUPT

    @property
    def writes(self) -> bool:
        """Whether it puts files of its own on the servers."""
        return self.stage in ("write", "rest", DISRUPT)


CATALOGUE: tuple[Check, ...] = (
    Check(
        name="ready",
        title="The server answers over NFS at its port",
        requirements=("NAS-01", "NAS-02", "NAS-03", "NAS-06", "EXP-04", "TST-01"),
        tags=(READY_TAG, QUICK_TAG, "nfs"),
        stage="ask",
        nfs_client=False,
    ),
    Check(
        name="windows_directory",
        title="The Windows directory is there, with the marker of this server",
        requirements=("WIN-01", "WIN-07"),
        tags=(READY_TAG, QUICK_TAG, "windows"),
        stage="ask",
        nfs_client=False,
    ),
    Check(
        name="containers",
        title="The containers that belong to the server run, a sync agent where there is to be one and no other",
        requirements=("WIN-04", "WIN-05"),
        tags=(READY_TAG, QUICK_TAG, "engine"),
        stage="ask",
        nfs_client=False,
    ),
    Check(
        name="sync_state",
        title="The sync agent is alive, carries what it is to carry, is not halted and lags behind nothing",
        requirements=("WIN-05",),
        tags=(READY_TAG, QUICK_TAG, "sync"),
        stage="look",
        needs=("containers",),
        nfs_client=False,
    ),
    Check(
        name="fsid",
        title="Each server has the file system id of its export id, and no two have the same",
        requirements=("NAS-07",),
        tags=(READY_TAG, QUICK_TAG, "nfs"),
        stage="look",
        scope=TOGETHER,
        needs=("ready",),
        nfs_client=False,
    ),
    Check(
        name="listing",
        title="A client lists /data and reads its attributes",
        requirements=("NAS-05", "TST-01"),
        tags=(QUICK_TAG, "nfs"),
        stage="look",
        needs=("ready",),
    ),
    Check(
        name="free_space",
        title="There is room in the export",
        requirements=("TST-01",),
        tags=(QUICK_TAG, "nfs"),
        stage="look",
        needs=("ready",),
    ),
    Check(
        name="security",
        title="No container is privileged, may become so, or has a capability that it does not need",
        requirements=(),
        tags=(QUICK_TAG, "engine", "security"),
        stage="look",
        needs=("containers",),
        nfs_client=False,
    ),
    Check(
        name="resources",
        title="Each container has the CPU and memory that the topology gives it",
        requirements=("DEP-04",),
        tags=(QUICK_TAG, "engine", "resources"),
        stage="look",
        needs=("containers",),
        nfs_client=False,
    ),
    Check(
        name="capacity",
        title="What all servers request fits the machine that testers have",
        requirements=("DEP-05",),
        tags=(QUICK_TAG, "resources"),
        stage="look",
        scope=TOGETHER,
        nfs_client=False,
    ),
    Check(
        name="dns",
        title="A pod finds the server by its name, and gets an answer over NFS",
        requirements=("NAS-04",),
        tags=(QUICK_TAG, "kubernetes", "nfs"),
        stage="look",
        scope=TOGETHER,
        engines=_KUBERNETES,
        nfs_client=False,
    ),
    Check(
        name="client_volumes",
        title="PersistentVolumes that point to the server are bound to their claims",
        requirements=("INT-01", "INT-02"),
        tags=(QUICK_TAG, "kubernetes", "clients"),
        stage="look",
        scope=TOGETHER,
        engines=_KUBERNETES,
        nfs_client=False,
    ),
    Check(
        name="windows_to_nas",
        title="A file put into the Windows directory is read over NFS in time, and goes when it is deleted",
        requirements=("WIN-02", "NAS-05", "TST-02"),
        tags=(QUICK_TAG, "sync", "windows"),
        stage="write",
        needs=("ready", "windows_directory", "containers", "sync_state"),
    ),
    Check(
        name="nas_to_windows",
        title="A file written over NFS is in the Windows directory in time, and goes when it is deleted",
        requirements=("WIN-03", "NAS-05", "TST-03"),
        tags=(QUICK_TAG, "sync", "windows"),
        stage="write",
        needs=("ready", "windows_directory", "containers", "sync_state"),
    ),
    Check(
        name="isolation",
        title="The server has its own files and none of another server",
        requirements=("INT-04", "WIN-01", "TST-04"),
        tags=(QUICK_TAG, "isolation", "nfs"),
        stage="write",
        scope=TOGETHER,
        needs=("ready",),
    ),
    Check(
        name="read_only",
        title="A read-only server refuses every change",
        requirements=("NAS-02", "EXP-05"),
        tags=(QUICK_TAG, "export", "nfs"),
        stage="write",
        needs=("ready",),
    ),
    Check(
        name="subdirectories",
        title="Directories made over NFS hold files, and can be mounted as such",
        requirements=("EXP-01", "EXP-02"),
        tags=(QUICK_TAG, "export", "nfs"),
        stage="write",
        needs=("ready",),
    ),
    Check(
        name="ownership",
        title="A client's root is root, or squashed, as the export options say",
        requirements=("EXP-03", "EXP-05"),
        tags=(QUICK_TAG, "export", "nfs"),
        stage="write",
        needs=("ready",),
    ),
    Check(
        name="write_cycles",
        title="A file that is overwritten again and again arrives whole each time",
        requirements=("WIN-02", "WIN-03"),
        tags=("sync", "windows"),
        stage="write",
        needs=("ready", "windows_directory", "containers", "sync_state"),
    ),
    Check(
        name="rest",
        title="Files that nobody changes are not written again",
        requirements=(),
        tags=("sync", "windows"),
        stage="rest",
        needs=("ready", "windows_directory", "containers", "sync_state"),
    ),
    Check(
        name="stable_writes",
        title="What the server has acknowledged as written is there after it was killed",
        requirements=("EXP-03",),
        tags=(DISRUPTIVE_TAG, "export", "nfs"),
        stage=DISRUPT,
        needs=("ready",),
    ),
    Check(
        name="windows_lost",
        title="A Windows directory that disappears halts the sync, and nothing is deleted",
        requirements=("WIN-07",),
        tags=(DISRUPTIVE_TAG, "sync", "windows"),
        stage=DISRUPT,
        needs=("ready", "windows_directory", "containers", "sync_state"),
    ),
    Check(
        name="persistence",
        title="No file is lost when all servers are restarted at once, and they are who they were",
        requirements=("WIN-04", "WIN-06", "EXP-02", "NAS-07", "TST-05"),
        tags=(DISRUPTIVE_TAG, "windows", "nfs"),
        stage=DISRUPT,
        scope=TOGETHER,
        needs=("ready", "windows_directory", "containers"),
    ),
)


def selected(names: t.Sequence[str], tags: t.Sequence[str]) -> list[Check]:
    """Return the checks that have one of ``names`` or one of ``tags``, all when neither is given.

    Raises SimulatorError on a name or a tag that no check has.
    """
    known_names = [check.name for check in CATALOGUE]
    known_tags = sorted({tag for check in CATALOGUE for tag in check.tags})
    for field, given, known in (("checks", names, known_names), ("tags", tags, known_tags)):
        for word in given:
            if word not in known:
                raise SimulatorError(f"{field}: '{word}' is unknown; there are {', '.join(known)}")
    if not names and not tags:
        return list(CATALOGUE)
    return [check for check in CATALOGUE if check.name in names or set(check.tags) & set(tags)]
