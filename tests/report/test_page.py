# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML report in a real browser: light, dark, narrow, printed, with 50 servers, and with texts that mean harm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import Browser
from .runs import ALL, made_up

LOOKS = (Path(__file__).parent / "looks.js").read_text()
WIDTHS = (320, 390, 768, 1280, 1920)


def wrong(browser: Browser, function: str) -> list[str]:
    found = browser.ask(f"{LOOKS}\nreturn {function}();")
    assert isinstance(found, list)
    return found


@pytest.fixture(params=list(ALL))
def name(request: pytest.FixtureRequest) -> str:
    """The name of a made-up run."""
    return str(request.param)


def test_asks_for_nothing_and_complains_of_nothing(browser: Browser, name: str) -> None:
    browser.open(name)
    assert browser.complaints() == []
    assert browser.requests() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out(browser: Browser, name: str, width: int) -> None:
    browser.open(name, width=width)
    browser.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
    assert wrong(browser, "stickingOut") == []
    assert wrong(browser, "textOutsideItsBox") == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_can_be_read(browser: Browser, name: str, dark: bool) -> None:
    browser.open(name, dark=dark)
    browser.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
    background = browser.ask("return getComputedStyle(document.body).backgroundColor;")
    assert (background == "rgb(15, 19, 24)") is dark
    assert wrong(browser, "tooFaint") == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_mark_is_apart_from_its_word(browser: Browser, width: int) -> None:
    browser.open("some-7", width=width)
    keys = browser.ask(
        "return [...document.querySelectorAll('.legend svg')].map(each => {"
        "const mark = each.getBoundingClientRect(), key = each.closest('.key')?.getBoundingClientRect();"
        "return key !== undefined && key.height < 2 * mark.height && key.left <= mark.left; });"
    )
    assert len(keys) > 3 and all(keys)


def test_a_halted_sync_is_a_cross_alone_where_there_is_little_room(browser: Browser) -> None:
    browser.open("some-7", width=390)
    script = "return [...document.querySelectorAll('.lanes .halted')].map(each => each.previousElementSibling?.classList[0]);"
    assert browser.ask(script) and not {"way", "tip"} & set(browser.ask(script))


def test_can_be_heard(browser: Browser, name: str) -> None:
    browser.open(name)
    assert wrong(browser, "unnamed") == []


def test_harmful_text_is_only_text(browser: Browser) -> None:
    browser.open("nasty")
    assert browser.ask("return document.scripts.length;") == 0
    assert browser.ask("return document.querySelectorAll('[onload], [onerror], img, iframe').length;") == 0
    text = browser.ask("return document.body.innerText;")
    assert "<script>alert('x')</script>&amp; ␛[31mred␛[0m \\u202etxt.exe ␀ \\udcff end" in text
    assert "\u202e" not in text and "\x1b" not in text


def test_policy_stops_a_script_even_if_there_were_one(browser: Browser) -> None:
    browser.open("passed-7")
    browser.ask(
        "const script = document.createElement('script'); script.textContent = 'window.harmed = true';"
        "document.body.append(script); const image = new Image(); image.src = 'http://127.0.0.1:9/x'; document.body.append(image);"
    )
    assert browser.ask("return window.harmed === undefined;")
    assert browser.requests() == []


def test_what_failed_is_what_one_sees_first(browser: Browser) -> None:
    browser.open("some-7")
    failed = browser.ask("return document.querySelector('#failed .failure').getBoundingClientRect().top;")
    assert failed < 400
    first = browser.ask("return document.querySelector('main > section').id;")
    assert first == "failed"


def test_picture_shows_which_way_files_go_and_who_is_ill(browser: Browser) -> None:
    browser.open("some-7")
    lanes = browser.ask(
        "return [...document.querySelectorAll('svg.topology > g > g.lane')].map("
        "lane => [lane.getAttribute('aria-label'), lane.classList.contains('failed'), lane.querySelectorAll('.halted').length]);"
    )
    assert len(lanes) == 7
    assert [label.partition(":")[0] for label, failed, _halted in lanes if failed] == [
        "nas-input-2", "nas-backup", "nas-output-1",
    ]  # fmt: skip
    assert [label.partition(":")[0] for label, _failed, halted in lanes if halted] == ["nas-input-2", "nas-output-2"]
    assert "synced to the NAS" in lanes[0][0] and "synced from the NAS" in lanes[6][0]


