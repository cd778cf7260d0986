# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs checks, side by side where they do not disturb each other. Private to file_simulator.nas."""

from __future__ import annotations

import traceback
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.catalogue import DISRUPT, STAGES, Check
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import Bench, Subject
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Finding, Findings, concluded
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, PASSED, SKIPPED, Result
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import availability as _checks_look
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import containers as _checks_engine
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import disruptive as _checks_disruptive
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import export as _checks_export
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.suite import transfer as _checks_transfer
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasError

# Checks wait far more than they compute.
_WORKERS = 24

EACH: dict[str, t.Callable[[Bench, Subject], Finding]] = {
    "ready": _checks_look.ready,
    "windows_directory": _checks_look.windows_directory,
    "containers": _checks_engine.containers,
    "sync_state": _checks_look.sync_state,
    "listing": _checks_look.listing,
    "free_space": _checks_look.free_space,
    "security": _checks_engine.security,
    "resources": _checks_engine.resources,
    "windows_to_nas": _checks_transfer.windows_to_nas,
    "nas_to_windows": _checks_transfer.nas_to_windows,
    "read_only": _checks_export.read_only,
    "subdirectories": _checks_export.subdirectories,
    "ownership": _checks_export.ownership,
    "write_cycles": _checks_transfer.write_cycles,
    "rest": _checks_transfer.rest,
    "stable_writes": _checks_disruptive.stable_writes,
    "windows_lost": _checks_disruptive.windows_lost,
}
TOGETHER: dict[str, t.Callable[[Bench, t.Sequence[Subject]], Findings]] = {
    "fsid": _checks_look.fsid,
    "capacity": _checks_engine.capacity,
    "dns": _checks_engine.dns,
    "client_volumes": _checks_engine.client_volumes,
    "isolation": _checks_export.isolation,
    "persistence": _checks_disruptive.persistence,
}


class Runner:
    """Runs checks on the servers of a bench. ``engine`` is what runs these servers."""

    def __init__(self, bench: Bench, engine: str) -> None:
        self._bench = bench
        self._engine = engine
        self._results: list[Result] = []

    def run(self, checks: t.Sequence[Check], *, disruptive: bool, writing: bool) -> list[Result]:
        """Return the results of all ``checks``, in their order and that of the servers.

        Without ``disruptive`` or ``writing``, checks that are so are skipped, and say so.
        """
        possible = []
        for check in checks:
            reason = self._why_not(check, disruptive, writing)
            if reason:
                self._keep(check, None, 0.0, Finding(reason, SKIPPED))
            else:
                possible.append(check)
        for stage in STAGES:
            together = [check for check in possible if check.stage == stage]
            for batch in [[check] for check in together] if stage == DISRUPT else [together]:
                # Listed only now: whether a check can be made at all depends on the stages before.
                jobs = [job for check in batch for job in self._jobs(check)]
                for_each(jobs, lambda job: job(), workers=_WORKERS)
        order = {check.name: number for number, check in enumerate(checks)}
        servers = {subject.name: number for number, subject in enumerate(self._bench.subjects)}
        return sorted(self._results, key=lambda each: (order[each.check], servers.get(each.server or "", -1)))

    def _why_not(self, check: Check, disruptive: bool, writing: bool) -> str:
        if self._engine not in check.engines:
            return f"means nothing with the engine {self._engine}"
        if check.disruptive and not disruptive:
            return "takes servers out of service; ask for it with disruptive: true"
        if check.writes and not writing:
            return "writes files of its own, and in check mode nothing is written"
        return ""

    def _jobs(self, check: Check) -> t.Iterator[t.Callable[[], None]]:
        able = []
        for subject in self._bench.subjects:
            missing = self._unmet(check, subject)
            if missing:
                self._keep(check, subject.name, 0.0, Finding(f"needs {missing}, which did not pass here", SKIPPED))
            else:
                able.append(subject)
        if check.name in TOGETHER:
            if able:
                yield lambda: self._together(check, able)
            return
        for subject in able:
            yield lambda subject=subject: self._each(check, subject)  # type: ignore[misc]

    def _unmet(self, check: Check, subject: Subject) -> str:
        """Return the first check that this one needs and that did not pass; one that was not run counts as passed.

        One that was skipped meant nothing for this server, or was kept from running by what it needed itself.
        """
        failed = {each.check for each in self._results if each.server == subject.name and each.outcome == FAILED}
        return next((name for name in check.needs if name in failed), "")

    def _each(self, check: Check, subject: Subject) -> None:
        started = self._bench.clock()
        finding = _guarded(lambda: EACH[check.name](self._bench, subject))
        self._keep(check, subject.name, self._bench.clock() - started, finding)

    def _together(self, check: Check, subjects: t.Sequence[Subject]) -> None:
        started = self._bench.clock()
        findings: Findings = {}

        def work() -> Finding:
            nonlocal findings
            findings = TOGETHER[check.name](self._bench, subjects)
            return Finding("")

        failure = _guarded(work)
        seconds = self._bench.clock() - started
        if failure.outcome != PASSED:
            findings = {None: failure}
        for server, finding in findings.items():
            self._keep(check, server, seconds, finding)

    def _keep(self, check: Check, server: str | None, seconds: float, finding: Finding) -> None:
        self._results.append(
            Result(
                check=check.name,
                server=server,
                outcome=finding.outcome,
                seconds=round(seconds, 3),
                detail=finding.detail,
                requirements=check.requirements,
                tags=check.tags,
                expected=finding.expected,
                seen=finding.seen,
                evidence=finding.evidence,
                measures=finding.measures,
            )
        )


def _guarded(work: t.Callable[[], Finding]) -> Finding:
    """Return what a check concludes; a check that breaks has failed, and the others go on."""
    try:
        return concluded(work)
    except NasError as error:
        return Finding(f"the NFS client: {error}", FAILED, seen=str(error))
    except SimulatorError as error:
        return Finding(error.message, FAILED, seen=error.message)
    except Exception as error:
        lines = tuple(traceback.format_exc().splitlines()[-8:])
        return Finding(f"the check broke: {type(error).__name__}: {error}", FAILED, evidence=lines)
