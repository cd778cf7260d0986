# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A headless Chromium that looks at the reports of made-up runs. Skipped where there is none: see tools/test_report.sh."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import typing as t
from pathlib import Path

import pytest

from .runs import ALL

from ansible_collections.file_simulator.nas.plugins.plugin_utils._reports.page import html  # isort: skip

# The last six keep it from calling its maker: what the page asks for is what is seen.
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


class Browser:
    """One window. Selenium drives it by DevTools' own commands where WebDriver has none."""

    def __init__(self, driver: t.Any, pages: Path) -> None:
        self._driver = driver
        self._pages = pages

    def open(self, name: str, *, width: int = 1280, dark: bool = False) -> None:
        """Show the report of a made-up run in a window of so many pixels."""
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._command("Emulation.setEmulatedMedia", media="", features=[feature])
        for kind in ("browser", "performance"):
            self._driver.get_log(kind)  # what was logged until now
        self._driver.get((self._pages / name / "report.html").as_uri())

    def ask(self, script: str) -> t.Any:
        """Return what a function body in JavaScript returns; the page's own policy does not bind it."""
        return self._driver.execute_script(script)

    def click(self, selector: str) -> None:
        """Click on an element."""
        self._driver.find_element("css selector", selector).click()

    def complaints(self) -> list[str]:
        """Return what stands on the console."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return what left the page: the addresses that were asked for and that its policy did not stop."""
        events = [json.loads(entry["message"])["message"] for entry in self._driver.get_log("performance")]
        asked, stopped = {}, set()
        for event in events:
            given = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                asked[given["requestId"]] = given["request"]["url"]
            elif event["method"] == "Network.loadingFailed" and given.get("blockedReason") == "csp":
                stopped.add(given["requestId"])
        sent = [url for key, url in asked.items() if key not in stopped]
        return [url for url in sent if not url.startswith(("file:", "data:"))]

    def print_out(self) -> bytes:
        """Return the page as printed, a PDF in A4."""
        answer = self._command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        return base64.b64decode(answer["data"])

    def picture(self) -> bytes:
        """Return a PNG of the whole page."""
        return base64.b64decode(self._command("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def _command(self, name: str, **parameters: t.Any) -> t.Any:
        return self._driver.execute_cdp_cmd(name, parameters)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of all made-up runs, each in a directory of its run's name."""
    root = tmp_path_factory.mktemp("reports")
    for name, make in ALL.items():
        (root / name).mkdir()
        (root / name / "report.html").write_text(html(make()), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def browser(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Browser]:
    """A browser with a profile of its own."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        pytest.skip("chromium and chromedriver are not installed (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for option in (*_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(programs[1]))
    with contextlib.ExitStack() as stack:
        stack.callback(driver.quit)
        yield Browser(driver, pages)
