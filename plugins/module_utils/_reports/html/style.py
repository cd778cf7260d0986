# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the HTML report looks: light, dark and printed, from 320 pixels on. Private to file_simulator.nas. Pure.

Every text colour has a contrast of 4.5 or more to what it stands on, which tests/report computes.
"""

from __future__ import annotations

_COLOURS_LIGHT = """
  --page: #f5f6f8; --surface: #fff; --raised: #f0f2f5; --line: #d9dee5; --text: #18202b; --quiet: #535e6c;
  --link: #1557b0; --passed: #146c37; --passed-soft: #e3f4e9; --failed: #b3261e; --failed-soft: #fcebea;
  --skipped: #535e6c; --skipped-soft: #e9ecf0; --aim: #8a5600; --sign: #fff;
"""
_COLOURS_DARK = """
  --page: #0f1318; --surface: #181e26; --raised: #212934; --line: #323c49; --text: #e6eaf0; --quiet: #a3afbd;
  --link: #8cbaff; --passed: #6ed391; --passed-soft: #143322; --failed: #ff938a; --failed-soft: #43201d;
  --skipped: #a3afbd; --skipped-soft: #29323e; --aim: #eebb5c; --sign: #0f1318;
"""
_BASE = """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }
pre, .mono, .proof dd { font-family: ui-monospace, "Cascadia Mono", Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }
h1, h2, h3, h4, p, dl, dd, ul, pre, fieldset { margin: 0; padding: 0; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); }
.icon { width: 1em; height: 1em; flex: none; vertical-align: -.12em; }
.sign circle { fill: currentColor; }
.sign path { fill: none; stroke: var(--sign); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.sign.passed, .icon:has(.passed) { color: var(--passed); }
.sign.failed, .icon:has(.failed) { color: var(--failed); }
.sign.skipped, .icon:has(.skipped) { color: var(--skipped); }
main, .banner, nav { max-width: 1184px; margin: 0 auto; padding: 0 16px; }
"""
_BANNER = """
.banner { padding-top: 28px; }
h1 { display: flex; align-items: center; gap: .45em; font-size: clamp(22px, 4.2vw, 32px); line-height: 1.2; letter-spacing: -.01em; }
.banner.failed h1 span { color: var(--failed); }
.proportions { display: flex; gap: 2px; height: 8px; margin: 16px 0; border-radius: 4px; overflow: hidden; background: var(--line); }
.proportions span { min-width: 4px; }
.proportions .passed { background: var(--passed); }
.proportions .failed { background: var(--failed); }
.proportions .skipped { background: var(--skipped); opacity: .55; }
.facts { display: flex; flex-wrap: wrap; gap: 8px 28px; }
.facts dt { color: var(--quiet); font-size: 12px; }
.facts dd { font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 18px; font-size: 14px; }
nav a { text-decoration: none; padding: 2px 0; }
nav a:hover { text-decoration: underline; }
section { margin: 0 0 36px; padding-top: 20px; }
main { padding-bottom: 32px; }
h2 { font-size: 19px; margin-bottom: 12px; letter-spacing: -.005em; }
h2 + .quiet { margin: -8px 0 12px; }
"""
_FAILURES = """
.card { background: var(--surface); border: 1px solid var(--line); border-left: 4px solid var(--failed); border-radius: 8px; margin-bottom: 14px; }
.card > header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; padding: 12px 16px; }
.card h3 { display: flex; align-items: center; gap: .5em; font-size: 16px; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; list-style: none; font-size: 12px; }
.chips li { padding: 1px 8px; border-radius: 10px; background: var(--raised); color: var(--quiet); }
.card .chips { margin-left: auto; }
.failure { padding: 12px 16px; border-top: 1px solid var(--line); }
.failure h4 { font-size: 14px; }
.failure h4 .quiet { font-weight: 400; }
.failure summary { cursor: pointer; }
.detail { margin: 2px 0 8px; color: var(--failed); }
.proof { display: grid; gap: 2px; margin: 6px 0 8px; font-size: 13px; }
.proof div { display: grid; grid-template-columns: 76px 1fr; }
.proof dt { color: var(--quiet); }
pre { max-height: 300px; overflow: auto; padding: 10px 12px; border-radius: 6px; background: var(--raised);
  font-size: 12.5px; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }
