# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of check runs: what each says, and that no run, however odd its texts, breaks one."""

from __future__ import annotations

import html.parser
import json
import re
import typing as t
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Measure, Result, Run, read_run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import (
    counted,
    duration,
    figure,
    shortened,
    size,
    visible,
)
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports import digest
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.console import console_table
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.junit import junit
from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.page import html as page_of

from .....module_runner import CHECKOUT
from .....report.runs import NASTY, made_up, nasty
from ...strategies import QUICK

TEMPLATES = CHECKOUT / "plugins" / "plugin_utils" / "_reports" / "templates"
# Whatever JSON can carry: control characters, lone surrogates, markup.
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from([NASTY, "]]>", "<b>&", "a\x00b", "\ud800", "nas-input-1", ""]))
TIMES = st.floats(0, 1e6, allow_nan=False)
MEASURES = st.builds(
    Measure, TEXTS, TIMES, st.sampled_from(["s", "ms", "B", "%", "\x1b"]), st.none() | TIMES, st.none() | TIMES
)
RESULTS = st.builds(
    Result,
    check=TEXTS,
    server=st.none() | TEXTS,
    outcome=st.sampled_from(["passed", "failed", "skipped"]),
    seconds=TIMES,
    detail=TEXTS,
    requirements=st.lists(TEXTS, max_size=3).map(tuple),
    tags=st.lists(TEXTS, max_size=2).map(tuple),
    expected=TEXTS,
    seen=TEXTS,
    evidence=st.lists(TEXTS, max_size=3).map(tuple),
    measures=st.lists(MEASURES, max_size=2).map(tuple),
)
SERVERS = st.fixed_dictionaries(
    {"name": TEXTS}, optional={"state": TEXTS, "role": TEXTS, "sync": st.just({"state": NASTY})}
)
RUNS = st.builds(
    Run,
    started=TEXTS,
    seconds=TIMES,
    engine=TEXTS,
    instance=TEXTS,
    data_root=TEXTS,
    versions=st.dictionaries(TEXTS, TEXTS, max_size=3),
    servers=st.lists(SERVERS, max_size=3),
    results=st.lists(RESULTS, max_size=8),
)


class Page(html.parser.HTMLParser):
    """Checks that every element that is opened is closed, in order, and gathers text and tags."""

    EMPTY = ("meta", "link", "input")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: t.Any) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _value in attrs)
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href", "action")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


class TestAnyRun:
    @QUICK
    @given(RUNS)
    def test_page_is_well_formed_and_asks_for_nothing(self, run: Run) -> None:
        text = page_of(run)
        text.encode("utf-8")
        page = Page(text)
        assert not {"script", "img", "iframe", "object", "base", "form"} & set(page.tags)
        assert all(re.match(r"#|data:image/svg\+xml,", link) for link in page.links)

    @QUICK
    @given(RUNS)
    def test_junit_is_read_back_as_what_was_found(self, run: Run) -> None:
        suites = JUnitXml.fromstring(junit(run))
        assert suites.tests == len(run.results)
        cases = [case for suite in suites for case in suite]
        desired = [(result.outcome, result.check) for check in digest.checks(run) for result in check.results]
        kinds = {Failure: "failed", Skipped: "skipped"}
        assert [kinds[type(case.result[0])] if case.result else "passed" for case in cases] == [
            outcome for outcome, _check in desired
        ]
        assert sum(suite.failures for suite in suites) == suites.failures == len(digest.failures(run))
        assert len({(case.classname, case.name) for case in cases}) == len(cases)

    @QUICK
    @given(RUNS)
    def test_console_is_narrow_and_steers_no_terminal(self, run: Run) -> None:
        for line in console_table(run):
            assert len(line) <= 120 and "\n" not in line
            assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in line)

    @QUICK
    @given(RUNS)
    def test_run_survives_its_json(self, run: Run) -> None:
        assert digest.read_given_run(json.loads(json.dumps(run.as_dict()))).as_dict() == run.as_dict()

    @QUICK
    @given(RUNS)
    def test_every_result_stands_once_in_the_digest(self, run: Run) -> None:
        listed = [result for check in digest.checks(run) for result in check.results]
        assert sorted(map(id, listed)) == sorted(map(id, run.results))
        cells = digest.matrix(run)
        assert sum(len(results) for row in cells.values() for results in row.values()) == sum(
            len(result.requirements) for result in run.results
        )
        assert all(server in digest.columns(run) for row in cells.values() for server in row)


