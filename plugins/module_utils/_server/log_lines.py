# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the containers of a server have logged, as lines for people. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import visible

# As NFS-Ganesha writes with its default LOG block: date, epoch, host, program and thread, function, component, level.
_GANESHA = re.compile(
    r"(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4}) (?P<clock>\d\d:\d\d:\d\d) : epoch \w+ : \S+ : \S+\[[^]]*\] "
    r"\S+ :(?P<part>[^:]*) :(?P<level>[A-Z_]+) :(?P<text>.*)"
)
# As the sync agent writes.
_AGENT = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)T(?P<clock>\d\d:\d\d:\d\d)\S* (?P<level>[A-Z]+) (?P<text>.*)")
# What NFS-Ganesha warns of at every start, for nobody here has Kerberos.
_USUAL = re.compile(r"krb5|default realm")
# Levels of what is as it should be.
_QUIET = ("EVENT", "INFO", "NULL")
# Says nothing: what a server draws around its own name.
_RULES = re.compile(r"-{10,}")


def merged(logs: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    """Return the lines of a server's containers in the order of their times, which are UTC, each with its container.

    What has no time of its own, such as the lines of a traceback, stays behind the line before it.
    """
    width = max(map(len, logs), default=0)
    found = []
    for container, lines in logs.items():
        time = ""
        for line in lines:
            when, text = _parsed(line)
            time = when or time
            if not _RULES.fullmatch(text):
                found.append((time, f"{when or '':19}  {container:{width}}  {visible(text)}".rstrip()))
    return [line for _time, line in sorted(found, key=lambda each: each[0])]


def telling(lines: t.Sequence[str], most: int = 5) -> list[str]:
    """Return the lines of a container's log that tell a reader most: what it warned of, and the last two.

    Each has the time of day, where it had one, and nothing of what a program writes before every line.
    """
    found = []
    for line in lines:
        match = _GANESHA.fullmatch(line) or _AGENT.fullmatch(line)
        when, text = _parsed(line)
        if text.strip() and not _RULES.fullmatch(text):
            warns = (match is None or match["level"] not in _QUIET) and not _USUAL.search(text)
            found.append((warns, f"{when[11:]} {text}".strip()))
    loud = [number for number, (warns, _line) in enumerate(found[:-2]) if warns][-(most - 2) :]
    return [found[number][1] for number in [*loud, *range(max(0, len(found) - 2), len(found))]]


def _parsed(line: str) -> tuple[str, str]:
    """Return when a line was logged, empty where it does not tell, and what it says."""
    ganesha = _GANESHA.fullmatch(line)
    if ganesha:
        part, level, text = (ganesha[name].strip() for name in ("part", "level", "text"))
        return f"{ganesha['year']}-{ganesha['month']}-{ganesha['day']} {ganesha['clock']}", _told(level, part, text)
    agent = _AGENT.fullmatch(line)
    if agent:
        return f"{agent['date']} {agent['clock']}", _told(agent["level"], "", agent["text"])
    return "", line


def _told(level: str, part: str, text: str) -> str:
    """Return a message after its level, where that says more than that something happened."""
    if _RULES.fullmatch(text):
        return text
    words = [word for word in (level if level not in _QUIET else "", part) if word]
    return f"{' '.join(words)}: {text}" if words else text
