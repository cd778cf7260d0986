# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cut after cut on the same disks: each start must find what was promised before, and sync must go on from it."""

from __future__ import annotations

import random
import time
import typing as t

from ..harness.small_machine.image import Image
from .machine import Disks, Failed, Machine
from .promises import Promises
from .servers import SERVERS, describe

_BOOT_LIMIT = 300.0
_SYNC_LIMIT = 400.0
# Writing goes on for so many seconds at most before the cut.
_WRITING = 12.0
# One cut in so many comes earlier, within so many seconds while the servers start and sync what was left.
_EARLY = 8
_STARTING = 25.0


class Rounds:
    """The state that goes from cut to cut. ``volatile``: the export's disk is empty at each start, as an empty_dir is."""

    def __init__(self, image: Image, disks: Disks, seed: str, *, volatile: bool, lies: bool = False) -> None:
        self._image = image
        self._disks = disks
        self._seed = seed
        self._lies = lies
        self._volatile = volatile
        self._chance = random.Random(seed)
        self.promises = {name: Promises(name, mode, volatile=volatile) for name, (mode, _) in SERVERS.items()}
        self.cuts = 0
        self._started = 0.0
        self._times: dict[str, float] = {}

    def cut(self) -> dict[str, t.Any]:
        """Start, check what the last cut has left, write, cut. Return figures; raise Failed with what is wrong."""
        figures = self._run(writing=True)
        self.cuts += 1
        return figures

    def check(self) -> None:
        """Start once more, for the last cut. Raises Failed."""
        self._run(writing=False)

    def _run(self, *, writing: bool) -> dict[str, t.Any]:
        seed, self._started, self._times = f"{self._seed}-{self.cuts}", time.monotonic(), {}
        if self._volatile and self.cuts:
            self._disks.format("nas")
        self._disks.save()
        early = writing and self.cuts > 0 and self._chance.randrange(_EARLY) == 0
        run = [self._chance.choice(list(SERVERS))]
        config = {"servers": describe(), "run": run, "seed": seed, "new": not self.cuts}
        machine = Machine(self._image, self._disks, config, lies=self._lies)
        try:
            self._find(machine)
            if early:
                self._listen(machine, self._chance.uniform(0, _STARTING))
            else:
                self._sync(machine)
            if writing and not early:
                machine.go_on()
                self._listen(machine, self._chance.uniform(0.5, _WRITING))
        except Failed as error:
            raise Failed(f"seed {seed}: {error}\n{machine.console[-1500:]}") from None
        finally:
            told, lost = machine.cut_power(self._chance)
        for event in told:
            self._take(event)
        disks = {name: [cut.unflushed, cut.lost] for name, cut in lost.items()}
        return {
            "seed": seed,
            "server": run[0],
            "early": early,
            **self._times,
            "end": self._seconds(),
            "unflushed and lost blocks": disks,
        }

    def _find(self, machine: Machine) -> None:
        """Look at what the disks have before anything of ours runs."""
        for event in machine.events(time.monotonic() + _BOOT_LIMIT):
            _raise_failure(event)
            if event["event"] == "found":
                self._times["found"] = self._seconds()
                _raise_problems("found:", self._lost(event))
                return
        raise Failed("the machine does not start")

    def _sync(self, machine: Machine) -> None:
        """Wait until the servers run and both sides agree."""
        problems = ["the servers do not start"]
        for event in machine.events(time.monotonic() + _SYNC_LIMIT):
            _raise_failure(event)
            if event["event"] == "ready":
                self._times["ready"] = self._seconds()
            if event["event"] == "now":
                problems = self._unfinished(event)
                if not problems:
                    self._times["synced"] = self._seconds()
                    for name, found in event["trees"].items():
                        self.promises[name].settle(found["windows"], found["nas"])
                    return
        _raise_problems("sync does not go on:", problems)

    def _listen(self, machine: Machine, seconds: float) -> None:
        for event in machine.events(time.monotonic() + seconds):
            _raise_failure(event)
            self._take(event)

    def _lost(self, event: dict[str, t.Any]) -> list[str]:
        problems = []
        for name, found in event["trees"].items():
            problems += self.promises[name].lost(found["windows"], found["nas"])
        for name, ledger in event["ledgers"].items():
            if ledger not in ("none", "ok"):
                problems.append(f"{name}: the ledger: {ledger}")
        return problems

    def _unfinished(self, event: dict[str, t.Any]) -> list[str]:
        problems = []
        for name, found in event["trees"].items():
            status = event["status"][name]
            if not status or status["state"] not in ("idle", "running") or status["pending"] or status["error_count"]:
                problems.append(f"{name}: {status}")
            problems += self.promises[name].unfinished(found["windows"], found["nas"])
        return problems

    def _take(self, event: dict[str, t.Any]) -> None:
        """Note what somebody in the machine was told."""
        if event["event"] == "begin":
            self.promises[event["server"]].begin(event["number"], event["origin"], event["changes"])
        elif event["event"] == "done":
            self.promises[event["server"]].done(event["number"])
        elif event["event"] == "carried":
            self.promises[event["server"]].carried(event["number"])

    def _seconds(self) -> float:
        return round(time.monotonic() - self._started, 1)


def _raise_failure(event: dict[str, t.Any]) -> None:
    if event["event"] == "failed":
        raise Failed(f"{event['reason']}\n" + "\n".join(f"{name}:\n{text}" for name, text in event["log"].items()))


def _raise_problems(when: str, problems: list[str]) -> None:
    if problems:
        raise Failed("\n".join([when, *problems]))