class TestJunit:
    # What Jenkins' junit-10.xsd allows of what we write: attributes (a star marks required ones), then children.
    SCHEMA: t.Mapping[str, tuple[str, str]] = {
        "testsuites": ("name time tests failures errors", "testsuite"),
        "testsuite": ("*name *tests *failures *errors skipped time timestamp", "properties testcase"),
        "properties": ("", "property"),
        "property": ("*name *value", ""),
        "testcase": ("*name time classname", "failure skipped system-out"),
        "failure": ("message type", ""),
        "skipped": ("message type", ""),
        "system-out": ("", ""),
    }

    def check(self, element: ElementTree.Element) -> None:
        attributes, children = (words.split() for words in self.SCHEMA[element.tag])
        assert set(element.attrib) <= {word.lstrip("*") for word in attributes}
        assert {word[1:] for word in attributes if word.startswith("*")} <= set(element.attrib)
        if element.tag == "testsuite":
            assert re.fullmatch(r"[0-9]+\.[0-9]{3}", element.attrib["time"])
        for child in element:
            assert child.tag in children
            self.check(child)

    @QUICK
    @given(RUNS)
    def test_keeps_to_the_schema(self, run: Run) -> None:
        self.check(ElementTree.fromstring(junit(run)))

    def test_a_suite_is_a_check_and_a_case_is_a_server(self) -> None:
        suites = JUnitXml.fromstring(junit(made_up(7, "some")))
        suite = next(suite for suite in suites if suite.name == "windows_to_nas")
        assert [case.name for case in suite] == ["nas-input-1", "nas-input-2", "nas-input-3"]
        assert {case.classname for case in suite} == {"file_simulator.podman.windows_to_nas"}
        assert suite.timestamp == "2026-11-22T09:30:00"
        assert {each.name: each.value for each in suite.properties()}["NFS-Ganesha"] == "4.3"

    def test_a_failure_has_its_evidence(self) -> None:
        suites = JUnitXml.fromstring(junit(made_up(7, "some")))
        (failure,) = next(case for suite in suites for case in suite if case.result).result
        assert isinstance(failure, Skipped)
        failed = next(c for s in suites for c in s if c.result and isinstance(c.result[0], Failure))
        (failure,) = failed.result
        assert "halted" in failure.message and "\n" not in failure.message
        for text in ("expected: sha256", "seen: NFS4ERR_NOENT", "still halted", "to do: make up"):
            assert text in failure.text
        assert "requirements: WIN-02, TST-02" in failed.system_out and "(limit 30 s, target 5 s)" in failed.system_out

    def test_what_was_checked_on_all_together_has_a_name(self) -> None:
        cases = [case for suite in JUnitXml.fromstring(junit(made_up())) for case in suite if suite.name == "isolation"]
        assert [case.name for case in cases] == ["all servers"]


