# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that writes orders to a NAS, and gives none up: the example of the playbook bad_day.

    order_writer.py write HOST PORT EXPORT SECONDS
    order_writer.py check DIRECTORY ORDERS

The first writes an order about five times a second, each under a temporary name, with fsync, and then renamed. What is
refused it writes again. It ends with one line of JSON: how many ``orders`` it has written, which ``errors`` it was told how
often, and the ``longest`` that an order took, in seconds. The second ends with a line for each order that is not whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import sys
import time
import typing as t
from collections import Counter
from pathlib import Path

_PAUSE = 0.2
_SIZE = 64 * 1024


def content(order: int) -> bytes:
    """Return what is in an order: it can be told from any other, and from a part of it."""
    return hashlib.sha256(str(order).encode()).digest() * (_SIZE // 32)


def told(error: BaseException | None) -> str:
    """Return what an error is called, by its number or by that of what has caused it."""
    cause = error
    while cause is not None:
        if getattr(cause, "errno", None):
            return errno.errorcode.get(cause.errno, str(cause.errno))
        cause = cause.__cause__
    return type(error).__name__


class Nas:
    """The NAS; ``host``, ``port`` and ``export`` are where it is mounted."""

    def __init__(self, host: str, port: str, export: str) -> None:
        self._url = f"nfs://{host}/?version=4.0&nfsport={port}&noresvport=true"
        self._export = export
        self._client: t.Any = None

    def write(self, order: int) -> None:
        """Write an order whole, or raise an error."""
        import nfs_rs

        if self._client is None:
            self._client = nfs_rs.Client.connect(self._url)
        temporary, name = (f"{self._export}/{prefix}order-{order:05}.bin" for prefix in (".", ""))
        with self._client.open(temporary, "wb") as stream:
            stream.write(content(order))
            stream.flush()
        self._client.rename(temporary, name)

    def reconnect(self) -> None:
        """Use a new connection for the next order: whatever has happened to this one."""
        self._client = None


def write(host: str, port: str, export: str, seconds: str) -> int:
    """Write orders for so many seconds, and to its end the one that is being written then."""
    nas, errors, longest, orders = Nas(host, port, export), Counter[str](), 0.0, 0
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        began = time.monotonic()
        while True:
            try:
                nas.write(orders)
                break
            except Exception as error:  # whatever it is, the order is not there yet
                errors[told(error)] += 1
                nas.reconnect()
                time.sleep(_PAUSE)
        longest = max(longest, time.monotonic() - began)
        orders += 1
        time.sleep(_PAUSE)
    print(json.dumps({"orders": orders, "errors": errors, "longest": round(longest, 1)}))
    return 0


def check(directory: str, orders: str) -> int:
    """Look for orders that are not whole, or missing, or more than there are; return 1 where there are any."""
    expected = {f"order-{order:05}.bin": content(order) for order in range(int(orders))}
    found = {path.name: path for path in Path(directory).glob("*order-*")}
    wrong = [f"{name}: is missing" for name in sorted(expected.keys() - found.keys())]
    wrong += [f"{name}: is none that was written" for name in sorted(found.keys() - expected.keys())]
    both = sorted(expected.keys() & found.keys())
    wrong += [f"{name}: is not whole" for name in both if found[name].read_bytes() != expected[name]]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit({"write": write, "check": check}[sys.argv[1]](*sys.argv[2:]))
