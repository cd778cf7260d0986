# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot work is told in one clear line with file and object, all of it at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._production import yaml_text

from .production import of_text, problems_of, volume

TEMPLATE = """
kind: Template
metadata: {name: billing}
parameters: [{name: NAS, required: true}, {name: TOKEN, generate: expression, from: "[a-z]{8}"}]
objects:
  - {kind: PersistentVolume, metadata: {name: v}, spec: {nfs: {server: "${NAS}", path: "/vol/${OTHER}"}}}
  - {kind: Secret, metadata: {name: s}, stringData: {token: "${TOKEN}"}}
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\n  c: d\n", "1.yaml: is neither YAML nor JSON: line 2: mapping values are not allowed in this context"),
        ("{{ .Values.x }}: {", "1.yaml: is neither YAML nor JSON: line 2: did not find expected node content; "
         "a template of Helm has to be rendered first, by helm template"),
        (volume(path="vol"), "1.yaml: PersistentVolume v: path 'vol' is not absolute; it begins with / on the NAS"),
        (volume(path="/vol/../.."),
         "1.yaml: PersistentVolume v: path '/vol/../..' leads outside of itself by '..'; write the path that is meant"),
        (volume(server="${NFS}"),
         "1.yaml: PersistentVolume v: server '${NFS}' has a placeholder; fill it in, that of a Template by parameters"),
        (volume(server="a b"), "1.yaml: PersistentVolume v: server 'a b' is neither a host's name nor an address"),
        (volume(server=""), "1.yaml: PersistentVolume v: names no server for NFS"),
        ("kind: PersistentVolume\nmetadata: {name: v}\nspec: {capacity: {storage: 1Gi}}\n",
         "1.yaml: PersistentVolume v: names no storage; a volume on a NAS has nfs with server and path"),
        ("kind: PersistentVolume\nmetadata: {}\nspec: {}\n", "1.yaml: PersistentVolume: number 1 of the file has no name"),
        (TEMPLATE, "1.yaml: Template billing: parameter NAS is required and has no value; give it in parameters"),
        ("kind: ConfigMap\n", "no volume on a NAS is in 1.yaml; a PersistentVolume, a pod's volume, a line of fstab or a "
         "volume of Compose has to name an NFS server"),
        ("kind: PersistentVolume\nmetadata: {name: v}\nspec: {hostPath: {path: /x}}\n",
         "1.yaml: PersistentVolume v: is no volume on a NAS (hostPath); it is left out"),
        (volume(path="/vol/ö"), "1.yaml: PersistentVolume v: the simulator cannot export its path: '/vol/ö' has other "
         "characters than letters, digits and ._+@~%:=,-; it is left out"),
    ],
)  # fmt: skip
def test_one_line(text: str, line: str) -> None:
    found = problems_of(text)
    assert found[0] == line and "\n" not in found[0]


def test_two_volumes_of_one_name() -> None:
    assert problems_of(volume() + volume("w"), volume("w") + volume(path="/other")) == [
        "2.yaml: PersistentVolume v: number 2 has the name of another one (1.yaml, number 1); names differ"
    ]


def test_all_problems_at_once() -> None:
    found = problems_of(volume(path="vol"), "a: [", volume("w", server=""), roles={"*": "inptu"})
    assert [line.partition(":")[0] for line in found] == ["2.yaml", "1.yaml", "3.yaml", "roles"]


def test_a_parameter_that_no_template_has() -> None:
    found = problems_of(TEMPLATE, parameters={"NAS": "nas", "OTHER": "x"})
    assert found == [
        "1.yaml: PersistentVolume v: path '/vol/${OTHER}' has a placeholder; fill it in, that of a Template by parameters",
        "parameters: OTHER: no Template has a parameter of that name",
    ]


def test_a_pattern_that_matches_nothing() -> None:
    assert problems_of(volume(), roles={"nas01*": "input", "nas99*": "input"}) == [
        "roles: nas99*: no NAS and no path matches it"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "kind: Secret\nstringData: {password: *hunter}\n",
        "kind: Secret\nstringData: {password: &hunter 1, x: &hunter 2}\n",
        "kind: Secret\nstringData: {password: !hunter2! x, hunter: 'x}\n",
        "kind: Secret\nstringData:\n  password: hunter\n hunter: x\n",
        "kind: Secret\nstringData:\n  %hunter: @hunter\n",
        '{"kind": "Secret", "stringData": {"password": "hunter}}',
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_what_is_wrong_with_a_secret_says_nothing_of_it(
    text: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_text.yaml, "CSafeLoader", getattr(yaml_text.yaml, loader))
    found = problems_of(text)
    assert found and "hunter" not in str(found)


def test_keys_that_a_secret_has_twice_are_not_told() -> None:
    text = "---\nkind: Secret\nmetadata: {name: s}\ndata: {hunter: x, hunter: y}\n"
    json = '{"data": {"hunter": 1, "hunter": 2}, "kind": "Secret"}'
    assert "hunter" not in str(of_text(volume() + text, json, roles={"*": "input"}))


def test_keys_that_are_there_twice_are_told() -> None:
    text = volume(more="mountOptions: [ro], mountOptions: [rw]")
    assert of_text(text, roles={"*": "input"}).notes == [
        {"file": "1.yaml", "object": "PersistentVolume v",
         "what": "has a key twice in one mapping (mountOptions); the last one counts"}
    ]  # fmt: skip


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=False)
)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (BOMB, "it has more values than are read, or aliases that multiply"),
        ("a: &a\n  <<: [*a, *a]\n", "it is nested too deeply"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"a":' * 100_000, "it is nested too deeply"),
        ("- " * 200 + "x", "it is nested too deeply"),
        ("? [a]\n: b\n", "line 1: a mapping has a key that is no text"),
    ],
    ids=["aliases", "itself", "flow", "JSON", "block", "key"],
)
def test_bounds(text: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "_MOST_VALUES", 100_000)
    assert problems_of(text) == [f"1.yaml: is neither YAML nor JSON: {what}"]


def test_merges_that_multiply() -> None:
    names = [f"m{number}" for number in range(40)]
    text = "m: &m {k: 1}\n" + "".join(
        f"{name}: &{name} {{<<: [*{before}, *{before}]}}\n" for before, name in zip(["m", *names], names, strict=False)
    )
    assert "aliases that multiply" in problems_of(text)[0]


@pytest.mark.parametrize("text", ["", "---\n", "x", "- 1", "kind: [a]", "kind: List\nitems: [1, null]", "null"])
def test_what_is_no_object_is_left_out(text: str) -> None:
    assert problems_of(text)[-1].startswith("no volume on a NAS is in 1.yaml")


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_numbers_times_and_words_stay_what_kubernetes_reads(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text.yaml, "CSafeLoader", getattr(yaml_text.yaml, loader))
    text = "{a: 0644, b: 22:22, c: 2024-01-01, d: yes, e: .inf, f: 1e3, g: ~, h: !x y, i: -1.5, 7: 0x10, j: 1_0, k: 08}"
    (value,) = yaml_text.read_values(f"a: {text}")
    assert value.value["a"] == {
        "a": 420, "b": "22:22", "c": "2024-01-01", "d": True, "e": ".inf", "f": "1e3", "g": None, "h": "y", "i": -1.5,
        "7": 16, "j": 10, "k": "08",
    }  # fmt: skip


WORDS = st.sampled_from([
    "kind", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "&a ", "*a", "<<: ", "!x ", "!!int ", "|", ">", "'", '"', "\\",
    "---\n", "...\n", "%YAML 1.1\n", "? ", "#", "\t", "\0", '"\\ud800"', "\ufeff", "é", "0", ".", "-", "1e9", "0x", "=", "~", "@", "`",
    "Secret", "data", "items", "List", "${", "{{",
])  # fmt: skip


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=25))
def test_whatever_a_text_is_it_is_read_or_refused(
    words: list[str], loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_text.yaml, "CSafeLoader", getattr(yaml_text.yaml, loader))
    for line in problems_of("".join(words)):
        assert "\n" not in line


def test_half_a_character_in_json() -> None:
    name = '{"kind": "PersistentVolume", "metadata": {"name": "\\ud800"}, "spec": {"nfs": {"server": "nas01", "path": "/%s"}}}'
    assert of_text(name % "x", roles={"*": "input"}).notes == []
    assert "PersistentVolume \\ud800: the simulator cannot export its path" in problems_of(name % "\\ud800")[0]
