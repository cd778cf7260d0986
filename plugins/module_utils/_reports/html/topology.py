# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A picture of the topology with each server's state, as SVG. Private to file_simulator.nas. Pure.

From left to right, as data flows to inputs: the Windows directory, the way of the sync agent, the server, and the
services. Drawn twice where there are few servers: broad, all of them in one picture, and as one small picture for
each, which fit any window and which style puts side by side. Text is shortened to what its box surely holds.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Result, Run
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import shortened
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.lanes import Lane, lane_of
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.html.parts import section, shape
from ansible_collections.file_simulator.nas.plugins.module_utils._reports.markup import Element, element

# More servers than this are shown as small pictures alone.
_MOST_IN_ONE = 10
# What a character takes at most of its font's size, for the two fonts of the page.
_SANS, _MONO = 0.6, 0.61


@dataclass(frozen=True)
class _Form:
    """The measures of a lane, in pixels: three boxes with two arrows between them."""

    windows: int
    arrow: int
    server: int
    services: int
    height: int
    broad: bool

    @property
    def width(self) -> int:
        return self.windows + self.arrow + self.server + self.arrow + self.services + 2

    @property
    def server_at(self) -> int:
        return self.windows + self.arrow + 1

    @property
    def services_at(self) -> int:
        return self.server_at + self.server + self.arrow


_BROAD = _Form(windows=290, arrow=124, server=340, services=190, height=60, broad=True)
_SMALL = _Form(windows=114, arrow=22, server=150, services=62, height=60, broad=False)


def topology_section(run: Run) -> Element | None:
    """Return the section, None when the run knows no servers."""
    if not run.servers:
        return None
    results: dict[str | None, list[Result]] = {}
    for result in run.results:
        results.setdefault(result.server, []).append(result)
    lanes = [lane_of(server, results.get(server["name"], [])) for server in run.servers]
    small = element("div", {"class": "lanes"}, *(_small(lane) for lane in lanes))
    if len(lanes) > _MOST_IN_ONE:
        return section("servers", "Servers", small)
    return section("servers", "Servers", _one_picture(run, lanes), element("div", {"class": "instead"}, small))


def _one_picture(run: Run, lanes: t.Sequence[Lane]) -> Element:
    form, top = _BROAD, 26
    height = top + len(lanes) * (form.height + 8)
    heads = (
        _text(1, 14, "Windows directories", "head", 12, form.windows),
        _text(form.server_at, 14, f"NAS servers on {run.engine}", "head", 12, form.server),
        _text(form.services_at, 14, "Services", "head", 12, form.services),
    )
    drawn = (
        element("g", {"transform": f"translate(0 {top + index * (form.height + 8)})"}, _drawing(lane, form))
        for index, lane in enumerate(lanes)
    )
    told = f"{len(lanes)} NAS servers between their Windows directories and the services that mount them"
    attributes = {"class": "topology", "viewBox": f"0 0 {form.width} {height}", "role": "group", "aria-label": told}
    return element("svg", attributes, *heads, *drawn)


def _small(lane: Lane) -> Element:
    attributes = {"class": "topology", "viewBox": f"0 0 {_SMALL.width} {_SMALL.height + 2}"}
    return element("svg", attributes, _drawing(lane, _SMALL))


def _drawing(lane: Lane, form: _Form) -> Element:
    return element(
        "g",
        {
            "class": f"lane {lane.outcome}" + (" off" if lane.state == "disabled" else ""),
            "role": "img",
            "aria-label": lane.told,
        },
        element("title", {}, lane.told),
        *_windows(lane, form),
        *_sync_arrow(lane, form),
        *_server(lane, form),
        *_services(lane, form),
    )


