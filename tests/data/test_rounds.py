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


def test_rounds(servers: Servers) -> None:
    spent: dict[str, list[float]] = {}

    def timed(what: str, work: t.Callable[[], t.Any]) -> t.Any:
        started = time.monotonic()
        found = work()
        spent.setdefault(what, []).append(time.monotonic() - started)
        return found

    for number in range(ROUNDS):
        source, target = INPUTS[number % len(INPUTS)], OUTPUTS[number % len(OUTPUTS)]
        wanted = {
            f"results/{path.rpartition('/')[2]}": content.upper().encode() for path, content in fixture(number).items()
        }
        timed("put", lambda: servers.put(source, contents=fixture(number), last=["*.done"]))  # noqa: B023
        timed("consume", lambda: consume(servers, source, target))  # noqa: B023
        seen = timed("assert", lambda: servers.seen(wait_for=None))
        timed("sync", lambda: servers.sync(target))  # noqa: B023
        # Nothing else is on any of the seven, and Windows has the same.
        assert seen["lines"] == lines(target, wanted), f"round {number}"
        assert servers.files(target) == wanted, f"round {number}"
        timed("empty", servers.empty)
        assert [servers.files(server) for server in PORTS] == [{}] * len(PORTS), f"round {number}"
        assert servers.seen(file_type="any")["lines"] == [], f"round {number}"
    rounds = [sum(each) for each in zip(*spent.values(), strict=True)]
    ours = [sum(each) for each in zip(*(spent[what] for what in spent if what != "consume"), strict=True)]
    steps = ", ".join(f"{what} {statistics.median(seconds):.2f} s" for what, seconds in spent.items())
    print(
        f"\n{ROUNDS} rounds of {FILES} files on {len(PORTS)} servers, 0 wrong: a round takes {statistics.median(rounds):.2f} s "
        f"(median), {statistics.median(ours):.2f} s of it the simulator's; {steps}"
    )
