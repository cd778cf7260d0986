# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of checks to try reports on, made up but the same each time.

``python3 -m tests.report.runs DIRECTORY`` writes the reports of all of them.
"""

from __future__ import annotations

import random
import sys
import typing as t

from ..module_runner import CHECKOUT, run_action

from ansible_collections.file_simulator.nas.plugins.module_utils._server import status as _status  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._checks.result import Measure, Result, Run  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import Answer  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server  # isort: skip
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import read_topology  # isort: skip

# name, tag, requirements, seconds, limit and target of its latency, the roles that have it
CHECKS: t.Sequence[tuple[str, str, tuple[str, ...], float, tuple[float, float] | None, str]] = (
    ("answers", "health", ("NAS-01", "NAS-02", "NAS-03", "TST-01"), 0.02, (2.0, 0.2), "input backup output"),
    ("lists", "health", ("NAS-05",), 0.03, None, "input backup output"),
    ("reads_and_writes", "health", ("NAS-05", "NAS-06"), 0.05, None, "input output"),
    ("cluster_dns", "health", ("NAS-04",), 0.4, None, "input backup output"),
    ("windows_to_nas", "sync", ("WIN-02", "TST-02"), 2.3, (30.0, 5.0), "input"),
    ("nas_to_windows", "sync", ("WIN-03", "TST-03"), 0.09, (60.0, 2.0), "output"),
    ("agents_where_they_belong", "sync", ("WIN-05",), 0.01, None, "input backup output"),
    ("nothing_written_at_rest", "sync", ("WIN-06",), 4.0, None, "input output"),
    ("read_only", "export", ("EXP-05",), 0.02, None, "backup"),
    ("root_can_chown", "export", ("EXP-03",), 0.03, None, "input output"),
    ("subdirectory_mounts", "export", ("EXP-01", "EXP-02"), 0.06, None, "input backup output"),
    ("fsid_survives_restart", "persistence", ("NAS-07",), 6.8, (60.0, 15.0), "input backup output"),
    ("files_survive_restart", "persistence", ("WIN-06", "TST-05"), 7.1, None, "input output"),
)
NASTY = "<script>alert('x')</script>&amp; \x1b[31mred\x1b[0m \u202etxt.exe \x00 \udcff end"


def topology(servers: int) -> t.Sequence[Server]:
    """Return the seven servers of production, or so many of other names."""
    if servers == 7:
        return read_topology(None).servers
    roles = ("input", "input", "output", "output", "backup")
    entries = [
        {"name": f"nas-{roles[index % 5]}-{index + 1:02}", "port": 31000 + index} for index in range(servers - 1)
    ]
    entries.append({"name": "nas-input-" + "with-a-very-long-name-" * 2 + "indeed", "port": 31999})
    return read_topology({"servers": entries}).servers


def made_up(servers: int = 7, failing: str = "none") -> Run:
    """Return a run. ``failing`` is none, one, some, all (each check on each server) or skipped (nothing could be checked)."""
    chance = random.Random(f"{servers} {failing}")
    known = topology(servers)
    results = [result for check in CHECKS for result in _results(check, known, failing, chance)]
    broken = {result.server for result in results if result.check == "answers" and result.outcome == "failed"}
    results.append(_isolation(known, failing))
    return Run(
        started="2026-11-22T09:30:00Z",
        seconds=17.42,
        engine="podman",
        instance="file-simulator",
        data_root=r"C:\simulator-data",
        versions={
            "ansible-core": "2.19.14", "file_simulator.nas": "1.0.0", "podman": "4.3.1", "NFS-Ganesha": "4.3", "nfs-rs": "0.8.7",
        },
        servers=[_server(server, server.name in broken, failing) for server in known],
        results=results,
    )  # fmt: skip


def nasty() -> Run:
    """Return a run in which every text tries to break out of its place."""
    result = Result(
        check=NASTY,
        server=NASTY,
        outcome="failed",
        seconds=0.5,
        detail=NASTY,
        requirements=(NASTY,),
        tags=(NASTY,),
        expected=NASTY,
        seen=NASTY,
        evidence=(NASTY, "]]>", "x" * 5000),
        measures=(Measure(NASTY, 0.0, "s", 1.0, 0.5), Measure(NASTY, 5.0, NASTY, 1.0)),
        remedy=NASTY,
    )
    server = {"name": NASTY, "role": NASTY, "state": NASTY, "windows_directory": NASTY, "sync": {"state": NASTY}}
    return Run("\x07", 1.0, NASTY, NASTY, NASTY, {NASTY: NASTY}, [server], [result])


def _server(server: Server, broken: bool, failing: str) -> dict[str, t.Any]:
    halted = server.name in {"some": ("nas-input-2", "nas-output-2"), "one": ("nas-input-2",)}.get(failing, ())
    sync = {"state": "idle", "pending": 0, "conflict_count": 0, "refused_count": 0, "halted_reason": None}
    if failing == "some" and server.name == "nas-output-1":
        names = [
            ("notes/a:b.txt", "the name has the character ':', which Windows does not allow"),
            ("latest", "it is a symbolic link, fifo, socket or device"),
        ]
        sync.update(
            refused_count=2, refused=[{"path": path, "side": "nas", "reason": reason} for path, reason in names]
        )
    if halted:
        sync.update(state="halted", halted_reason="the marker of C:\\simulator-data is gone")
    status = _status.ServerStatus(
        server,
        engine="podman",
        instance="file-simulator",
        state="not_answering" if broken else "ready",
        problem=f"127.0.0.1:{server.port}: Connection refused" if broken else "",
        host="127.0.0.1",
        local_directory=f"/mnt/c/simulator-data/{server.name}",
        answer=None if broken else Answer((server.export_id, server.export_id), 0.01, (40 << 30, 60 << 30)),
        windows_space=(120 << 30, 500 << 30),
        containers={"nfs-server": "exited" if broken else "running", "sync-agent": "running"},
        sync=sync if server.sync.mode != "none" else None,
    )
    return _status.status_result(status)


def _results(check: t.Any, servers: t.Sequence[Server], failing: str, chance: random.Random) -> t.Iterator[Result]:
    name, tag, requirements, seconds, bounds, roles = check
    for index, server in enumerate(servers):
        if server.role not in roles.split():
            continue
        took = seconds * chance.uniform(0.7, 1.6)
        failed = (
            failing == "all"
            or (failing == "some" and _fails(name, index, len(servers)))
            or (failing == "one" and (name, index) == ("windows_to_nas", 1))
        )
        skipped = failing == "skipped" or (name == "cluster_dns" and failing != "all")
        common = {"check": name, "server": server.name, "requirements": requirements, "tags": (tag,)}
        if skipped:
            yield Result(**common, outcome="skipped", seconds=0.0, detail="the engine podman has no cluster to ask")
        elif failed:
            yield _failed(common, server, took, bounds)
        else:
            slow = bounds and failing == "some" and index % 5 == 1
            value = bounds[1] * 1.7 if slow and bounds else took
            measures = (Measure("latency", round(value, 4), "s", *bounds),) if bounds else ()
            yield Result(
                **common, outcome="passed", seconds=took, detail=f"as expected on port {server.port}", measures=measures
            )


def _fails(name: str, index: int, servers: int) -> bool:
    if servers > 7 and name == "answers":
        return index % 9 == 4
    return (name, index) in (("windows_to_nas", 1), ("fsid_survives_restart", 3), ("fsid_survives_restart", 4))


def _failed(common: dict[str, t.Any], server: Server, took: float, bounds: tuple[float, float] | None) -> Result:
    measures = (Measure("latency", bounds[0] * 1.04, "s", *bounds),) if bounds else ()
    path = f"{server.directory}\\.check-7f3a\\round trip.bin"
    return Result(
        **common,
        outcome="failed",
        seconds=took if bounds is None else bounds[0] * 1.04,
        detail=f"{path} was not on the NAS within 30 s: sync is halted: the marker .file-simulator.json cannot be read",
        expected="sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 at /data/.check-7f3a/round trip.bin",
        seen="NFS4ERR_NOENT",
        evidence=(
            f"sync agent: {server.name}: state halted",
            "sync-agent: 09:30:02 ERROR: halted: the marker .file-simulator.json cannot be read: No such file or directory",
            "sync-agent: 09:30:02 the Windows side is unknown; nothing is deleted",
            "sync-agent: 09:30:32 still halted",
        ),
        measures=measures,
        remedy="make up (in a playbook: the role windows_layout) puts the marker back",
    )


def _isolation(servers: t.Sequence[Server], failing: str) -> Result:
    outcome = {"all": "failed", "skipped": "skipped"}.get(failing, "passed")
    pairs = len(servers) * len(servers)
    return Result(
        check="isolation",
        server=None,
        outcome=outcome,
        seconds=1.3,
        detail={"failed": "a file of nas-input-1 is on nas-input-2"}.get(
            outcome, f"{pairs} pairs, each file on its own server alone"
        ),
        requirements=("INT-04", "TST-04"),
        tags=("isolation",),
        measures=(Measure("files", pairs, "files"),),
    )


ALL = {
    "one-7": lambda: made_up(7, "one"),
    "passed-7": lambda: made_up(7),
    "some-7": lambda: made_up(7, "some"),
    "all-failed-7": lambda: made_up(7, "all"),
    "skipped-7": lambda: made_up(7, "skipped"),
    "passed-50": lambda: made_up(50),
    "some-50": lambda: made_up(50, "some"),
    "all-failed-50": lambda: made_up(50, "all"),
    "nasty": nasty,
    "empty": lambda: Run("2026-11-22T09:30:00Z", 0.0, "podman", "file-simulator", r"C:\x", {}, [], []),
}


def main(directory: str) -> None:
    """Write the reports of every run below a directory."""
    from ansible_collections.file_simulator.nas.plugins.action import nas_validation_report as action
    from ansible_collections.file_simulator.nas.plugins.modules import nas_validation_report

    for name, make in ALL.items():
        run = make().as_dict()
        result = run_action(action, nas_validation_report, run=run, directory=f"{directory}/{name}")
        print("\n".join([f"=== {name}", *result["table"], *result["files"].values()]))


if __name__ == "__main__":
    print(f"reports of made-up runs, by {CHECKOUT.name}")
    main(sys.argv[1])
