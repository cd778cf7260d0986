# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point: ``python3 -m nas_sync_agent``."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import time
from collections.abc import Sequence

from . import commands
from .cli import parse
from .daemon.service import Service
from .errors import Occupied, SideUnavailable

EXIT_ERROR = 1
EXIT_HALTED = 3
# 4 is the commands' own. The collection knows this one: a new pod ends the other agent.
EXIT_OCCUPIED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent, or the command that the first word names; the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in commands.COMMANDS:
        return commands.run(words[0], words[1:])
    options = parse(words)
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        stream=sys.stderr,
        level=options.log_level,
        format="%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    log = logging.getLogger("nas_sync_agent")
    os.umask(0)  # permissions are given explicitly
    try:
        service = Service(options)
        if options.once:
            service.once()
        else:
            service.run()
    except SideUnavailable:
        return EXIT_HALTED  # the status has logged why
    except Occupied as error:
        log.error("cannot go on: %s", error)
        return EXIT_OCCUPIED
    except (OSError, sqlite3.Error) as error:
        log.error("cannot go on: %s", error)
        return EXIT_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main())
