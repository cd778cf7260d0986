# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a volume may go: decided from what an agent has just found. Private to file_simulator.nas. Pure.

A volume of a server that carries to Windows may hold the only copy of a client's file. It may go when a
fresh look through both sides has found nothing that Windows does not have. What is not known is no.
"""

from __future__ import annotations

import datetime
import json
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import counted
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies

_MOST_NAMED = 5


@dataclass(frozen=True)
class Directory:
    """A Windows directory: where it is, and by what it can be told from another one.

    ``generation`` is empty, ``device`` and ``inode`` None, where they cannot be compared with the agent's.
    ``restored`` goes with the generation.
    """

    path: str
    generation: str
    device: int | None = None
    inode: int | None = None
    restored: str = ""


@dataclass(frozen=True)
class Look:
    """What came of asking: the agent's JSON text, or why there is none. ``nonce`` is what was asked with."""

    nonce: str
    text: str = ""
    problem: str = ""


def question(nonce: str, timeout: int) -> list[str]:
    """Return the words that ask an agent what waits; it takes ``timeout`` seconds at most, and answers with ``nonce``."""
    return ["ask", "--nonce", nonce, "--timeout", str(timeout)]


def refusal(look: Look, directory: Directory, *, flushing: bool) -> str:
    """Return why the volume must stay, in words that name the files; empty when it may go.

    With ``flushing`` the agent runs and is yet to be stopped: what merely waits, it carries then.
    """
    answer = _read(look)
    if isinstance(answer, str):
        return f"nobody can tell what has not reached {directory.path}: {answer}"
    seen = answer["windows"]
    same_place = directory.inode is None or (seen.get("device"), seen.get("inode")) == (
        directory.device,
        directory.inode,
    )
    life, lived = (directory.generation, directory.restored), (seen.get("generation"), seen.get("restored", ""))
    same_life = not directory.generation or lived[0] == "" or life == lived
    # A directory that was never seen by an agent is in no ledger; then nothing can have been carried either.
    if seen and not (same_place and same_life):
        return (
            f"its agent writes to another directory than {directory.path}, which was renamed or replaced; "
            "rename it back"
        )
    if answer["error_count"]:
        return f"{_named(answer, 'errors', 'error_count')} cannot be looked at"
    if answer["refused_count"]:
        return f"{_named(answer, 'refused', 'refused_count')} cannot be copied to Windows"
    if answer["waiting_count"] and (not flushing or answer.get("halted_reason")):
        why = answer.get("halted_reason")
        return f"{_named(answer, 'waiting', 'waiting_count')} have not reached {directory.path}" + (
            f" ({why})" if why else ""
        )
    return ""


def what_to_do(server: str) -> str:
    """Return what helps where a server's volume or storage must stay, the end of a refusal."""
    return (
        f"mend that and try again, copy what is left with {remedies.rescue(server)}, "
        f"or give it up with {remedies.DELETE_STORAGE}"
    )


def kept_volume(server: str, volume: str, only_there: str = "") -> str:
    """Return the warning that a volume stays without a pod, and how it goes.

    ``only_there`` says what the volume has and Windows has not, as ``refusal`` does; empty when nothing is known.
    """
    first = f": {only_there}, and {remedies.rescue(server)} copies that" if only_there else ""
    return (
        f"server {server}: its volume {volume} is kept, with all that clients wrote{first}; the server has it again when it "
        f"comes back; it is deleted with {remedies.DELETE_STORAGE}"
    )


def as_of(only_there: str, moment: float) -> str:
    """Return what a volume alone has, in words that can be read later: with the time (seconds since the epoch) of the look."""
    seen = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    return f"{only_there} (as of {seen:%Y-%m-%d %H:%M} UTC)"


def is_starting(look: Look) -> bool:
    """Tell whether an agent answered that knows nothing yet, and says of no reason why it never will."""
    try:
        answer = json.loads(look.text)
        return bool(answer["state"] == "unknown" and not answer["halted_reason"])
    except (ValueError, KeyError, TypeError):
        return False


def _read(look: Look) -> dict[str, t.Any] | str:
    """Return an answer that can be relied on, or what is wrong with it."""
    if look.problem:
        return look.problem
    try:
        answer = json.loads(look.text)
        counts = [int(answer[name]) for name in ("waiting_count", "refused_count", "error_count")]
        fresh, known, reason = answer["nonce"] == look.nonce, answer["state"] == "known", str(answer["reason"])
        whole = min(counts) >= 0 and isinstance(answer["windows"], dict)
    except (ValueError, KeyError, TypeError):
        return "the agent's answer cannot be read"
    if not fresh:
        return "the agent's answer is an old one"
    if not known:
        files = f"; {_named(answer, 'waiting', 'waiting_count')} may be lost" if counts[0] > 0 else ""
        return (reason or "the agent does not know") + files
    return dict(answer) if whole else "the agent's answer cannot be read"


def _named(answer: t.Mapping[str, t.Any], which: str, count: str) -> str:
    """Write the files of a list, as many as fit a line, with a number for the others and the first one's reason."""
    entries = [entry for entry in answer.get(which) or [] if isinstance(entry, dict)]
    names = [repr(str(entry.get("path", "")) or ".") for entry in entries[:_MOST_NAMED]]
    more = int(answer[count]) - len(names)
    reason = str(entries[0].get("reason", "")) if entries else ""
    words = ", ".join(names) + (f" and {more} more" if more > 0 and names else "") or counted(
        int(answer[count]), "file"
    )
    return words + (f" ({reason})" if reason else "")
