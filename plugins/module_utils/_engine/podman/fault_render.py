# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The container that makes faults, as podman runs and shows it. Private to file_simulator.nas. Pure.

It is in nobody's pod: it shares the PID namespace of the server's container, with whose first process the kernel ends
all others there, and the pod's network only where it is to refuse connections.
"""

from __future__ import annotations

import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import (
    helper_capabilities,
    helper_command,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.podman.render import (
    LABEL_INSTANCE,
    LABEL_SERVER,
    ULIMIT,
    Names,
)
from ansible_collections.file_simulator.nas.plugins.module_utils._model.active_faults import Active
from ansible_collections.file_simulator.nas.plugins.module_utils._model.faults import UNREACHABLE
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import INIT_CONTAINER

# For whoever looks with podman: what is broken, and until when.
LABEL_FAULT = "file-simulator.fault"
# A Python program that traces some dozens of threads.
_MEMORY = 128 << 20


def helper_run(
    instance: str,
    server: Server,
    process: int,
    image: str,
    name: str,
    faults: t.Sequence[Active],
    *,
    detach: bool,
) -> list[str]:
    """Return podman's arguments that run the helper of the server whose first process is ``process``."""
    refuses = any(each.fault.kind == UNREACHABLE for each in faults)
    return [
        "run", "--rm", "--pull", "never", *(["--detach"] if detach else []), "--name", Names(instance, server.name).container(name),
        "--label", f"{LABEL_INSTANCE}={instance}", "--label", f"{LABEL_SERVER}={server.name}",
        "--label", f"{LABEL_FAULT}={'; '.join(each.words for each in faults)}",
        # By their paths: a container that podman knows to depend on the server's would keep that from being removed.
        "--pid", f"ns:/proc/{process}/ns/pid", "--network", f"ns:/proc/{process}/ns/net" if refuses else "none",
        "--cap-drop", "all", "--cap-add", ",".join(helper_capabilities(faults)),
        "--security-opt", "no-new-privileges", "--security-opt", "label=disable",
        "--read-only", "--read-only-tmpfs=false",
        # The same everywhere, for what it says is waited for.
        "--log-driver", "k8s-file",
        "--memory", str(_MEMORY), "--pids-limit", "32",
        "--ulimit", f"nofile={ULIMIT}:{ULIMIT}", "--ulimit", f"nproc={ULIMIT}:{ULIMIT}",
        image, *helper_command(server, faults),
    ]  # fmt: skip


def image_of(description: t.Mapping[str, t.Any]) -> str:
    """Return the NAS image that a pod was made from; empty where it does not say so."""
    try:
        return str(description["containers"][INIT_CONTAINER]["image"])
    except (KeyError, TypeError):
        return ""
