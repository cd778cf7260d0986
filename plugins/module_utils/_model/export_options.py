# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export options in the words of exports(5), and what they mean for a server of ours.

Private to file_simulator.nas. Pure. An option that the servers cannot honour is refused by name:
an option that is accepted and ignored would let a test pass here and fail in production.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._model.fields import FieldError, integer

_FLAGS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "rw": {"read_only": False},
    "ro": {"read_only": True},
    "root_squash": {"squash": "root"},
    "no_root_squash": {"squash": "none"},
    "all_squash": {"squash": "all", "squash_all": True},
    "no_all_squash": {"squash_all": False},
    "secure": {"privileged_port": True},
    "insecure": {"privileged_port": False},
}
# True of every export here, so that saying them changes nothing.
_ALWAYS_TRUE = ("sync", "no_subtree_check", "sec=sys", "no_acl")
_REFUSED = {
    "async": "the servers always write before they answer; leave it out",
    "fsid": "the fsid follows from export_id; set that instead",
    "subtree_check": "the servers never check subtrees; leave it out",
    "sec": "the servers speak AUTH_SYS only; leave it out or write sec=sys",
}
_ID_MAX = 2**32 - 2


@dataclass(frozen=True)
class ExportOptions:
    """What one export allows. ``squash`` is ``none``, ``root`` or ``all``; ids are those of a squashed user."""

    read_only: bool = False
    squash: str = "root"
    privileged_port: bool = False
    anonymous_uid: int = 65534
    anonymous_gid: int = 65534


def parse_export_options(text: t.Any, field: str = "export_options") -> ExportOptions:
    """Read options such as ``rw,sync,no_root_squash``; raise FieldError that names the offending word.

    Defaults are those of exports(5) (``root_squash``, anonymous id 65534), but for ``insecure``:
    NodePorts and port forwarding change the client's source port, so ``secure`` must be asked for.
    """
    if not isinstance(text, str):
        raise FieldError(field, f"expected words of exports(5) separated by commas, got {text!r}")
    values: dict[str, t.Any] = {}
    said: dict[str, str] = {}
    for word in (part.strip() for part in text.split(",")):
        if not word:
            raise FieldError(field, f"empty word in '{text}'; write for example rw,sync,no_root_squash")
        for name, value in _meaning(word, field).items():
            if name in values and values[name] != value:
                raise FieldError(field, f"'{said[name]}' and '{word}' contradict each other; keep one")
            values[name], said[name] = value, word
    if "read_only" not in values:
        # exports(5) reads silence as ro; the seeds and most testers mean rw. Neither guess is safe.
        raise FieldError(field, f"'{text}' says neither rw nor ro; add one")
    values.pop("squash_all", None)
    return ExportOptions(**values)


def _meaning(word: str, field: str) -> t.Mapping[str, t.Any]:
    if word in _FLAGS:
        return _FLAGS[word]
    if word in _ALWAYS_TRUE:
        return {}
    key, separator, value = word.partition("=")
    if key in ("anonuid", "anongid") and separator:
        option = "anonymous_uid" if key == "anonuid" else "anonymous_gid"
        return {option: integer(value, f"{field}: {key}", 0, _ID_MAX)}
    why = _REFUSED.get(key, f"unknown; known are {', '.join(sorted([*_FLAGS, *_ALWAYS_TRUE]))}, anonuid=N, anongid=N")
    raise FieldError(field, f"option '{word}' cannot be honoured: {why}")
