# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: anonymous
short_description: Hide the names of files, and what else is private, in what servers tell
version_added: 1.1.0
description:
  - Replaces the names of files that the status and the logs of NAS servers have by words that tell nothing. The same name
    gets the same word within one call, and another word in the next, so that names cannot be guessed.
  - Names stand in the keys C(path) and C(kept_as) of a status, and in quotes in messages. Whose home directory a path is
    in is replaced too, on Linux and on Windows.
author:
  - file_simulator.nas contributors (@file-simulator)
positional: _input
options:
  _input:
    description: A dictionary, a list or a text.
    type: raw
    required: true
  keep:
    description: Words in quotes that stay as they are, such as the names of servers.
    type: list
    elements: str
    default: []
  replace:
    description: Texts to be replaced wherever they stand, with what stands there instead. Of two that match, the longer one.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Show the reports on all servers without what is private
  ansible.builtin.debug:
    msg: "{{ nas.servers | file_simulator.nas.anonymous(replace={ansible_facts.user_dir: '~'}) }}"
"""

RETURN = r"""
_value:
  description: The same without what is private.
  type: raw
"""

import hashlib
import re
import secrets
import typing as t

_NAMES = ("path", "kept_as")
# As Python writes a text: what the sync agent's messages have names in.
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)\"""")
_HOME = re.compile(r"([\\/](?:home|[Uu]sers)[\\/])[^\\/\s'\"]+")


class _Hidden:
    """Replaces names, the same ones by the same words."""

    def __init__(self, keep: t.Collection[str], replace: t.Mapping[str, str]) -> None:
        self._keep = keep
        self._replace = {old: new for old, new in replace.items() if old}
        longest_first = sorted(self._replace, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._salt = secrets.token_bytes(16)

    def value(self, given: t.Any) -> t.Any:
        if isinstance(given, t.Mapping):
            return {self._text(key): self._entry(key, value) for key, value in given.items()}
        if isinstance(given, (list, tuple)):
            return [self.value(each) for each in given]
        return self._text(given)

    def _entry(self, key: t.Any, value: t.Any) -> t.Any:
        return self._name(value) if key in _NAMES and isinstance(value, str) else self.value(value)

    def _text(self, given: t.Any) -> t.Any:
        if not isinstance(given, str):
            return given
        found = _QUOTED.sub(lambda match: match[0][0] + self._name(match[1] or match[2]) + match[0][0], given)
        if self._known:
            found = self._known.sub(lambda match: self._replace[match[0]], found)
        return _HOME.sub(r"\1USER", found)

    def _name(self, name: str) -> str:
        if name in self._keep:
            return name
        return "name-" + hashlib.blake2b(name.encode("utf-8", "replace"), key=self._salt, digest_size=3).hexdigest()


def anonymous(given: t.Any, keep: t.Collection[str] = (), replace: t.Mapping[str, str] | None = None) -> t.Any:
    """Return ``given`` without what is private."""
    return _Hidden(keep, replace or {}).value(given)


class FilterModule:
    """What Ansible asks for the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"anonymous": anonymous}
