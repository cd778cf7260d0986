# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A test's day on seven servers, DATA_ROUNDS times: put, wait, consume, assert, empty. None is wrong; how long it takes."""

from __future__ import annotations

import hashlib
import os
import statistics
import time
import typing as t

from .servers import INPUTS, OUTPUTS, PORTS, Servers

ROUNDS = int(os.environ.get("DATA_ROUNDS", "10"))
FILES = 100


def fixture(number: int) -> dict[str, str]:
    """A hundred small orders, others each time under the same names, and the file that starts the service."""
    orders = {f"orders/{order:03}.csv": f"round {number}, order {order}\n" * 20 for order in range(FILES)}
    return {**orders, "orders/orders.done": ""}


def consume(servers: Servers, source: str, target: str) -> None:
    """What a service does: once the last file is there it reads all orders, writes a result for each, and removes them."""
    orders, results = servers.client(source), servers.client(target)
    names = sorted(orders.names("orders"))
    assert names == sorted(path.rpartition("/")[2] for path in fixture(0))
    results.make_directory("results")
    for name in names:
        results.write(f"results/{name}", orders.read(f"orders/{name}").upper())
    for name in names:
        orders.remove(f"orders/{name}")
    orders.close()
    results.close()


def lines(server: str, files: t.Mapping[str, bytes]) -> list[str]:
    return [f"{hashlib.sha256(content).hexdigest()}  {server}/{path}" for path, content in sorted(files.items())]


class Times:
    """Seconds by step, a list each, one for each round."""

    def __init__(self) -> None:
        self._spent: dict[str, list[float]] = {}

    def __call__(self, step: str, work: t.Callable[[], t.Any]) -> t.Any:
        started = time.monotonic()
        found = work()
        self._spent.setdefault(step, []).append(time.monotonic() - started)
        return found

    def summary(self) -> str:
        """The medians of the rounds that came to their end."""
        done = min((len(seconds) for seconds in self._spent.values()), default=0)
        if not done:
            return "no round came to its end"
        rounds = [sum(seconds[number] for seconds in self._spent.values()) for number in range(done)]
        ours = [
            sum(seconds[number] for step, seconds in self._spent.items() if step != "consume") for number in range(done)
        ]
        steps = ", ".join(f"{step} {statistics.median(seconds):.2f} s" for step, seconds in self._spent.items())
        return (
            f"{done} rounds of {FILES} files on {len(PORTS)} servers, none wrong: a round takes {statistics.median(rounds):.2f} s "
            f"(median), {statistics.median(ours):.2f} s of it the simulator's; {steps}"
        )


def day(servers: Servers, number: int, times: Times) -> None:
    """One round; what is wrong in it fails it."""
    source, target = INPUTS[number % len(INPUTS)], OUTPUTS[number % len(OUTPUTS)]
    orders = fixture(number)
    wanted = {f"results/{path.rpartition('/')[2]}": content.upper().encode() for path, content in orders.items()}
    times("put", lambda: servers.put(source, contents=orders, last=["*.done"]))
    times("consume", lambda: consume(servers, source, target))
    seen = times("assert", servers.seen)
    times("sync", lambda: servers.sync(target))
    # Nothing else is on any of the seven, and Windows has the same.
    assert seen["lines"] == lines(target, wanted), f"round {number}"
    assert servers.files(target) == wanted, f"round {number}"
    times("empty", servers.empty)
    assert [servers.files(server) for server in PORTS] == [{}] * len(PORTS), f"round {number}"
    assert servers.seen(file_type="any")["lines"] == [], f"round {number}"


def test_rounds(servers: Servers) -> None:
    times = Times()
    try:
        for number in range(ROUNDS):
            day(servers, number, times)
    finally:
        print(f"\n{times.summary()}")
