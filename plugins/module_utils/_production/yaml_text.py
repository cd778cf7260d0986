# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text in YAML or JSON, read as plain values within bounds. Private to file_simulator.nas. Pure.

What is read comes from other people's repositories. So no tag makes an object, no alias grows without bound, and nothing
of a Secret is read: where a mapping turns out to be one, none of its other values is looked at, and no message of
PyYAML's that quotes its text gets out of here.
"""

from __future__ import annotations

import json
import math
import re
import traceback
import typing as t
from dataclasses import dataclass

try:
    import yaml
except ImportError:
    YAML_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

# As the API server has them, these are never reached: it takes 1.5 MiB for an object.
_DEEPEST = 100
_MOST_VALUES = 2_000_000
_WIDTH = 120
_MERGE = "tag:yaml.org,2002:merge"
_SECRET_KINDS = ("Secret", "SecretList")
# A mapping with one of these is the Secret itself; without, it only names one.
_SECRET_KEYS = {"apiVersion", "metadata", "data", "stringData", "type", "items"}
SECRET: t.Mapping[str, t.Any] = {"kind": _SECRET_KINDS[0]}
_BOOLEANS = ("true", "false", "yes", "no", "on", "off")
_TOO_DEEP = "it is nested too deeply"
_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")

_Pair = t.Tuple[str, t.Any]


class NotReadable(Exception):
    """A text is no YAML, or more than is read. The message says where and what, and quotes nothing of the text."""


@dataclass(frozen=True)
class Value:
    """One document of a text; ``repeated`` has the keys that a mapping in it has more than once."""

    value: t.Any
    repeated: t.Sequence[str] = ()


def read_values(text: str) -> list[Value]:
    """Return the documents of a text. Needs PyYAML for all but JSON. Raises NotReadable."""
    found = _json(text) if text.lstrip()[:1] in ("{", "[") else None
    return _yaml(text) if found is None else found


def dumped(value: t.Any) -> str:
    """Return a value in YAML: keys in their order, lists and mappings of nothing but scalars in one line."""
    return str(yaml.safe_dump(value, sort_keys=False, default_flow_style=None, width=_WIDTH, allow_unicode=True))


class _Pairs(t.List[_Pair]):
    """A mapping as JSON has it, before anybody has looked at it."""


def _json(text: str) -> list[Value] | None:
    """Return what a text in JSON has, one value or several; None when it is no JSON."""
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_refuse)
    found: list[Value] = []
    budget = _Budget()
    try:
        position = _skipped(text, 0)
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            reader = _Reader(budget)
            found.append(Value(reader.from_json(value), reader.repeated))
            position = _skipped(text, position)
    except RecursionError:
        raise NotReadable(_TOO_DEEP) from None
    except ValueError:
        return None
    return found


def _skipped(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _refuse(word: str) -> t.NoReturn:
    raise ValueError(word)


def _yaml(text: str) -> list[Value]:
    found: list[Value] = []
    budget = _Budget()
    try:
        composer = _composer(text)
        while composer.check_node():
            reader = _Reader(budget)
            found.append(Value(reader.from_yaml(composer.get_node()), reader.repeated))
    except yaml.YAMLError as error:
        raise NotReadable(_problem(error, text)) from None
    return found


def _problem(error: t.Any, text: str) -> str:
    """Return where an error is and what it is, without a word of the text: it may be a password."""
    mark = getattr(error, "problem_mark", None)
    what = _QUOTED.sub("…", str(getattr(error, "problem", None) or "it has characters that YAML does not allow"))
    hint = "; a template of Helm has to be rendered first, by helm template" if "{{" in text else ""
    return (f"line {mark.line + 1}: " if mark else "") + what + hint


def _composer(text: str) -> t.Any:
    """Return what makes nodes of a text, no deeper than is read."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Composer(yaml.composer.Composer, yaml.resolver.Resolver):
        def __init__(self) -> None:
            yaml.composer.Composer.__init__(self)
            yaml.resolver.Resolver.__init__(self)
            self._events = yaml.parse(text, Loader=loader)
            self._next: t.Any = None
            self._depth = 0

        def peek_event(self) -> t.Any:
            if self._next is None:
                self._next = next(self._events, None)
            return self._next

        def check_event(self, *kinds: t.Any) -> bool:
            event = self.peek_event()
            return event is not None and (not kinds or isinstance(event, kinds))

        def get_event(self) -> t.Any:
            event, self._next = self.peek_event(), None
            if isinstance(event, yaml.CollectionStartEvent):
                self._depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                self._depth -= 1
            if self._depth > _DEEPEST:
                raise NotReadable(_TOO_DEEP)
            return event

    return Composer()


