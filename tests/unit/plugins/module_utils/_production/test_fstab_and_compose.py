# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of fstab and files of Docker Compose, in the forms that people write."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.file_simulator.nas.plugins.module_utils._production.compose import read_compose
from ansible_collections.file_simulator.nas.plugins.module_utils._production.findings import Findings
from ansible_collections.file_simulator.nas.plugins.module_utils._production.fstab import read_fstab
from ansible_collections.file_simulator.nas.plugins.module_utils._production.sources import Uses


def compose(mount: t.Any, **variables: str) -> tuple[list[t.Any], list[bool], list[str]]:
    """What is read of a file with one volume and one service: its sources and options, uses, and problems."""
    options = {"type": "nfs", "o": "addr=nas01,rw", "device": ":/vol/x"}
    text = yaml.safe_dump({"volumes": {"v": {"driver_opts": options}}, "services": {"s": {"volumes": [mount]}}})
    return of_text(text, variables)


def of_text(text: str, variables: dict[str, str] | None = None) -> tuple[list[t.Any], list[bool], list[str]]:
    findings, uses = Findings(), Uses()
    found = read_compose("c.yml", text, variables or {}, uses, findings)
    return (
        [(str(each.source), list(each.options), each.read_only) for each in found],
        [use for each in found for use in uses.by_source.get(each.source, [])],
        findings.problems,
    )


@pytest.mark.parametrize(
    ("mount", "only_reads"),
    [
        ("v:/data", [False]),
        ("v:/data:ro", [True]),
        ("v:/data:rw,z", [False]),
        ("v:/data:z,ro", [True]),
        ({"type": "volume", "source": "v", "target": "/data"}, [False]),
        ({"type": "volume", "source": "v", "target": "/data", "read_only": True}, [True]),
        ("./v:/data", []),
        ("/data", []),
        (7, []),
    ],
)
def test_how_services_mount(mount: t.Any, only_reads: list[bool]) -> None:
    assert compose(mount) == ([("nas01:/vol/x", ["rw"], False)], only_reads, [])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"o": "addr=10.0.0.5,ro,nfsvers=3", "device": ":/x"}, ("10.0.0.5:/x", ["ro", "nfsvers=3"], True)),
        # Docker mounts from the address, whatever stands before the colon.
        ({"o": "addr=10.0.0.5", "device": "nas01:/x"}, ("10.0.0.5:/x", [], False)),
        ({"device": "nas01:/x"}, ("nas01:/x", [], False)),
        ({"type": "nfs4", "o": "addr=nas01", "device": ":/x/"}, ("nas01:/x", ["vers=4"], False)),
        ({"o": "addr=${A:-nas02}", "device": ":${B}/y"}, ("nas02:/x/y", [], False)),
        ({"o": "addr=${C-nas02}", "device": ":$B/y"}, ("nas03:/x/y", [], False)),
        ({"o": "addr=fd00::5", "device": ":/x"}, ("[fd00::5]:/x", [], False)),
    ],
)
def test_volumes(options: dict[str, str], expected: tuple[str, list[str], bool]) -> None:
    text = yaml.safe_dump({"volumes": {"v": {"driver_opts": {"type": "nfs", **options}}}})
    assert of_text(text, {"B": "/x", "C": "nas03"})[::2] == ([expected], [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("volumes: [", "c.yml: is no YAML: line 2: did not find expected node content"),
        ("volumes: {v: {driver_opts: {type: nfs, o: 'addr=$NAS', device: ':/x'}}}",
         "c.yml: compose volume v: server '$NAS' has a placeholder; fill it in, that of a Template by parameters"),
        ("volumes: {v: {driver_opts: {type: nfs, o: 'addr=nas01', device: '/x'}}}",
         "c.yml: compose volume v: names no path for NFS"),
    ],
)  # fmt: skip
def test_what_cannot_work(text: str, line: str) -> None:
    assert of_text(text)[2] == [line]


@pytest.mark.parametrize(
    "text", ["", "[]", "volumes: []", "volumes: {v: }", "services: {s: }\nvolumes: {v: {driver_opts: }}"]
)
def test_what_has_no_volumes(text: str) -> None:
    assert of_text(text) == ([], [], [])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("nas01:/vol/x /mnt nfs ro,hard 0 0", ("nas01:/vol/x", ["ro", "hard"], True)),
        ("nas01:/vol/x\t/mnt\tnfs4", ("nas01:/vol/x", ["vers=4"], False)),
        ("nas01:/vol/x /mnt nfs4 minorversion=1", ("nas01:/vol/x", ["minorversion=1", "vers=4"], False)),
        (r"nas01:/vol/a\040b /mnt nfs defaults", ("nas01:/vol/a b", ["defaults"], False)),
        ("[fd00::1]:/vol/x /mnt nfs defaults", ("[fd00::1]:/vol/x", ["defaults"], False)),
        ("#nas01:/vol/x /mnt nfs defaults", None),
        ("# nas01:/vol/x /mnt nfs defaults", None),
        ("nas01:/vol/x /mnt", None),
        ("/dev/sda1 / ext4 defaults 0 1", None),
    ],
)
def test_lines_of_fstab(line: str, expected: tuple[str, list[str], bool] | None) -> None:
    findings = Findings()
    found = read_fstab("fstab", f"\n{line}\n", findings)
    assert [(str(each.source), list(each.options), each.read_only) for each in found] == [expected] * (
        expected is not None
    )
    assert [each.place.number for each in found] == [2] * len(found) and findings.problems == []
