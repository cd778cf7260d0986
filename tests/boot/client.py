# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An NFS client as a program of its own, for a network that the test is not in.

client.py read PORT NAME       prints a file's content
client.py write PORT PREFIX    writes files until it fails, and prints the name of each that it has closed
"""

from __future__ import annotations

import sys
import time

import nfs_rs


def content(name: str) -> bytes:
    return f"{name}: written once, and nowhere else\n".encode() * 20


def main(verb: str, port: str, name: str) -> None:
    client = nfs_rs.Client.connect(f"nfs://127.0.0.1/?version=4.0&nfsport={port}&noresvport=true")
    if verb == "read":
        with client.open(f"/data/{name}", "rb") as stream:
            sys.stdout.write(stream.read().decode())
        return
    number = 0
    while True:
        number += 1
        with client.open(f"/data/{name}-{number:05}", "wb") as stream:
            stream.write(content(f"{name}-{number:05}"))
        print(f"{name}-{number:05}", flush=True)
        time.sleep(0.005)


if __name__ == "__main__":
    main(*sys.argv[1:])
