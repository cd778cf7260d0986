# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test data for several servers: everything is looked at and refused first, then done. Private to file_simulator.nas."""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError, combined
from ansible_collections.file_simulator.nas.plugins.module_utils._common.parallel import for_each
from ansible_collections.file_simulator.nas.plugins.module_utils._data.agents import checked, contents_of
from ansible_collections.file_simulator.nas.plugins.module_utils._data.fixture import Fixture
from ansible_collections.file_simulator.nas.plugins.module_utils._data.place import Place
from ansible_collections.file_simulator.nas.plugins.module_utils._data.plan import Plan, Wish, refusal
from ansible_collections.file_simulator.nas.plugins.module_utils._engine.base import Agents
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

# Seconds.
_LONGEST = 3600


@dataclass(frozen=True)
class Request:
    """What one task asks for. ``timeout`` is in seconds and holds for each barrier; ``complete`` when nobody is writing."""

    state: str
    last: tuple[str, ...] = ()
    force: bool = False
    wait: bool = True
    timeout: int = 60
    complete: bool = True
    check_mode: bool = False


@dataclass
class Done:
    """What was done to one server, or in check mode would have been.

    ``windows_removed`` is what its agent removed beside what the plan removes, ``kept`` what it left, with side and reason.
    """

    server: Server
    plan: Plan
    nas_removed: t.Sequence[str] = ()
    windows_removed: t.Sequence[str] = ()
    consumed: t.Sequence[str] = ()
    kept: t.Sequence[t.Mapping[str, t.Any]] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs from before."""
        return self.plan.changed or bool(self.nas_removed or self.windows_removed)


class DataRun:
    """One task: ``places`` are the Windows directories of its servers, by name.

    ``seconds`` tells afterwards how long it took to ``put``, to ``sync`` and to ``empty``.
    """

    def __init__(
        self, agents: Agents, servers: t.Sequence[Server], places: t.Mapping[str, Place], request: Request
    ) -> None:
        self._agents = agents
        self._servers = servers
        self._places = places
        self._request = request
        self.seconds: dict[str, float] = {}

    def run(self, fixture: Fixture) -> list[Done]:
        """Do it; return what was done to each server. Raises SimulatorError, before anything is touched where it can."""
        if not 0 <= self._request.timeout <= _LONGEST:
            raise SimulatorError(f"timeout: {self._request.timeout} is not between 0 and {_LONGEST} seconds")
        with contextlib.ExitStack() as held:
            if not self._request.check_mode:
                # In one order, so that two runs never wait for each other.
                for name in sorted(self._places):
                    held.enter_context(self._places[name].record.locked())
            plans = self._plans(self._wish(fixture))
            self._refuse(plans)
            done = [Done(server, plans[server.name]) for server in self._servers]
            if self._request.state == "empty":
                self._empty(done)
            elif not self._request.check_mode:
                self._put(done, fixture)
            return done

    def _wish(self, fixture: Fixture) -> Wish:
        files = {path: item.sha256 for path, item in fixture.files.items()}
        return Wish(files, fixture.directories, self._request.state != "present", self._request.last)

    def _plans(self, wish: Wish) -> dict[str, Plan]:
        """Return what is to be done to each server. Agents are asked only where something is not known to be ours."""
        for_each(list(self._places.values()), lambda place: place.look(wish))
        plans = {name: place.plan(wish) for name, place in self._places.items()}
        unsure = [server for server in self._servers if server.sync.has_agent and plans[server.name].foreign]
        if unsure:
            for name, contents in contents_of(self._agents.contents(unsure)).items():
                self._places[name].delivered = contents.delivered
                plans[name] = self._places[name].plan(wish)
        return plans

    def _refuse(self, plans: t.Mapping[str, Plan]) -> None:
        problems = [problem for server in self._servers for problem in self._impossible(server, plans[server.name])]
        foreign = {name: list(plan.foreign) for name, plan in plans.items() if plan.foreign}
        if not self._request.force:
            problems += [f"server {name}: {refusal(plans[name], self._places[name].shown)}" for name in foreign]
        if problems:
            raise combined(problems, details={"foreign": foreign})

    def _impossible(self, server: Server, plan: Plan) -> t.Iterator[str]:
        if plan.impossible:
            yield f"server {server.name}: {plan.impossible}"
        if self._request.state != "present" and not server.sync.has_agent:
            yield f"server {server.name}: it has no sync agent to empty its export; leave it out, or make the server anew"
        if self._request.state != "empty" and self._request.wait and server.sync.mode == "nas_to_windows":
            yield (
                f"server {server.name}: with its sync mode {server.sync.mode} nothing goes from Windows to the NAS while it runs; "
                "leave it out, or put it there without waiting"
            )

    # Present and exact

    def _put(self, done: t.Sequence[Done], fixture: Fixture) -> None:
        with self._timed("put"):
            for_each(done, lambda each: self._put_first(each, fixture))
        late = [each for each in done if each.plan.last]
        self._sync([each.server for each in late if each.server.sync.syncs_to_nas])
        with self._timed("put"):
            for_each(late, lambda each: self._places[each.server.name].write(each.plan.last, fixture))
        if self._request.wait:
            # Where nothing has changed, an earlier run may still be on its way.
            self._sync(self._servers)
            self._find_consumed([each for each in done if each.plan.unchanged and each.server.sync.syncs_to_nas])

    def _put_first(self, done: Done, fixture: Fixture) -> None:
        place, plan = self._places[done.server.name], done.plan
        place.clear_unfinished()
        place.remove(plan.removed, plan.removed_directories)
        place.make_directories(plan.directories)
        place.write(plan.put, fixture)

    def _sync(self, servers: t.Sequence[Server]) -> None:
        """Wait until everything is on the other side. Raises SimulatorError that names what is not, and why."""
        if servers:
            with self._timed("sync"):
                checked(self._agents.sync(servers, self._request.timeout, self._request.complete))

    def _find_consumed(self, done: t.Sequence[Done]) -> None:
        """See which files were there before and are not on the NAS any more: no agent brings them back by itself."""
        if done:
            with self._timed("sync"):
                found = contents_of(self._agents.contents([each.server for each in done]))
            for each in done:
                each.consumed = [path for path in each.plan.unchanged if path not in found[each.server.name].nas]

    # Empty

    def _empty(self, done: t.Sequence[Done]) -> None:
        if self._request.check_mode:
            found = contents_of(self._agents.contents(self._servers))
            for each in done:
                each.nas_removed = sorted(found[each.server.name].nas)
            return
        with self._timed("empty"):
            for_each(done, self._remove)
            answers = checked(self._agents.empty(self._servers, self._request.force))
        for each, answer in zip(done, answers):
            removed, kept = answer["removed"], answer["kept"]
            each.nas_removed, each.windows_removed = sorted(removed["nas"]), sorted(removed["windows"])
            each.kept = [{"side": side, **entry} for side in ("windows", "nas") for entry in kept[side]]
            self._places[each.server.name].forget({entry["path"] for entry in kept["windows"]})

    def _remove(self, done: Done) -> None:
        """Remove test data, and with force everything: an input server's agent may only read its Windows directory.

        What has been delivered to Windows, and is unchanged, its agent removes, which knows that better.
        """
        place, plan = self._places[done.server.name], done.plan
        place.clear_unfinished()
        removed = [path for path in plan.removed if self._request.force or path in place.own]
        place.remove(removed, plan.removed_directories)

    @contextlib.contextmanager
    def _timed(self, what: str) -> t.Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[what] = round(self.seconds.get(what, 0.0) + time.monotonic() - started, 3)
