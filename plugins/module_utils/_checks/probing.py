# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server answers over NFS, for checks. Private to file_simulator.nas. Talks to the outside."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.context import CheckContext, Target
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.finding import Failed
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.wait import ask
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import SERVER_CONTAINER
from ansible_collections.file_simulator.nas.plugins.module_utils._server.service import service_of

_PROBE_SECONDS = 2.0


def answers(target: Target) -> tuple[int, int] | None:
    """Return the fsid that the server shows, None when it is silent."""
    try:
        return ask(service_of(target.server, target.host), _PROBE_SECONDS).fsid
    except ProbeError:
        return None


def until_back(context: CheckContext, target: Target) -> None:
    """Wait until a server answers again; raise Failed when it does not within the limit for restarts."""
    limit = context.limits.restart
    if context.until(lambda: answers(target) is not None, limit) is None:
        raise Failed(
            f"it did not answer again within {limit:g} s",
            evidence=context.log(target, SERVER_CONTAINER),
            seen="silence",
        )
