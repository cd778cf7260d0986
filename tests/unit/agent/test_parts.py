# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's parts by themselves: names, planner, ledger, options, status."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nas_sync_agent import names
from nas_sync_agent.cli import DeletionLimit, parse
from nas_sync_agent.daemon.metrics import metrics
from nas_sync_agent.daemon.status import Status
from nas_sync_agent.daemon.status_file import write_status
from nas_sync_agent.model import (
    DIRECTORY,
    FILE,
    Deletions,
    Deliver,
    Entry,
    Intent,
    Mode,
    Record,
    Remove,
    Side,
    Stamp,
)
from nas_sync_agent.outcome import Outcome, Result
from nas_sync_agent.sync.ledger import Ledger
from nas_sync_agent.sync.planner import decide, plan
from nas_sync_agent.sync.readonly_ledger import ReadOnlyLedger
from nas_sync_agent.windows_names import fold

W, N = Side.WINDOWS, Side.NAS
ARGUMENTS = [
    "--server",
    "s",
    "--mode",
    "none",
    "--windows",
    "/w",
    "--export",
    "/e/data",
    "--state",
    "/e/.nas",
]

CHARACTERS = st.characters(exclude_characters="/\0", codec="utf-8")

entries = st.none() | st.builds(
    Entry, st.sampled_from([FILE, DIRECTORY, "o"]), st.integers(0, 2), st.integers(0, 2), st.just(0)
)
stamps = st.none() | st.builds(Stamp, st.integers(0, 2), st.integers(0, 2), st.just(0))
records = st.none() | st.builds(
    Record,
    st.sampled_from([FILE, DIRECTORY]),
    st.just(b"x"),
    stamps,
    stamps,
    st.frozensets(st.sampled_from(Side)),
)


class TestNames:
    @pytest.mark.parametrize("name", ["CON", "nul.txt", "COM¹", "a<b", "a\\b", "\x01", "a.", "a ", "x" * 256])
    def test_windows_cannot_hold(self, name: str) -> None:
        assert names.problem(name, W)

    @pytest.mark.parametrize("name", ["CONSOLE", "com0", "comma", ".hidden", "ünïcode", "a b", "é" * 255])
    def test_windows_can_hold(self, name: str) -> None:
        assert names.problem(name, W) is None

    def test_nas_counts_bytes(self) -> None:
        assert names.problem("é" * 127, N) is None and names.problem("é" * 128, N)

    @given(st.text(CHARACTERS, min_size=1, max_size=300), st.integers(1, 100))
    def test_conflict_name(self, name: str, number: int) -> None:
        """It is another name in the same directory, can be held where the first could, has its extension."""
        path = f"d/{name}"
        made = names.conflict(path, N, number)
        assert made != path and made.startswith("d/")
        assert len(os.fsencode(os.path.basename(made))) <= 255
        if names.problem(name, W) is None and len(os.path.splitext(name)[1]) < 32:
            assert names.problem(os.path.basename(made), W) is None
            assert os.path.splitext(made)[1] == os.path.splitext(path)[1] or not os.path.splitext(path)[1]

    def test_own_names_are_ignored(self) -> None:
        assert names.is_ignored(names.temporary("d/a")) and names.is_ignored(names.MARKER)
        assert names.is_ignored("d/.nfs000000000000abcd00000001")
        assert not names.is_ignored("d/" + names.MARKER) and not names.is_ignored(".nfsrc")


class TestPlanner:
    @given(records, entries, entries, st.sampled_from(Mode), st.sampled_from(Deletions))
    def test_writes_only_where_the_mode_says(
        self,
        known: Record | None,
        windows: Entry | None,
        nas: Entry | None,
        mode: Mode,
        deletions: Deletions,
    ) -> None:
        action = decide("a", known, windows, nas, mode, deletions)
        if isinstance(action, Deliver):
            assert action.to.other in mode.sources
        if isinstance(action, Remove):
            assert action.side.other in mode.sources and deletions is Deletions.PROPAGATE
            assert known is not None and (mode is Mode.TWO_WAY or action.side in known.delivered)
        if mode is Mode.NONE:
            assert action is None

    @given(records, entries, st.sampled_from([Mode.WINDOWS_TO_NAS, Mode.NAS_TO_WINDOWS]), entries)
    def test_an_unchanged_source_moves_nothing(
        self, record: Record | None, here: Entry | None, mode: Mode, there: Entry | None
    ) -> None:
        side = mode.sources[0]
        if record is None or here is None or not record.shows(side, here):
            return
        windows, nas = (here, there) if side is W else (there, here)
        assert decide("a", record, windows, nas, mode) is None

    def test_of_two_new_names_that_differ_in_case_one_is_delivered(self) -> None:
        both = {"A": Entry(FILE), "a": Entry(FILE)}
        actions = plan(both, {}, {}, both, Mode.NAS_TO_WINDOWS)
        assert [type(action).__name__ for action in actions] == ["Deliver", "Refuse"]


