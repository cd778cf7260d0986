# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers for the fields of a user's mapping: each returns a checked value or raises FieldError.

Private to file_simulator.nas. Pure.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model.yaml_traps import misread_octal, misread_text

# RFC 1123 label, the form that Kubernetes asks of Service names.
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_MEMORY = re.compile(r"(?P<number>[1-9][0-9]*)(?P<unit>Ki|Mi|Gi|Ti|k|M|G|T)?\Z")
_CPU = re.compile(r"([1-9][0-9]*m|[0-9]+(\.[0-9]{1,3})?)\Z")
_UNITS = {
    None: 1,
    "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip
# An amount is written in the first of these in which it is a whole number.
_WRITTEN_UNITS = [(unit, _UNITS[unit]) for unit in ("Ti", "Gi", "Mi", "Ki", "T", "G", "M", "k", None)]

Mapping = t.Mapping[str, t.Any]


class FieldError(ValueError):
    """One field is wrong. ``field`` is its dotted name, the message says what is wrong and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


def mapping(value: t.Any, field: str, known: t.Iterable[str]) -> Mapping:
    """Return ``value`` when it is a mapping that has no other keys than ``known``; None counts as empty."""
    if value is None:
        return {}
    if not isinstance(value, t.Mapping):
        raise FieldError(field, f"expected a mapping, got {shown(value)}")
    allowed = sorted(known)
    for key in value:
        if key not in allowed:
            prefix = f"{field}." if field else ""
            raise FieldError(f"{prefix}{key}", f"unknown key; known are {', '.join(allowed)}")
    return value


def choice(value: t.Any, field: str, choices: t.Sequence[str]) -> str:
    """Return ``value`` when it is one of ``choices``."""
    if value not in choices:
        raise FieldError(field, f"{shown(value)} is unknown; choose one of {', '.join(choices)}")
    return str(value)


def integer(value: t.Any, field: str, lowest: int, highest: int) -> int:
    """Return a whole number between ``lowest`` and ``highest``; strings of digits count (Jinja makes them)."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(field, f"expected a whole number, got {shown(value)}")
    if not lowest <= value <= highest:
        misread = misread_octal(value, field, lowest, highest)
        raise FieldError(field, f"{int(value)} is outside {lowest}..{highest}" + (f"; {misread}" if misread else ""))
    return int(value)


def boolean(value: t.Any, field: str) -> bool:
    """Return a boolean; the words that Ansible takes for booleans count."""
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in ("true", "yes", "on", "1", "t", "y"):
        return True
    if word in ("false", "no", "off", "0", "f", "n"):
        return False
    raise FieldError(field, f"expected true or false, got {shown(value)}")


def dns_label(value: t.Any, field: str) -> str:
    """Return ``value`` when it can be a DNS label (RFC 1123): lower case, digits, hyphens, 63 at most."""
    misread = misread_text(value, field)
    if misread:
        raise FieldError(field, misread)
    if not isinstance(value, str) or not _DNS_LABEL.match(value):
        raise FieldError(
            field,
            f"{shown(value)} is no DNS label; use 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit",
        )
    return str(value)


def memory(value: t.Any, field: str) -> str:
    """Return an amount of memory as Kubernetes writes it, such as 64Mi; the same amount is always written the same."""
    if not _MEMORY.match(str(value)):
        raise FieldError(field, f"{shown(value)} is no amount of memory; write for example 64Mi or 1Gi")
    size = memory_bytes(str(value))
    unit = next(unit for unit, factor in _WRITTEN_UNITS if size % factor == 0)
    return f"{size // _UNITS[unit]}{unit or ''}"


def memory_bytes(amount: str) -> int:
    """Return the bytes in an amount that ``memory`` let through."""
    match = _MEMORY.match(amount)
    if match is None:
        raise ValueError(amount)
    return int(match.group("number")) * _UNITS[match.group("unit")]


def cpu(value: t.Any, field: str) -> str:
    """Return an amount of CPU, 50m or 0.05, in thousandths of a core as Kubernetes writes them: always 50m."""
    if not _CPU.match(str(value)) or cpu_millicores(str(value)) == 0:
        raise FieldError(field, f"{shown(value)} is no amount of CPU; write for example 50m or 0.5")
    return f"{cpu_millicores(str(value))}m"


def cpu_millicores(amount: str) -> int:
    """Return the thousandths of a core in an amount that ``cpu`` let through."""
    return int(amount[:-1]) if amount.endswith("m") else round(float(amount) * 1000)


def address(value: t.Any, field: str) -> str:
    """Return an IP address in its usual notation."""
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        raise FieldError(field, f"{shown(value)} is no IP address") from None


def network(value: t.Any, field: str) -> str:
    """Return an IP network in CIDR notation; a bare address counts as a network of one."""
    try:
        return str(ipaddress.ip_network(str(value)))
    except ValueError as error:
        raise FieldError(field, f"{shown(value)} is no network in CIDR notation ({error})") from None


def shown(value: t.Any) -> str:
    """Return a value in quotes for a message, cut when it is long."""
    text = f"'{value}'" if isinstance(value, str) and value.isprintable() else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