def test_arrows_point_the_way_that_files_go(browser: Browser) -> None:
    browser.open("passed-7")
    ways = browser.ask(
        """
        const middle = (node) => { const box = node.getBoundingClientRect(); return (box.left + box.right) / 2; };
        return [...document.querySelectorAll('svg.topology > g > g.lane')].map((lane) => {
            const [windows, server, services] = [...lane.querySelectorAll('rect.end, rect.server')]
                .map((box) => box.getBoundingClientRect()).sort((a, b) => a.left - b.left);
            return [[windows, server], [server, services]].map(([from, to]) => [...lane.querySelectorAll('.tip')]
                .map(middle).filter((x) => x > from.right && x < to.left)
                .map((x) => (x - from.right < to.left - x ? 'left' : 'right')).join(' '));
        });
        """
    )
    assert ways == [["right", "right"]] * 4 + [["left", "left"]] * 3


@pytest.mark.parametrize(("width", "broad"), [(1280, True), (600, False)])
def test_one_picture_or_many_small_ones_never_both(browser: Browser, width: int, broad: bool) -> None:
    browser.open("passed-7", width=width)
    shown = browser.ask(
        "return ['#servers > svg.topology', '#servers .instead'].map("
        "selector => document.querySelector(selector).getBoundingClientRect().height > 0);"
    )
    assert shown == [broad, not broad]


def test_choice_shows_what_failed_alone(browser: Browser) -> None:
    browser.open("some-7")
    visible = "return [...document.querySelectorAll('.check')].filter(node => node.offsetHeight).map(node => node.querySelector('.name').textContent);"
    assert len(browser.ask(visible)) == 14
    browser.click("#show-failed")
    assert browser.ask(visible) == ["windows_to_nas", "fsid_survives_restart"]
    browser.ask("document.querySelector('.check.has-failed').open = true;")
    rows = browser.ask(
        "return [...document.querySelectorAll('.check[open] tbody tr')].filter(row => row.offsetHeight).length;"
    )
    assert rows == 1


def test_matrix_leads_to_the_failure(browser: Browser) -> None:
    browser.open("some-7")
    browser.ask("document.querySelector('.matrix a').click();")
    assert browser.ask("return document.querySelector(':target h3').textContent;") == "fsid_survives_restart"


def test_points_lie_where_their_values_say(browser: Browser) -> None:
    browser.open("some-7")
    order = browser.ask(
        "const plot = [...document.querySelectorAll('.plot > svg[role=img]')].find(svg => svg.getAttribute('aria-label').startsWith('windows_to_nas'));"
        "const at = (selector) => plot.querySelector(selector).getBoundingClientRect().left;"
        "return [at('.met circle'), at('.target'), at('.limit'), at('.over-limit path') + 5];"
    )
    assert order == sorted(order)


@pytest.mark.parametrize("name", ["some-7", "some-50", "all-failed-50"])
def test_printed_failures_are_on_the_first_page(browser: Browser, name: str, tmp_path: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    browser.open(name, dark=True)
    (tmp_path / "page.pdf").write_bytes(browser.print_out())
    command = ["pdftotext", "-layout", "-l", "1", str(tmp_path / "page.pdf"), "-"]
    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    run = made_up(int(name.rpartition("-")[2]), "all" if name.startswith("all") else "some")
    failure = next(result for result in run.results if result.outcome == "failed")
    assert "What failed" in first and failure.check in first and "NFS4ERR_NOENT" in first
    assert str(failure.server) in first and "halted: the marker" in first


def test_paper_is_white_whatever_the_screen_is(browser: Browser) -> None:
    browser.open("some-7", dark=True)
    browser._command("Emulation.setEmulatedMedia", media="print", features=[])
    assert browser.ask("return getComputedStyle(document.body).backgroundColor;") == "rgb(255, 255, 255)"
    assert wrong(browser, "tooFaint") == []


def test_a_hundred_thousand_characters_do_not_break_it(browser: Browser) -> None:
    browser.open("nasty", width=400)
    assert browser.ask("return document.querySelector('pre').scrollWidth <= document.querySelector('pre').clientWidth;")
