# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands in the containers of a cluster's pods. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.client import EXEC_ERRORS, Cluster

_STEP_SECONDS = 1.0
# A connection that broke has no status, and the package stumbles over that.
_FAILURES: tuple[type[Exception], ...] = (*EXEC_ERRORS, TypeError, KeyError)


def execute(
    cluster: Cluster, namespace: str, pod: str, container: str, command: t.Sequence[str], seconds: float
) -> str:
    """Run a command in a pod's container, and return its standard output.

    Raises SimulatorError when it cannot be run, fails, or does not end within so many seconds.
    """
    operation = f"run {command[0]} in container {container} of pod {pod}"
    try:
        stream = cluster.open_exec(namespace, pod, container, command)
        stream.run_forever(timeout=seconds)
        out, err = stream.read_stdout(timeout=0), stream.read_stderr(timeout=0)
        status = stream.returncode if not stream.is_open() else None
        stream.close()
    except _FAILURES as error:
        raise SimulatorError(f"{operation}: Kubernetes: {one_line(getattr(error, 'reason', None) or error)}") from None
    if status is None:
        raise SimulatorError(f"{operation}: no end after {seconds:g} s")
    if status:
        raise SimulatorError(f"{operation}: {one_line(err) or f'exit status {status}'}")
    return str(out)


def execute_lines(
    cluster: Cluster,
    namespace: str,
    pod: str,
    container: str,
    command: t.Sequence[str],
    silence: float,
    take: t.Callable[[str], None],
) -> None:
    """Run a command in a pod's container, and hand on each line that it says as it comes.

    Raises SimulatorError when it cannot be run, fails, or says nothing for so many seconds.
    """
    operation = f"run {command[0]} in container {container} of pod {pod}"
    rest, errors = "", ""
    try:
        stream = cluster.open_exec(namespace, pod, container, command)
        # The package keeps all that it hears, and has no parameter that reaches this.
        stream._all = _Nowhere()
        heard = time.monotonic()
        try:
            while stream.is_open():
                stream.update(timeout=_STEP_SECONDS)
                errors += stream.read_stderr(timeout=0) if stream.peek_stderr(timeout=0) else ""
                if stream.peek_stdout(timeout=0):
                    heard = time.monotonic()
                    rest = _take_lines(rest + stream.read_stdout(timeout=0), take)
                elif time.monotonic() - heard > silence:
                    raise SimulatorError(f"{operation}: it has said nothing for {silence:g} s")
            _take_lines(rest + stream.read_stdout(timeout=0), take)
            status = stream.returncode
        finally:
            stream.close()
    except _FAILURES as error:
        raise SimulatorError(f"{operation}: Kubernetes: {one_line(getattr(error, 'reason', None) or error)}") from None
    if status:
        raise SimulatorError(f"{operation}: {one_line(errors) or f'exit status {status}'}")


def _take_lines(text: str, take: t.Callable[[str], None]) -> str:
    """Hand on whole lines; return what is left of the last one."""
    *lines, rest = text.split("\n")
    for line in lines:
        take(line)
    return rest


class _Nowhere:
    """What is written to it is gone."""

    def write(self, _data: str) -> None:
        """Forget it."""