class TestLedger:
    def test_only_what_is_committed_stays(self, directory: Path) -> None:
        path = str(directory / "ledger")
        record = Record(FILE, b"digest", Stamp(1, 2, 3), None, frozenset({N}))
        intent = Intent("d/b", W, "d/t", Stamp(4, 5, 6), (("d/b", record),))
        ledger = Ledger(path)
        ledger.put("d/a", record)
        ledger.begin(intent)
        ledger.commit()
        ledger.put("c", record)
        ledger.close()
        ledger = Ledger(path)
        assert ledger.get("d/a") == record and ledger.get("c") is None
        assert ledger.intents() == [intent]
        ledger.end(intent, done=True)
        assert ledger.intents() == [] and sorted(ledger.below("d")) == ["d/a", "d/b"]
        assert ledger.get("\udcff") is None
        ledger.close()

    @pytest.mark.parametrize("opened", [Ledger, ReadOnlyLedger])
    def test_names_are_one_to_windows_as_this_version_has_it(self, directory: Path, opened: type[Ledger]) -> None:
        """Another version had another table: by Python's, a long s and an s are one letter, by NTFS's they are two."""
        path = str(directory / "ledger")
        record = Record(FILE, b"", Stamp(1, 2, 3), None)
        ledger = Ledger(path)
        for name in ("d/\u017f.txt", "d/other", "d/\udcff"):
            ledger.put(name, record)
        ledger.commit()
        ledger.close()
        with contextlib.closing(sqlite3.connect(path)) as old, old:
            old.execute("UPDATE entries SET fold = 'd/s.txt' WHERE name = '\u017f.txt'")
            old.execute("UPDATE meta SET value = '1' WHERE key = 'format'")
        ledger = opened(path)
        assert ledger.namesakes(["d/\u017f.txt"]) == {fold("d/\u017f.txt"): "d/\u017f.txt"}
        assert ledger.namesakes(["d/s.txt", "D/OTHER"]) == {"D/OTHER": "d/other"}
        assert ledger.namesakes(["d/\udcff"]) and ledger.setting("format") != "1"
        ledger.close()

    def test_damaged(self, directory: Path) -> None:
        path = directory / "ledger"
        path.write_bytes(b"no ledger at all" * 1000)
        ledger = Ledger(str(path))
        assert ledger.get("a") is None and (directory / "ledger.damaged").exists()
        ledger.close()


class TestOptions:
    def test_defaults(self) -> None:
        options = parse(ARGUMENTS)
        assert options.interval == 30 and options.quiet_period == 2 and options.close_events
        assert options.status_address is None and str(options.max_deletions) == "1000"

    @pytest.mark.parametrize(
        "wrong",
        ["--mode=both", "--interval=-1", "--max-deletions=101%", "--status-address=h:0", "--state=/e/data/x"],
    )
    def test_wrong(self, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            parse([*ARGUMENTS, wrong])
        assert ended.value.code == 2 and "usage" in capsys.readouterr().err

    def test_limit(self) -> None:
        assert DeletionLimit.parse("50%").allowed(10) == 5 and DeletionLimit.parse("7").allowed(1) == 7


class TestStatus:
    @pytest.fixture
    def status(self) -> Status:
        return Status(parse(ARGUMENTS))

    def test_lists_are_bounded_and_counted(self, status: Status) -> None:
        for number in range(500):
            status.outcome(Outcome(f"f{number}\udcff", Result.REFUSED, N, "why"))
            status.failed(f"e{number}", "why", 1)
        snapshot = json.loads(json.dumps(status.snapshot()))
        assert len(snapshot["refused"]) == len(snapshot["errors"]) == 100
        assert snapshot["refused_count"] == snapshot["error_count"] == 500

    def test_log_is_not_flooded(self, status: Status, caplog: pytest.LogCaptureFixture) -> None:
        for number in range(1000):
            status.outcome(Outcome(f"new\nline{number}", Result.DELIVERED, N, "", 1))
        assert len(caplog.records) <= 20
        assert all("\n" not in record.getMessage() for record in caplog.records)
        assert status.snapshot()["delivered"]["files"] == 1000

    @pytest.mark.parametrize("name", ["\udcff", "a\nb", "\x1b[31m", "\u202egpj", "\u2028", "\ud800", "\0"])
    def test_what_is_reported_breaks_no_reader(
        self, status: Status, name: str, directory: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither JSON, nor a terminal, nor a page: names are escaped where the report is made."""
        for side in Side:
            status.outcome(Outcome(name, Result.REFUSED, side, f"same as {name}"))
            status.outcome(Outcome(f"d/{name}", Result.CONFLICT, side, name))
            status.failed(name, f"reason {name}", 1)
            status.unreadable(side, {name: f"reason {name}"})
        status.unknown(f"the marker {name}")
        status.watching(Side.NAS, f"polling: {name}")
        write_status(str(directory), status.snapshot())
        texts = [json.dumps(status.snapshot(), ensure_ascii=False), metrics(status.snapshot()).replace("\n", "")]
        texts += [(directory / "status.json").read_text("utf-8").replace("\n", ""), status.halted_reason]
        texts += [record.getMessage() for record in caplog.records]
        for text in texts:
            assert text.isprintable() and text.encode("utf-8", "strict")
        assert set(json.loads(texts[2])) == set(status.snapshot())

    def test_a_whole_side_has_a_name(self, status: Status) -> None:
        status.unreadable(W, {"": "Input/output error"})
        assert status.snapshot()["errors"] == [{"path": ".", "reason": "Input/output error"}]

    def test_counters_keep_their_digits(self, status: Status) -> None:
        status.outcome(Outcome("a", Result.DELIVERED, N, size=123_456_789_012))
        text = metrics(status.snapshot())
        assert 'nas_sync_delivered_bytes_total{server="s"} 123456789012\n' in text
        assert 'nas_sync_up{server="s"} 1\n' in text

    def test_bytes_that_are_no_text_are_shown_as_such(self, status: Status) -> None:
        status.outcome(Outcome("Ärger 😀\udcff", Result.REFUSED, N, "why"))
        assert status.snapshot()["refused"][0]["path"] == "Ärger 😀\\xff"
