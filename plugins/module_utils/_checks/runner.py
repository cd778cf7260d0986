# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs checks, side by side where they do not disturb each other. Private to file_simulator.nas."""

from __future__ import annotations

import functools
import traceback
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import (
    Finding,
    Findings,
    concluded,
    of_exports,
    parted,
    remedy_of,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.registry import (
    DISRUPT,
    STAGES,
    Check,
    Each,
    Together,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import FAILED, PASSED, SKIPPED, Result
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.client import NasError

_REPORT = f"report it as a bug, with what {remedies.COLLECT} collects"
# Checks wait far more than they compute.
_WORKERS = 24


class Runner:
    """Runs checks on the servers of a context. ``engine`` is what runs these servers."""

    def __init__(self, context: CheckContext, engine: str) -> None:
        self._context = context
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
        servers = {target.name: number for number, target in enumerate(self._context.targets)}
        return sorted(self._results, key=lambda each: (order[each.check], servers.get(each.server or "", -1)))

    def _why_not(self, check: Check, disruptive: bool, writing: bool) -> str:
        if self._engine not in check.engines:
            return f"means nothing with the engine {self._engine}"
        if check.disruptive and not disruptive:
            return f"takes servers out of service; ask for it with {remedies.TAKE_OUT_OF_SERVICE}"
        if check.writes and not writing:
            return "writes files of its own, and in check mode nothing is written"
        return ""

    def _jobs(self, check: Check) -> t.Iterator[t.Callable[[], None]]:
        able = []
        for target in self._context.targets:
            missing = self._unmet(check, target)
            if target.status.faults and check.is_a_client:
                self._keep(check, target.name, 0.0, Finding("; ".join(target.status.fault_words), SKIPPED))
            elif missing:
                self._keep(check, target.name, 0.0, Finding(f"needs {missing}, which did not pass here", SKIPPED))
            else:
                able.append(target)
        if check.each is not None:
            for target in able:
                yield functools.partial(self._each, check, check.each, target)
        elif check.together is not None and able:
            yield functools.partial(self._together, check, check.together, able)

    def _unmet(self, check: Check, target: Target) -> str:
        """Return the first check that this one needs and that did not pass; one that was not run counts as passed.

        One that was skipped meant nothing for this server, or was kept from running by what it needed itself.
        """
        failed = {each.check for each in self._results if each.server == target.name and each.outcome == FAILED}
        return next((name for name in check.needs if name in failed), "")

    def _each(self, check: Check, made: Each, target: Target) -> None:
        started = self._context.clock()
        by = target.by_each_export() if check.each_export else [target]
        finding = of_exports(
            [(each.export.path, _guarded(functools.partial(made, self._context, each))) for each in by]
        )
        self._keep(check, target.name, self._context.clock() - started, finding)

    def _together(self, check: Check, made: Together, targets: t.Sequence[Target]) -> None:
        started = self._context.clock()
        findings: Findings = {}

        def work() -> Finding:
            nonlocal findings
            findings = made(self._context, targets)
            return Finding("")

        failure = _guarded(work)
        seconds = self._context.clock() - started
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
                remedy=remedy_of(finding, check.remedy.format(server=server)) if finding.outcome == FAILED else "",
            )
        )


def _guarded(work: t.Callable[[], Finding]) -> Finding:
    """Return what a check concludes; a check that breaks has failed, and the others go on."""
    try:
        return concluded(work)
    except NasError as error:
        return Finding(f"the NFS client: {error}", FAILED)
    except SimulatorError as error:
        problem, remedy = parted(error.message)
        return Finding(problem, FAILED, remedy=remedy)
    except Exception as error:
        lines = tuple(traceback.format_exc().splitlines()[-8:])
        return Finding(f"the check broke: {type(error).__name__}: {error}", FAILED, evidence=lines, remedy=_REPORT)
