# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command at a time on a machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from testcluster.console import say
from testcluster.settings import ClusterError

# In the abstract namespace: the kernel drops it with its owner, and no file stays.
ADDRESS = "\0file-simulator-cluster"
PATIENCE = 3600


@contextmanager
def exclusive() -> Iterator[None]:
    """Wait until no other command builds, starts or stops anything; then keep others waiting."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as lock:
        for turn in range(PATIENCE):
            try:
                lock.bind(ADDRESS)
                break
            except OSError:
                if turn == 0:
                    say("waiting for another 'cluster' command to end")
                time.sleep(1)
        else:
            raise ClusterError("another 'cluster' command has been running for an hour")
        yield