def _windows(lane: Lane, form: _Form) -> t.Iterator[Element]:
    yield _box(1, form.windows - 1, form.height, "end")
    yield element(
        "path",
        {
            "class": "folder",
            "transform": "translate(12 12)",
            "d": "M0 2a2 2 0 0 1 2-2h4l2 2h6a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H2a2 2 0 0 1-2-2z",
        },
    )
    if form.broad:
        yield _text(36, 24, "Windows", "small", 11, form.windows - 44)
        yield _text(12, 46, lane.directory, "mono", 12, form.windows - 20)
    else:
        yield _text(34, 23, "Windows", "small", 11, form.windows - 38)
        yield _text(8, 46, lane.directory.rpartition("\\")[2], "mono", 10.5, form.windows - 12)


def _server(lane: Lane, form: _Form) -> t.Iterator[Element]:
    left, right = form.server_at, form.server_at + form.server
    yield _box(left, form.server, form.height, "server")
    yield element("g", {"transform": f"translate({left + 10} 11)"}, shape(lane.outcome))
    if form.broad:
        yield _text(left + 36, 24, lane.name, "name", 14, form.server - 130)
        yield _text(right - 12, 24, lane.role, "small", 11, 90, "end")
        yield _text(left + 36, 46, lane.address, "mono", 12, 148)
        yield _text(right - 12, 46, lane.verdict, "verdict", 12, form.server - 36 - 148 - 20, "end")
    else:
        yield _text(left + 33, 24, lane.name, "name", 12.5, form.server - 38)
        yield _text(left + 10, 47, lane.verdict, "verdict", 11, form.server - 16)


def _services(lane: Lane, form: _Form) -> t.Iterator[Element]:
    start, end = form.server_at + form.server, form.services_at
    backwards = lane.role == "output"
    yield from _arrow(start, end, form.height / 2, back=backwards, forth=not backwards, dashed=False)
    yield _box(end, form.services, form.height, "end")
    doing = "read only" if lane.read_only else "write" if backwards else "read"
    if form.broad:
        yield _text(end + 12, 24, f"services {doing}", "small", 11, form.services - 20)
        yield _text(end + 12, 46, "/data", "mono", 12, form.services - 20)
    else:
        yield _text(end + 6, 23, doing, "small", 10, form.services - 8)
        yield _text(end + 6, 46, "/data", "mono", 10.5, form.services - 8)


def _sync_arrow(lane: Lane, form: _Form) -> t.Iterator[Element]:
    start, end, y = form.windows, form.server_at, form.height / 2
    forth = lane.mode in ("windows_to_nas", "two_way")
    back = lane.mode in ("nas_to_windows", "two_way")
    carried = forth or back
    yield from _arrow(start, end, y, back=back, forth=forth or not carried, dashed=not carried)
    if lane.halted:
        middle = (start + end) / 2
        yield element("path", {"class": "halted", "d": f"M{middle - 6} {y - 6}l12 12m0-12l-12 12"})
    if form.broad:
        word = lane.sync or ("" if carried else "at start")
        yield _text((start + end) / 2, y - 10, word, "bad" if lane.halted else "small", 11, form.arrow - 12, "middle")


def _arrow(start: float, end: float, y: float, *, back: bool, forth: bool, dashed: bool) -> t.Iterator[Element]:
    left, right = start + 4, end - 4
    yield element(
        "line",
        {"class": "way dashed" if dashed else "way", "x1": left + 3 * back, "y1": y, "x2": right - 3 * forth, "y2": y},
    )
    if forth:
        yield element("path", {"class": "tip", "d": f"M{right} {y}l-8-4.5v9z"})
    if back:
        yield element("path", {"class": "tip", "d": f"M{left} {y}l8-4.5v9z"})


def _box(x: float, width: float, height: float, name: str) -> Element:
    return element("rect", {"class": f"box {name}", "x": x, "y": 1, "width": width, "height": height - 1, "rx": 7})


def _text(x: float, y: float, text: str, name: str, size: float, room: float, anchor: str = "") -> Element:
    """Return text that is no wider than ``room``."""
    most = max(1, int(room / (size * (_MONO if name == "mono" else _SANS))))
    attributes = {"x": x, "y": y, "class": name, "font-size": size, "text-anchor": anchor or None}
    return element("text", attributes, shortened(text, most))