"""
_TOPOLOGY = """
svg.topology { display: block; width: 100%; height: auto; overflow: hidden; }
.topology text { fill: var(--text); font-family: inherit; }
.topology .mono { font-family: ui-monospace, "Cascadia Mono", Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }
.topology .head { fill: var(--quiet); font-weight: 600; }
.topology .small { fill: var(--quiet); }
.topology .name { font-weight: 650; }
.topology .bad { fill: var(--failed); }
.topology .box { fill: var(--surface); stroke: var(--line); }
.topology .folder { fill: none; stroke: var(--quiet); stroke-width: 1.3; }
.topology .way { stroke: var(--quiet); stroke-width: 1.5; }
.topology .dashed { stroke-dasharray: 3 4; }
.topology .tip { fill: var(--quiet); }
.topology .halted { stroke: var(--failed); stroke-width: 2.5; fill: none; }
.lane.passed .server { stroke: var(--passed); stroke-width: 1.5; }
.lane.failed .server { stroke: var(--failed); stroke-width: 2; fill: var(--failed-soft); }
.lane.failed .verdict { fill: var(--failed); font-weight: 600; }
.lane.passed .verdict { fill: var(--passed); }
.lane.off .server { stroke-dasharray: 4 4; }
.lanes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 8px 16px; }
.lanes svg { max-width: 470px; }
.instead { display: none; }
@media (max-width: 900px) {
  svg.topology:has(+ .instead) { display: none; }
  .instead { display: block; }
}
"""
_MATRIX = """
.scroll { position: relative; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.matrix { width: 100%; font-size: 13px; }
.matrix th, .matrix td { padding: 4px 6px; border-bottom: 1px solid var(--line); text-align: center; }
.matrix tbody tr:last-child > * { border-bottom: 0; }
.matrix th:first-child { position: sticky; left: 0; z-index: 1; padding-left: 12px; text-align: left; background: var(--surface); white-space: nowrap; }
.matrix tbody th .icon { margin-right: .5em; }
.matrix thead th { vertical-align: bottom; color: var(--quiet); font-weight: 500; }
.matrix .server span {
  writing-mode: vertical-rl; transform: rotate(180deg); max-height: 150px; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap;
}
.matrix td.failed { background: var(--failed-soft); }
.matrix td .icon { font-size: 15px; }
.matrix.many { font-size: 12px; }
.matrix.many td { padding: 3px 1px; }
.matrix.many td .icon { font-size: 12px; }
.matrix.many .server { padding: 4px 0; }
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; margin-top: 10px; font-size: 13px; color: var(--quiet); }
.legend .icon:not(:first-child), .legend svg:not(:first-child), .legend span + span { margin-left: 10px; }
"""
_PLOT = """
#latency .legend { margin: -6px 0 10px; }
.plot {
  display: grid; grid-template-columns: minmax(150px, 250px) 1fr; background: var(--surface);
  border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px 6px;
}
.plot > svg { display: block; overflow: visible; }
.plot .label { display: flex; flex-direction: column; justify-content: center; padding-right: 12px; font-size: 13px; line-height: 1.3; }
.plot .label .quiet { font-size: 12px; }
.grid { stroke: var(--line); }
.aim { stroke: var(--aim); stroke-width: 1.5; stroke-dasharray: 4 3; }
.limit { stroke: var(--failed); stroke-width: 2; }
.met circle { fill: var(--passed); stroke: var(--surface); }
.over-aim path { fill: var(--aim); stroke: var(--surface); }
.over-limit path { fill: none; stroke: var(--failed); stroke-width: 2.5; }
.scale text { fill: var(--quiet); font-size: 12px; }
@media (max-width: 640px) {
  .plot { grid-template-columns: 1fr; }
  .plot .label { flex-direction: row; flex-wrap: wrap; justify-content: space-between; gap: 0 10px; margin-top: 8px; padding: 0; }
  .plot > div { display: none; }
}
"""
_CHECKS = """
.choice { display: flex; flex-wrap: wrap; gap: 4px 16px; border: 0; font-size: 14px; }
.choice label { display: flex; align-items: center; gap: 5px; }
.choice input { accent-color: var(--link); margin: 0; }
.group { margin: 16px 0 6px; color: var(--quiet); font-size: 12px; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; }
.check { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; margin-bottom: 4px; }
.check.has-failed { border-left: 4px solid var(--failed); }
.check summary {
  display: grid; grid-template-columns: minmax(180px, 1fr) auto 190px; align-items: center; gap: 4px 16px;
  padding: 7px 14px; cursor: pointer; list-style: none;
}
.check summary::-webkit-details-marker { display: none; }
.check .name::before { content: ""; display: inline-block; width: 6px; height: 6px; margin-right: 10px; vertical-align: 2px;
  border: solid var(--quiet); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); }
