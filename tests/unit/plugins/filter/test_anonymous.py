# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report that is handed on does not tell."""

from __future__ import annotations

import json

from ansible_collections.file_simulator.nas.plugins.filter.anonymous import FilterModule, anonymous

_STATUS = {
    "name": "nas-input-1",
    "local_directory": "/home/jane/file-simulator/c/simulator-data/nas-input-1",
    "windows_directory": r"C:\Users\jane\simulator-data\nas-input-1",
    "problem": "/mnt/c/Users/jane/simulator-data is not mounted",
    "sync": {
        "conflicts": [{"path": "salary/jane.xls", "kept_as": "salary/jane.conflict.xls"}],
        "refused": [{"path": "secret:plan", "reason": "':' cannot be in a name"}],
        "last_delivered": {"path": "salary/jane.xls", "side": "nas"},
        "pending": 3,
        "halted_reason": None,
    },
    "log": [
        "delivered 'salary/jane.xls' to nas, 12 bytes",
        """delivered "jane's.xls" to nas, 12 bytes""",
        r"delivered 'a\'secret' to nas",
        "started: server 'nas-input-1', mode two_way",
    ],
}


def test_no_name_of_a_file_a_user_or_a_machine_is_left() -> None:
    shown = anonymous(_STATUS, keep=["nas-input-1"], replace={"/home/jane": "~", "desk-7": "HOST"})
    text = json.dumps(shown)
    assert not [word for word in ("jane", "salary", "secret", "desk-7") if word in text]
    assert shown["local_directory"] == "~/file-simulator/c/simulator-data/nas-input-1"
    assert shown["windows_directory"] == r"C:\Users\USER\simulator-data\nas-input-1"
    assert shown["problem"] == "/mnt/c/Users/USER/simulator-data is not mounted"
    assert shown["log"][3] == "started: server 'nas-input-1', mode two_way"
    assert (shown["sync"]["pending"], shown["sync"]["halted_reason"]) == (3, None)


def test_one_name_has_one_word_in_a_report_and_another_in_the_next() -> None:
    first, second = (anonymous(_STATUS)["sync"] for _round in range(2))
    assert first["conflicts"][0]["path"] == first["last_delivered"]["path"]
    assert first["conflicts"][0]["path"] != first["conflicts"][0]["kept_as"]
    assert first["last_delivered"] != second["last_delivered"]


def test_what_is_given_stays_as_it_is() -> None:
    given = {"path": "a"}
    assert FilterModule().filters()["anonymous"](given, replace={"": "x"}) != given
    assert given == {"path": "a"}