class _Budget:
    """How many values are still read of a text. What an alias stands for counts as often as it is used."""

    def __init__(self) -> None:
        self._left = _MOST_VALUES

    def spend(self, depth: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise NotReadable("it has more values than are read, or aliases that multiply")
        if depth > _DEEPEST:
            raise NotReadable(_TOO_DEEP)


class _Reader:
    """Makes plain values of one document."""

    def __init__(self, budget: _Budget) -> None:
        self.repeated: list[str] = []
        self._budget = budget

    def from_json(self, value: t.Any, depth: int = 0) -> t.Any:
        """Return what a value of JSON stands for, its mappings being pairs."""
        self._budget.spend(depth)
        if isinstance(value, _Pairs):
            return SECRET if _is_secret(value) else self._mapping(value, self.from_json, depth)
        return [self.from_json(inner, depth + 1) for inner in value] if isinstance(value, list) else value

    def from_yaml(self, node: t.Any, depth: int = 0) -> t.Any:
        """Return what a node stands for."""
        self._budget.spend(depth)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node.tag, node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.from_yaml(inner, depth + 1) for inner in node.value]
        if any(not isinstance(key, yaml.ScalarNode) for key, _inner in node.value):
            raise NotReadable(f"line {node.start_mark.line + 1}: a mapping has a key that is no text")
        if _is_secret([(key.value, inner.value) for key, inner in node.value]):
            return SECRET
        own = [(key.value, inner) for key, inner in node.value if key.tag != _MERGE]
        merged: dict[str, t.Any] = {}
        for inner in (inner for key, inner in node.value if key.tag == _MERGE):
            # The first of several counts, as what the mapping says itself counts before all of them.
            for each in reversed(inner.value if isinstance(inner, yaml.SequenceNode) else [inner]):
                found = self.from_yaml(each, depth + 1)
                merged.update(found if isinstance(found, dict) else {})
        return {**merged, **self._mapping(own, self.from_yaml, depth)}

    def _mapping(self, pairs: t.Iterable[_Pair], read: t.Callable[[t.Any, int], t.Any], depth: int) -> dict[str, t.Any]:
        found: dict[str, t.Any] = {}
        for key, value in pairs:
            if key in found:
                self.repeated.append(key)
            found[key] = read(value, depth + 1)
        return found


def _is_secret(pairs: t.Sequence[_Pair]) -> bool:
    kinds = [value for key, value in pairs if key == "kind"]
    return any(kind in _SECRET_KINDS for kind in kinds) and any(key in _SECRET_KEYS for key, _value in pairs)


def _scalar(tag: str, text: str) -> t.Any:
    """Return a scalar as Kubernetes reads it: times stay as they are written, and so does what has a tag of its own."""
    kind = tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return yaml.constructor.SafeConstructor.bool_values[text.lower()] if text.lower() in _BOOLEANS else text
    # 22:22 is a pair of ports and no number to the base of 60.
    if kind in ("int", "float") and ":" not in text:
        return _number(kind, text)
    return text


def _number(kind: str, text: str) -> t.Any:
    digits = text.replace("_", "")
    try:
        if kind == "float":
            number = float(digits)
            return number if math.isfinite(number) else text
        sign, digits = (-1, digits[1:]) if digits[:1] == "-" else (1, digits.lstrip("+"))
        base = 8 if len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567" else 0
        return sign * int(digits, base)
    except ValueError:
        return text