.check[open] .name::before { transform: rotate(45deg); }
.check .name { font-weight: 550; }
.check > .chips { padding: 0 14px 8px 30px; }
.badges { display: flex; flex-wrap: wrap; gap: 4px 6px; }
.badge { display: inline-flex; align-items: center; gap: .4em; padding: 1px 9px 1px 7px; border-radius: 11px; font-size: 12.5px; white-space: nowrap; }
.badge.passed { background: var(--passed-soft); color: var(--passed); }
.badge.failed { background: var(--failed-soft); color: var(--failed); }
.badge.skipped { background: var(--skipped-soft); color: var(--skipped); }
.time {
  display: grid; grid-template-columns: 1fr 72px; align-items: center; gap: 10px; font-size: 13px;
  color: var(--quiet); text-align: right; font-variant-numeric: tabular-nums;
}
.bar { height: 5px; border-radius: 3px; background: var(--raised); overflow: hidden; }
.bar span { display: block; height: 100%; min-width: 2px; margin-left: auto; border-radius: 3px; background: var(--link); opacity: .7; }
.results { width: 100%; font-size: 13px; }
.results th, .results td { padding: 5px 14px; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
.results thead th { color: var(--quiet); font-weight: 500; }
.results tbody th { font-weight: 500; }
.results .number { white-space: nowrap; }
.results .said { width: 60%; color: var(--quiet); }
.figures thead th { border-top: 0; }
.figures .is-failed td { color: var(--failed); }
body:has(#show-failed:checked) :is(.check:not(.has-failed), .results tr:is(.is-passed, .is-skipped)),
body:has(#show-passed:checked) :is(.check:not(.has-passed), .results tr:is(.is-failed, .is-skipped)),
body:has(#show-skipped:checked) :is(.check:not(.has-skipped), .results tr:is(.is-failed, .is-passed)) { display: none; }
@media (max-width: 640px) {
  .check summary { grid-template-columns: 1fr auto; }
  .check .name { grid-column: 1 / -1; }
  .time { grid-template-columns: 1fr; }
  .bar { display: none; }
  .check thead { display: none; }
  .check tr { display: flex; flex-wrap: wrap; align-items: center; gap: 0 12px; padding: 6px 14px; border-top: 1px solid var(--line); }
  .check th, .check td { padding: 1px 0; border: 0; }
  .check .said { width: 100%; }
  .figures th, .figures td { padding: 5px 8px; }
}
"""
_PAPER = """
@page { margin: 14mm 12mm; }
@media print {
  body { background: #fff; font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, .banner, nav { max-width: none; padding-left: 0; padding-right: 0; }
  .banner { padding-top: 0; }
  nav, .choice { display: none; }
  section { margin-bottom: 12px; padding-top: 12px; }
  h2, h3, .card > header { break-after: avoid; }
  .failure, .lanes svg, .check summary, tr { break-inside: avoid; }
  pre { max-height: none; overflow: visible; }
  .scroll { overflow: visible; }
  .matrix th, .matrix td { padding: 2px 3px; }
  .matrix.many td .icon { font-size: 9px; }
  .matrix.many { font-size: 8px; }
  .matrix th:first-child { position: static; }
}
"""

STYLE = "\n".join(
    [
        ":root {\n  color-scheme: light dark;" + _COLOURS_LIGHT + "}",
        "@media screen and (prefers-color-scheme: dark) {\n:root {" + _COLOURS_DARK + "}\n}",
        *(part.strip() for part in (_BASE, _BANNER, _FAILURES, _TOPOLOGY, _MATRIX, _PLOT, _CHECKS, _PAPER)),
    ]
)
