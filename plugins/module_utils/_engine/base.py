# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every engine is asked, and what it answers. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.faults import Faults
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


class Agents(t.Protocol):
    """Asks the sync agents of running servers, all at once; the answers come in the servers' order.

    Each has ``server`` and ``problem``: one line, empty when all is well. With a problem, nothing else of an answer may be
    relied on but the lists of ``sync``, where they are.
    """

    def sync(self, servers: t.Sequence[Server], timeout: int, complete: bool) -> list[dict[str, t.Any]]:
        """Wait until everything that is in the source directories now is on the other side, ``timeout`` seconds at most.

        ``complete``: the caller vouches that nobody is writing it, so no quiet period is needed. The answers are the
        agents', with ``seconds``.
        """

    def contents(self, servers: t.Sequence[Server]) -> list[dict[str, t.Any]]:
        """Return what is on both sides of each of ``servers`` now, by path; see docs/sync.md."""

    def empty(self, servers: t.Sequence[Server], force: bool) -> list[dict[str, t.Any]]:
        """Make both sides of ``servers`` empty, but for what a tester has put into the Windows directory.

        With ``force``, that as well. The answers have ``removed`` and ``kept``, each with the paths of both sides.
        """


class Engine(t.Protocol):
    """What runs one instance's servers."""

    def apply(self, servers: t.Sequence[Server], request: Request) -> Outcome:
        """Bring ``servers`` into the state that is asked for. Everything is checked before anything is touched."""

    def statuses(self, servers: t.Sequence[Server]) -> list[ServerStatus]:
        """Return how each of ``servers`` is, in their order."""

    def accept(self, server: str) -> str:
        """Say to a server's sync agent that what it withholds is meant; return what that is, empty when nothing is."""

    def agents(self) -> Agents:
        """Return what asks the sync agents of running servers."""

    def faults(self) -> Faults:
        """Return what makes and ends faults of running servers."""

    def rescue(self, server: Server, to: str, images: Images) -> dict[str, t.Any]:
        """Copy what only a server's storage has to the directory ``to``; return what became of it.

        ``images`` may be empty, and are needed where the server has no containers any more.
        """

    def inspector(self) -> Inspector:
        """Return what checks look at the servers with."""
