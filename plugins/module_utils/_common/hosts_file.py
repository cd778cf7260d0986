# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a hosts file, see hosts(5), and the marked block of one instance in it. Private to file_simulator.nas. Pure."""

from __future__ import annotations

import re
import typing as t

# As ansible.builtin.blockinfile writes them for the role hosts_file.
_MARKER = "# {} NAS servers of the file simulator, instance {}"
_ANY_MARKER = re.compile(_MARKER.format("(BEGIN|END)", "(.+)"))


class Entry(t.NamedTuple):
    """An address and the names that lead there."""

    address: str
    names: t.Sequence[str]


class Line(t.NamedTuple):
    """A line that has names; ``instance`` is that whose block it is in, empty outside of all."""

    number: int
    address: str
    names: t.Sequence[str]
    instance: str


def lines_of(text: str) -> t.Iterator[Line]:
    """Yield the lines of a hosts file that have names, these in lower case."""
    instance = ""
    for number, line in enumerate(text.splitlines(), start=1):
        marker = _ANY_MARKER.fullmatch(line.strip())
        if marker:
            instance = marker[2] if marker[1] == "BEGIN" else ""
            continue
        address, *names = line.partition("#")[0].split() or [""]
        if names:
            yield Line(number, address, [name.lower().rstrip(".") for name in names], instance)


def with_block(text: str, instance: str, entries: t.Sequence[Entry]) -> str:
    """Return the text with the block of an instance in place of an earlier one; without any when there are no entries.

    Each name has a line: some readers take no more than a few of them from one.
    """
    begin, end = (_MARKER.format(word, instance) for word in ("BEGIN", "END"))
    before: list[str] = []
    after: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.strip() == begin:
            before, after, inside = before + after, [], True
        elif inside:
            inside = line.strip() != end
        else:
            after.append(line)
    block = [f"{entry.address} {name}" for entry in entries for name in entry.names]
    if not before and begin not in text:
        before, after = after, []
    lines = [*before, *([begin, *block, end] if block else []), *after]
    return "".join(f"{line}\n" for line in lines)


def clashes(text: str, instance: str, entries: t.Sequence[Entry], own: t.Collection[str] = ()) -> list[str]:
    """Tell which names lead elsewhere already: by a line outside of the instance's block, or in that of another one.

    ``own`` are the first names of lines that are the instance's where no block is marked.
    """
    wanted = {name.lower(): entry.address for entry in entries for name in entry.names}
    found = []
    for line in lines_of(text):
        if line.instance == instance or line.names[0] in own:
            continue
        where = f"in line {line.number}" + (f", of instance {line.instance}" if line.instance else "")
        found += [
            f"{name} is to lead to {wanted[name]}, and leads to {line.address} already ({where})"
            for name in line.names
            if wanted.get(name, line.address) != line.address
        ]
    return found
