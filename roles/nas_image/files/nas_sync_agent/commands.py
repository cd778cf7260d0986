# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's other commands, each a word before its options.

``ask`` asks the running agent what it finds now, ``contents`` what is on both sides; ``sync`` waits until all that is
there now is on the other side, ``empty`` makes both sides empty. ``compare`` looks by itself, where no agent runs;
``rescue`` copies what only the export has to another directory; ``accept`` says that what the running agent withholds is
meant. The answer is one JSON object on stdout.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from posixpath import join
from typing import Any

from .cli import parse
from .sync import rescue
from .sync.acceptance import accept
from .sync.comparison import compare
from .sync.readonly_ledger import ReadOnlyLedger
from .sync.rescue_targets import DirectoryTarget, StreamTarget, Target
from .text import visible

EXIT_NO_ANSWER = 4
_ADDRESS = "127.0.0.1:9100"
_GRACE = 5.0
_LONG = 1800.0


def _split(arguments: Sequence[str], *options: str, flags: Sequence[str] = ()) -> tuple[argparse.Namespace, list[str]]:
    """Read a command's own options, and leave those of the agent."""
    parser = argparse.ArgumentParser(prog="nas_sync_agent", allow_abbrev=False)
    for option in options:
        parser.add_argument(option, default="")
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    return parser.parse_known_args(arguments)


def _call(address: str, path: str, seconds: float, *, post: bool = False, **words: str) -> dict[str, Any]:
    """What the running agent answers to a request, within so many seconds."""
    url = f"http://{address or _ADDRESS}/{path}" + (f"?{urllib.parse.urlencode(words)}" if words else "")
    # Never by way of a proxy that the environment names: the agent is in this very pod.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, data=b"" if post else None, timeout=seconds) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        raise ValueError(error.read().decode(errors="replace").strip() or str(error)) from error
    if not isinstance(found, dict):
        raise ValueError("the answer is no JSON object")
    return found


def _ask(arguments: Sequence[str]) -> dict[str, Any]:
    given, _rest = _split(arguments, "--nonce", "--address", "--timeout")
    return _call(given.address, "ask", float(given.timeout or 60), nonce=given.nonce)


def _contents(arguments: Sequence[str]) -> dict[str, Any]:
    given, _rest = _split(arguments, "--nonce", "--address")
    return _call(given.address, "contents", _LONG, nonce=given.nonce)


def _sync(arguments: Sequence[str]) -> dict[str, Any]:
    given, _rest = _split(arguments, "--nonce", "--address", "--timeout", flags=("--complete",))
    seconds = float(given.timeout or 60)
    words = {"nonce": given.nonce, "timeout": str(seconds), **({"complete": "1"} if given.complete else {})}
    return _call(given.address, "sync", seconds + _GRACE, post=True, **words)


def _empty(arguments: Sequence[str]) -> dict[str, Any]:
    given, _rest = _split(arguments, "--nonce", "--address", flags=("--force",))
    words = {"nonce": given.nonce, **({"force": "1"} if given.force else {})}
    return _call(given.address, "empty", _LONG, post=True, **words)


def _status(arguments: Sequence[str]) -> dict[str, Any]:
    given, _rest = _split(arguments, "--address")
    return _call(given.address, "status", 10)


def _compare(arguments: Sequence[str]) -> dict[str, Any]:
    given, rest = _split(arguments, "--nonce")
    options = parse(rest)
    ledger = ReadOnlyLedger(join(options.state, "ledger.sqlite"))
    found = compare(options, ledger).answer()
    return {"nonce": given.nonce, "server": options.server, "mode": options.mode.value, "halted_reason": "", **found}


def _rescue(arguments: Sequence[str]) -> dict[str, Any]:
    given, rest = _split(arguments, "--to")
    options = parse(rest)
    target: Target = StreamTarget(sys.stdout) if given.to == "-" else DirectoryTarget(given.to)
    return rescue.rescue(options, ReadOnlyLedger(join(options.state, "ledger.sqlite")), target)


def _accept(arguments: Sequence[str]) -> dict[str, Any]:
    given, _rest = _split(arguments, "--state")
    if not given.state:
        raise ValueError("--state is missing")
    reasons = accept(given.state)
    return {"accepted": bool(reasons), "withheld": visible("; ".join(reasons))}


COMMANDS: dict[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    "ask": _ask,
    "contents": _contents,
    "sync": _sync,
    "empty": _empty,
    "status": _status,
    "compare": _compare,
    "rescue": _rescue,
    "accept": _accept,
}


def run(command: str, arguments: Sequence[str]) -> int:
    """Carry out one command; the exit status."""
    try:
        found = COMMANDS[command](arguments)
    except (OSError, ValueError, http.client.HTTPException) as error:
        print(f"no answer: {error}", file=sys.stderr)
        return EXIT_NO_ANSWER
    print(json.dumps(found))
    return 0