class TestConsole:
    def test_a_check_is_a_line_and_a_failure_is_told_in_full(self) -> None:
        lines = console_table(made_up(7, "some"))
        text = "\n".join(lines)
        assert "  nas_to_windows            3 passed                 98 ms  latency" not in text
        assert re.search(
            r"^  answers +7 passed +29 ms  max 340 ms \(limit 2 s, target 200 ms\) over the target$", text, re.M
        )
        assert re.search(
            r"^✗ windows_to_nas +2 passed, 1 failed +31 s  max 31 s \(limit 30 s, target 5 s\) OVER THE LIMIT$",
            text,
            re.M,
        )
        assert re.search(r"^- cluster_dns +7 skipped .*\n +the engine podman has no cluster to ask$", text, re.M)
        failed = lines.index("FAILED")
        assert lines[failed + 1] == "✗ windows_to_nas on nas-input-2  (WIN-02, TST-02)"
        assert "  seen      NFS4ERR_NOENT" in lines and "nas-input-2" not in "\n".join(lines[:failed])
        assert lines[-3] == "74 check results: 64 passed, 3 failed, 7 skipped, in 17 s"
        assert lines[-2].startswith("✗ windows_to_nas of nas-input-2: C:")
        assert lines[-1].startswith("✗ fsid_survives_restart of nas-backup and 1 more: C:")

    def test_a_failure_is_expected_seen_cause_and_what_to_do_in_80_columns(self) -> None:
        lines = console_table(made_up(7, "some"))
        told = lines[lines.index("FAILED") : -4]
        heads = [line[2:10].strip() for line in told if re.match(r"  (expected|seen|cause|to do) ", line)]
        assert heads == ["expected", "seen", "cause", "to do"] * 2
        assert max(map(len, told)) <= 80
        evidence = "  | sync-agent: 09:30:32 still halted"
        # Both have it, and it is told once.
        assert told.count(evidence) == 1 and not any("…" in line for line in told)

    def test_servers_that_fail_for_one_cause_are_told_once(self) -> None:
        lines = console_table(made_up(7, "some"))
        assert "✗ fsid_survives_restart on nas-backup, and the same on nas-output-1  (NAS-07)" in lines
        assert not any("nas-output-1\\" in line for line in lines)

    def test_what_was_seen_is_not_said_twice(self) -> None:
        refused = "127.0.0.1:1: Connection refused"
        result = Result(
            "a", "b", "failed", 0, f"{refused}; its state is broken", expected="an answer", seen=refused, remedy="x"
        )
        lines = console_table(Run("", 0, "", "", "", {}, [], [result]))
        where = lines.index("  expected  an answer")
        assert lines[where + 1 :][:3] == [f"  seen      {refused}", "  cause     its state is broken", "  to do     x"]

    def test_groups_by_the_first_tag_in_the_order_of_the_run(self) -> None:
        heads = [line for line in console_table(made_up()) if line.isupper()]
        assert heads == ["HEALTH", "SYNC", "EXPORT", "PERSISTENCE", "ISOLATION"]

    def test_slowest_is_marked_once(self) -> None:
        slowest = [line for line in console_table(made_up()) if "slowest" in line]
        assert len(slowest) == 1 and "files_survive_restart" in slowest[0]

    def test_nothing_failed_nothing_told(self) -> None:
        lines = console_table(made_up())
        assert "FAILED" not in lines and lines[-1] == "74 check results: 67 passed, 7 skipped, in 17 s"

    def test_long_evidence_ends_with_its_last_lines(self) -> None:
        result = Result("a", None, "failed", 0, "d", evidence=tuple(f"line {number}" for number in range(50)))
        lines = console_table(Run("", 0, "", "", "", {}, [], [result]))
        assert (
            "  | line 49" in lines and "  | line 29" not in lines and any("30 lines before" in line for line in lines)
        )


