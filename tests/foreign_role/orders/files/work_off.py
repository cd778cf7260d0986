# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that knows nothing of the simulator: reads orders over NFS, and writes a result for each to another NAS.

    work_off.py INPUT OUTPUT SECONDS

INPUT and OUTPUT are host:port. Begins when orders.done is there, for which it waits up to SECONDS; results.done comes
last. Prints the names of the results.
"""

from __future__ import annotations

import json
import sys
import time
import typing as t

import nfs_rs

READY, DONE = "orders.done", "results.done"


def connected(address: str) -> t.Any:
    host, _, port = address.rpartition(":")
    return nfs_rs.Client.connect(f"nfs://{host}/?version=4.0&nfsport={port}", noresvport=True, connect_timeout=5)


def read(nas: t.Any, name: str) -> bytes:
    with nas.open(f"/data/{name}", "rb") as stream:
        return bytes(stream.read())


def write(nas: t.Any, name: str, content: bytes) -> None:
    with nas.open(f"/data/.{name}.part", "wb") as stream:
        stream.write(content)
    nas.rename(f"/data/.{name}.part", f"/data/{name}")


def main(source: str, target: str, seconds: str) -> int:
    orders, results = connected(source), connected(target)
    deadline = time.monotonic() + float(seconds)
    while READY not in orders.listdir("/data"):
        if time.monotonic() > deadline:
            print(f"{READY} is not there after {seconds} s", file=sys.stderr)
            return 1
        time.sleep(0.2)
    for name in sorted(name for name in orders.listdir("/data") if name.endswith(".json")):
        order = json.loads(read(orders, name))
        result = {"order": order["number"], "total": order["quantity"] * order["price"]}
        write(results, name, json.dumps(result).encode())
        print(name)
    write(results, DONE, b"")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
