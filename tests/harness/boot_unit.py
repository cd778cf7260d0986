# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The systemd units that the role nas_servers writes, as text, for one server."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import jinja2

ROLE = Path(__file__).resolve().parents[2] / "roles" / "nas_servers"
STATE = "/var/lib/file-simulator"


def rendered(template: str, instance: str, servers: tuple[str, ...] = (), *, settings: bool = False) -> str:
    """Return a template of the role as it is written for an instance; ``settings`` where podman needs some."""
    return jinja2.Template((ROLE / "templates" / template).read_text(), undefined=jinja2.StrictUndefined).render(
        ansible_managed="Ansible managed",
        __nas_servers_instance=instance,
        __nas_servers_boot_units=[f"file-simulator-{instance}@{server}.service" for server in servers],
        __nas_servers_containers_conf={"stat": {"exists": settings}},
        __nas_servers_mounts={"stdout_lines": ["-.mount", "mnt-c.mount"]},
        __nas_servers_retry_seconds=10,
        __nas_servers_start_script=str(ROLE / "files" / "start-server.sh"),
        __nas_servers_state_directory=STATE,
    )


def unit_of(instance: str, server: str, *, settings: bool = False) -> str:
    """Return a server's unit, one setting a line."""
    text = rendered("server.service.j2", instance, settings=settings)
    return re.sub(r"\\\n\s*", "", text).replace("%i", server)


def commands(unit: str, *settings: str) -> list[list[str]]:
    """Return the commands of a unit's settings in their order, with the environment that they are run with."""
    environment = re.findall(r"^Environment=(.+)$", unit, re.MULTILINE)
    found = re.findall(rf"^(?:{'|'.join(settings)})=-?(.+)$", unit, re.MULTILINE)
    return [["env", *environment, *shlex.split(command)] for command in found]