class TestPage:
    @pytest.mark.parametrize(
        ("failing", "verdict"),
        [
            ("none", "67 passed, 7 skipped, none failed"),
            ("some", "3 of 74 results failed"),
            ("skipped", "Nothing was checked"),
        ],
    )
    def test_says_in_one_line_what_came_of_it(self, failing: str, verdict: str) -> None:
        assert f"<title>{verdict} · file-simulator</title>" in page_of(made_up(7, failing))

    def test_everything_of_a_failure_is_on_it(self) -> None:
        run = made_up(7, "some")
        text = Page(page_of(run)).text
        for failure in digest.failures(run):
            for part in (failure.check, failure.detail, failure.expected, failure.seen, *failure.evidence):
                assert part in text

    def test_a_failure_says_what_to_do_after_its_cause(self) -> None:
        text = Page(page_of(made_up(7, "some"))).text
        order = [text.index(word) for word in ("Expected", "Seen", "Cause", "To do", "make up (in a playbook")]
        assert order == sorted(order)

    def test_servers_that_fail_for_one_cause_are_one_failure(self) -> None:
        assert Page(page_of(made_up(7, "some"))).text.count("The same on nas-output-1") == 1
        assert "The same on nas-input-2, nas-input-3, nas-backup" in Page(page_of(made_up(7, "all"))).text

    def test_requirements_have_their_text(self) -> None:
        text = Page(page_of(made_up(7, "some"))).text
        asked = "A file put into the Windows directory of an input server is readable over NFS within 30 s"
        assert text.count(asked) == 3  # where it failed, in the table, and at its check

    def test_what_needs_attention_has_a_line_each(self) -> None:
        text = Page(page_of(made_up(7, "some"))).text
        assert "2 paths are refused and stay where they are" in text
        assert "refused: latest: it is a symbolic link, fifo, socket or device" in text
        assert "Needs attention" not in page_of(made_up())

    def test_without_failures_there_is_no_such_section(self) -> None:
        assert "What failed" not in page_of(made_up())

    def test_a_server_that_is_off_is_no_failure(self) -> None:
        run = made_up()
        run.servers[0].update(enabled=False, state="absent")  # type: ignore[attr-defined]
        text = page_of(run)
        assert "lane passed off" in text and "lane failed" not in text

    @pytest.mark.parametrize("state", ["not_answering", "broken", "stopped", "absent"])
    def test_a_server_that_should_run_and_does_not_is_one(self, state: str) -> None:
        run = made_up()
        run.servers[0].update(state=state)  # type: ignore[attr-defined]
        assert page_of(run).count("lane failed") == 2  # once in each form of the picture

    def test_what_clients_mount_stands_in_the_picture(self) -> None:
        run = made_up()
        exports = [{"path": "/vol/in1"}, {"path": "/vol/in2"}]
        run.servers[0].update(exports=exports)  # type: ignore[attr-defined]
        run.servers[1].pop("exports", None)  # type: ignore[attr-defined]
        text = page_of(run)
        assert ">/vol/in1 +1<" in text and ">/data<" in text

    def test_fifty_servers_take_less_than_a_megabyte(self) -> None:
        assert len(page_of(made_up(50))) < 1_000_000

    def test_what_looks_like_a_template_stays_text(self) -> None:
        text = "{{ 6 * 7 }} {% raw %} {# &#123; #}"
        result = Result(text, text, "failed", 1.0, text, (text,), (text,), text, text, (text,))
        page = page_of(Run("", 0, text, text, text, {text: text}, [{"name": text, "state": "ready"}], [result]))
        assert "42" not in Page(page).text and Page(page).text.count(text) > 10

    @pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.j2")), ids=lambda path: path.name)
    def test_no_template_says_that_something_is_safe(self, template: Path) -> None:
        assert not re.search(r"\bsafe\b|autoescape|Markup", template.read_text())

    def test_nasty_text_stays_text(self) -> None:
        page = page_of(nasty())
        assert "script" not in Page(page).tags and NASTY[:29] in Page(page).text
        assert "\x1b" not in page and "\u202e" not in page


