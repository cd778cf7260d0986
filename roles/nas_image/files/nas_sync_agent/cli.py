# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import argparse
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import __version__, ownership
from .model import Deletions, Mode

_EPILOG = """commands, each a word before the options; the answer is JSON on stdout:
  ask      ask the running agent what only the export has now (--nonce, --address, --timeout)
  contents ask it what is on both sides (--nonce, --address)
  sync     wait until all that is there now is on the other side (--nonce, --address, --timeout, --complete)
  empty    make both sides empty, but for what a tester put into Windows (--nonce, --address, --force: that, too)
  status   the running agent's status (--address)
  compare  look for the same without an agent, read-only (the agent's options, --nonce)
  rescue   copy that to a directory, or to stdout as lines of JSON (the agent's options, --to DIRECTORY or -)
  accept   say that the deletions which the agent withholds are meant (--state)

exit status:
  0  stopped by SIGTERM or SIGINT, or (--once) done
  1  an error that the agent did not expect
  2  wrong usage
  3  (--once) halted: a side is unknown; one line on stderr says which and why
  4  (commands) no answer"""


@dataclass(frozen=True)
class DeletionLimit:
    """How much may go with a side that is suddenly empty: a number of files, or a share of those known there."""

    number: int
    percent: bool

    @classmethod
    def parse(cls, text: str) -> DeletionLimit:
        """Read ``N`` or ``P%``. Raises ValueError."""
        number, percent = int(text.removesuffix("%")), text.endswith("%")
        if number < 0 or (percent and number > 100):
            raise ValueError(text)
        return cls(number, percent)

    def allowed(self, known: int) -> int:
        """How many of ``known`` files may go."""
        return known * self.number // 100 if self.percent else self.number

    def __str__(self) -> str:
        """The form that :meth:`parse` reads."""
        return f"{self.number}{'%' if self.percent else ''}"


@dataclass(frozen=True)
class Options:
    """What the agent was told. Times are in seconds."""

    server: str
    mode: Mode
    windows: str
    export: str
    state: str
    once: bool = False
    deletions: Deletions = Deletions.PROPAGATE
    interval: float = 30.0
    quiet_period: float = 2.0
    close_events: bool = True
    max_deletions: DeletionLimit = DeletionLimit(1000, False)
    rescan: float = 600.0
    status_address: tuple[str, int] | None = None
    log_level: int = logging.INFO
    exported: tuple[str, ...] = ()
    root: ownership.RootOwnership = field(default_factory=ownership.RootOwnership)
    files: ownership.FileOwnership = field(default_factory=ownership.FileOwnership)


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line. Prints usage and exits with status 2 when it is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    for earlier, later in (("windows", "export"), ("windows", "state"), ("export", "state")):
        one, two = Path(getattr(given, earlier)).resolve(), Path(getattr(given, later)).resolve()
        if one == two or one in two.parents or two in one.parents:
            parser.error(f"--{earlier} and --{later} must not contain each other")
    root, files = ownership.read(given)
    return Options(
        server=given.server,
        mode=Mode(given.mode),
        windows=given.windows,
        export=given.export,
        state=given.state,
        once=given.once,
        deletions=Deletions(given.deletions),
        interval=given.interval,
        quiet_period=given.quiet_period,
        close_events=given.close_events == "on",
        max_deletions=given.max_deletions,
        rescan=given.rescan,
        status_address=given.status_address,
        log_level=getattr(logging, given.log_level.upper()),
        exported=tuple(given.exported),
        root=root,
        files=files,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nas_sync_agent",
        description="Carry changes between a Windows directory and the export of one NAS server.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--server",
        required=True,
        type=_text,
        metavar="NAME",
        help="server that the Windows directory must belong to",
    )
    add(
        "--mode",
        required=True,
        choices=[mode.value for mode in Mode],
        help="whose changes are carried across",
    )
    add("--windows", required=True, type=_text, metavar="DIR", help="the Windows directory")
    add("--export", required=True, type=_text, metavar="DIR", help="the directory that the NFS server exports")
    add(
        "--state",
        required=True,
        type=_text,
        metavar="DIR",
        help="the agent's own, on the export's file system",
    )
    add(
        "--exported",
        action="append",
        default=[],
        type=_below,
        metavar="PATH",
        help="a directory below --export that the NFS server exports by itself: it is made, and stays; for each"
        " of them once",
    )
    add("--once", action="store_true", help="carry across what is there now, then exit")
    add(
        "--deletions",
        choices=[choice.value for choice in Deletions],
        default="propagate",
        help="whether what was deleted at the source goes at the target too (default: %(default)s)",
    )
    add(
        "--interval",
        type=_positive,
        default=30.0,
        metavar="SECONDS",
        help="a change in the Windows directory is carried across within this time; small trees are looked at"
        " more often (default: %(default)g)",
    )
    add(
        "--quiet-period",
        type=_seconds,
        default=2.0,
        metavar="SECONDS",
        help="a file is complete when it has not changed for so long (default: %(default)g)",
    )
    add(
        "--close-events",
        choices=["on", "off"],
        default="on",
        help="whether the NFS server closes a file when its client does (NFSv4); off: quiet period",
    )
    add(
        "--max-deletions",
        type=_limit,
        default=DeletionLimit(1000, False),
        metavar="N|P%",
        help="halt when all of a side is gone unseen and more files, or a larger share, would be deleted"
        " (default: %(default)s)",
    )
    add(
        "--rescan",
        type=_positive,
        default=600.0,
        metavar="SECONDS",
        help="compare everything with the ledger this often (default: %(default)g)",
    )
    add(
        "--status-address",
        type=_address,
        metavar="HOST:PORT",
        help="serve /status, /healthz and /metrics here",
    )
    add(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default="info",
        help="(default: %(default)s)",
    )
    ownership.add_arguments(parser)
    add("--version", action="version", version=__version__)
    return parser


def _text(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _below(text: str) -> str:
    if not text or any(name in ("", ".", "..") for name in text.split("/")):
        raise argparse.ArgumentTypeError(f"no path below the export: {text!r}")
    return text


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError(f"not a number of seconds: {text!r}")
    return value


def _positive(text: str) -> float:
    value = _seconds(text)
    if not value:
        raise argparse.ArgumentTypeError("must be more than 0 seconds")
    return value


def _limit(text: str) -> DeletionLimit:
    try:
        return DeletionLimit.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"neither a number nor a percentage: {text!r}") from None


def _address(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"not HOST:PORT: {text!r}")
    return host.removeprefix("[").removesuffix("]"), int(port)
