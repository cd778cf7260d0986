# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of checks: complete, consistent, and chosen from by name and tag."""

from __future__ import annotations

import inspect
import re

import pytest

from ansible_collections.file_simulator.nas.plugins.module_utils._checks import catalogue, registry
from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError

CHECKS = {check.name: check for check in catalogue.CATALOGUE}


def test_every_function_that_is_a_check_is_entered_once() -> None:
    functions = {
        name
        for module in catalogue.SUITE
        for name, found in vars(module).items()
        if not name.startswith("_") and inspect.isfunction(found) and found.__module__ == module.__name__
    }
    assert functions == set(CHECKS)
    assert all((check.each is None) != (check.together is None) for check in catalogue.CATALOGUE)


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two checks are called ready"):
        registry.check("It answers", remedy="ask again", stage="ask", tags=())(CHECKS["ready"].each)


@pytest.mark.parametrize("check", catalogue.CATALOGUE, ids=lambda check: check.name)
def test_entry(check: registry.Check) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", check.name)
    assert check.title[0].isupper() and not check.title.endswith(".")
    assert all(re.fullmatch(r"(NAS|WIN|EXP|INT|DEP|TST)-[0-9]{2}", each) for each in check.requirements)
    assert check.stage in registry.STAGES
    # What to do is said of each, and names the server where one is asked for alone.
    assert check.remedy.format(server="nas-a") and (
        check.each or "{server}" not in check.remedy or check.name == "persistence"
    )
    assert check.disruptive == (registry.DISRUPTIVE_TAG in check.tags)


@pytest.mark.parametrize("check", catalogue.CATALOGUE, ids=lambda check: check.name)
def test_what_a_check_needs_is_known_by_then(check: registry.Check) -> None:
    for name in check.needs:
        assert registry.STAGES.index(CHECKS[name].stage) < registry.STAGES.index(check.stage)


def test_ready_is_quick_needs_no_client_and_writes_nothing() -> None:
    ready = catalogue.selected([], ["ready"])
    assert {check.name for check in ready} == {"ready", "windows_directory", "containers", "sync_state", "fsid"}
    assert not any(check.writes or check.nfs_client for check in ready)
    assert all("quick" in check.tags for check in ready)


def test_names_and_tags_add_up_in_the_order_of_the_catalogue() -> None:
    chosen = catalogue.selected(["isolation", "ready"], ["resources"])
    assert [check.name for check in chosen] == ["ready", "resources", "capacity", "isolation"]
    assert catalogue.selected([], []) == list(catalogue.CATALOGUE)


@pytest.mark.parametrize(("names", "tags"), [(["isolated"], []), ([], ["fast"])])
def test_unknown_words_are_refused(names: list[str], tags: list[str]) -> None:
    with pytest.raises(SimulatorError, match=r"(checks: 'isolated'|tags: 'fast') is unknown; there are "):
        catalogue.selected(names, tags)