class TestDigest:
    def result(self, outcome: str, **more: t.Any) -> Result:
        return Result("c", "s", outcome, 1.0, "", **more)

    @pytest.mark.parametrize(
        ("outcomes", "worst"),
        [
            ("passed skipped", "passed"),
            ("skipped", "skipped"),
            ("passed failed skipped", "failed"),
            ("", "skipped"),
        ],
    )
    def test_worst(self, outcomes: str, worst: str) -> None:
        assert digest.worst(self.result(outcome) for outcome in outcomes.split()) == worst

    def test_times_are_seconds_whatever_their_unit(self) -> None:
        results = [self.result("passed", measures=(Measure("t", 1500, "ms", 2000, 1000),))]
        (series,) = digest.series(results)
        assert (series.unit, series.worst.measure.value, series.limits, series.targets) == ("s", 1.5, [2.0], [1.0])
        assert series.worst.over_target and not series.worst.over_limit

    def test_at_the_limit_is_not_over_it(self) -> None:
        point = digest.Point("s", Measure("t", 2.0, "s", 2.0, 2.0))
        assert not point.over_limit and not point.over_target

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"schema": 2}, "KeyError"),
            ({"results": [{}]}, "TypeError|KeyError"),
            ({"seconds": "soon"}, "ValueError"),
            ({"seconds": float("inf")}, "no finite number"),
            ({"servers": [{}]}, "KeyError"),
            ({"results": None}, "TypeError"),
        ],
    )
    def test_what_is_no_run_is_refused_in_one_line(self, change: dict[str, t.Any], told: str) -> None:
        with pytest.raises(SimulatorError, match=rf"\Arun: [^\n]*({told})[^\n]*\Z"):
            digest.read_given_run({**made_up().as_dict(), **change})

    def test_an_outcome_that_is_none_is_refused(self) -> None:
        run = Run("", 0, "", "", "", {}, [], [self.result("maybe")]).as_dict()
        with pytest.raises(SimulatorError, match="check c: outcome 'maybe' is unknown"):
            digest.read_given_run(run)
        assert read_run(run).results[0].outcome == "maybe"


class TestText:
    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0, "0 s"), (0.0004, "0.4 ms"), (0.0123, "12 ms"), (0.0996, "100 ms"), (0.34, "340 ms"), (0.9996, "1 s"),
            (1.25, "1.2 s"), (9.96, "10 s"), (30, "30 s"), (60, "60 s"), (119.6, "2 min"), (125, "2 min 5 s"), (float("nan"), "unknown"),
        ],
    )  # fmt: skip
    def test_duration(self, seconds: float, text: str) -> None:
        assert duration(seconds) == text

    @QUICK
    @given(st.floats(0, 1e6))
    def test_duration_is_short(self, seconds: float) -> None:
        assert len(duration(seconds)) <= 14 and "e" not in duration(max(seconds, 1e-4))

    @pytest.mark.parametrize(
        ("count", "text"),
        [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (10 << 30, "10 GiB"), (5000 << 30, "5000 GiB")],
    )
    def test_size(self, count: int, text: str) -> None:
        assert size(count) == text

    def test_figure_and_count(self) -> None:
        assert [figure(2.0, "s"), figure(1 << 20, "B"), figure(12.5, "%"), figure(3, "")] == [
            "2 s",
            "1 MiB",
            "12.5 %",
            "3",
        ]
        assert [counted(1, "server"), counted(2, "server"), counted(0, "is", "are")] == [
            "1 server",
            "2 servers",
            "0 are",
        ]

    @QUICK
    @given(st.text())
    def test_visible_has_no_hidden_character_and_keeps_plain_ones(self, text: str) -> None:
        shown = visible(text)
        assert not any(unicodedata.category(character) in ("Cc", "Cs", "Cf", "Cn", "Co") for character in shown)
        assert visible(shown) == shown
        plain = "".join(character for character in text if character.isascii() and character.isprintable())
        assert all(character in shown for character in plain)

    def test_visible_tells_what_it_hides(self) -> None:
        assert visible("a\x1b[31m\r\n\t\x7f\u202e\ud800") == "a␛[31m␍␊ ␡\\u202e\\ud800"
        assert visible("a\n\tb", lines=True) == "a\n    b"

    def test_shortened(self) -> None:
        assert [shortened("abcd", 4), shortened("abcde", 4)] == ["abcd", "abc…"]
