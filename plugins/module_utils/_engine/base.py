# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every engine is asked, and what it answers. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.inspection import Inspector
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.plan import Action
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._server.pod import Images
from ansible_collections.file_simulator.nas.plugins.module_utils._server.status import ServerStatus


@dataclass(frozen=True)
class Request:
    """What one task asks for. ``timeout`` is in seconds and holds for each server."""

    state: str
    images: Images
    purge: bool = False
    delete_storage: bool = False
    wait: bool = True
    timeout: int = 60
    check_mode: bool = False
    move_data_root: bool = False


@dataclass(frozen=True)
class KeptVolume:
    """A volume that stays without its server. ``only_there`` says what it has and Windows has not, in words."""

    server: str
    volume: str
    only_there: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was done, or in check mode would have been.

    ``surroundings_changed`` tells of a change to what no server has for itself, such as the
    namespace; it is in the diff and in no action. ``kept`` is empty in check mode.
    """

    actions: t.Sequence[Action]
    diff: t.Mapping[str, t.Any]
    surroundings_changed: bool = False
    warnings: t.Sequence[str] = ()
    kept: t.Sequence[KeptVolume] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs from before."""
        return bool(self.actions) or self.surroundings_changed


def check_unfs3_image(servers: t.Sequence[Server], request: Request) -> None:
    """Raise SimulatorError when a server wants unfs3 and no image for it was named."""
    for server in servers:
        if server.nfs_server == "unfs3" and not request.images.unfs3:
            raise SimulatorError(
                f"server {server.name}: nfs_server: unfs3 needs unfs3_image, an image that has unfsd; "
                f"{remedies.BUILD_UNFS3_IMAGE} builds one"
            )


class Engine(t.Protocol):
    """What runs one instance's servers."""

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched."""

    def statuses(self, servers: t.Sequence[Server]) -> list[ServerStatus]:
        """Return how each of ``servers`` is, in their order."""

    def accept(self, server: str) -> str:
        """Say to a server's sync agent that what it withholds is meant; return what that is, empty when nothing is."""

    def rescue(self, server: Server, to: str, images: Images) -> dict[str, t.Any]:
        """Copy what only a server's storage has to the directory ``to``; return what became of it.

        ``images`` may be empty, and are needed where the server has no containers any more.
        """

    def inspector(self) -> Inspector:
        """Return what checks look at the servers with."""
