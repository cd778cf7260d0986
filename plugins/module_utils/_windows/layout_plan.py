# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What laying out Windows directories takes, and taking the layout away. Private to file_simulator.nas. Pure.

``Observed`` is what a disk shows, wherever it is; ``plan_present`` and ``plan_absent`` decide.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model import remedies
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server
from ansible_collections.file_simulator.nas.plugins.module_utils._model.topology import Topology
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import Marker, lived

# What a place is after the last step for it, in the words of the diff.
_AFTER = {"mark": "with marker", "unmark": "without marker", "remove": "absent"}


@dataclass(frozen=True)
class Place:
    """One directory of the layout. ``server`` is empty for the data root."""

    server: str
    shown: str
    path: str

    @property
    def both(self) -> str:
        """The directory as Windows writes it and, where that differs, as the machine sees it."""
        return self.shown if self.shown == self.path else f"{self.shown} ({self.path})"


@dataclass(frozen=True)
class Observed:
    """A place as the disk shows it.

    ``known`` is the life (see Marker) that we gave it once, empty when we never did. ``empty`` looks past the
    marker. ``directories`` are the names of the directories in it, ``has_files`` tells of the rest. ``file_system`` is
    where it is, or is to be, empty where nobody tells (see file_system).
    """

    place: Place
    exists: bool
    empty: bool
    marker: Marker | None
    known: str
    directories: frozenset[str] = frozenset()
    has_files: bool = False
    file_system: str = ""


@dataclass(frozen=True)
class Step:
    """One change: ``mark`` (``marker`` is written, the directory made), ``make``, ``unmark``, ``remove`` or ``empty``."""

    verb: str
    place: Place
    marker: Marker | None = None


def refuse_other_than_directory(place: Place) -> t.NoReturn:
    """Raise SimulatorError for a place where something else stands."""
    raise SimulatorError(f"{place.both} is not a directory; move it away, or choose another directory")


def places_of(topology: Topology, servers: t.Sequence[Server], local: t.Callable[[WindowsPath], str]) -> list[Place]:
    """Return the data root's place and the servers'; ``local`` tells where the machine sees a Windows path."""
    root = Place("", str(topology.data_root), local(topology.data_root))
    return [root] + [Place(server.name, str(server.directory), local(server.directory)) for server in servers]


@dataclass(frozen=True)
class Claim:
    """For whom directories are laid out. With ``take_over``, those of other instances and servers become theirs.

    ``new_generations`` has one for each place, for those that get one.
    """

    instance: str
    new_generations: t.Sequence[str]
    take_over: bool = False

    def has(self, marker: Marker) -> bool:
        """Tell whether a marker is this instance's, or was written before markers named one."""
        return marker.instance in ("", self.instance)


def plan(state: str, places: t.Sequence[Observed], claim: Claim, *, force: bool, whole: bool) -> list[Step]:
    """Return the steps to ``state``; the data root comes first in ``places``, and stays unless the ``whole`` layout goes."""
    if state == "present":
        return plan_present(places, claim)
    return plan_absent([seen for seen in (places if whole else places[1:]) if _is_ours(seen, claim)], force)


def _is_ours(seen: Observed, claim: Claim) -> bool:
    return seen.marker is None or claim.has(seen.marker)


def plan_present(places: t.Sequence[Observed], claim: Claim) -> list[Step]:
    """Return the steps that lay the places out, the data root first.

    Raises SimulatorError for a place that looks like the empty mount point of what was laid out
    there before, and for one that belongs to another server or another instance's.
    """
    steps = []
    root = places[0]
    root_path = WindowsPath.parse(root.place.shown)
    for seen, new_generation in zip(places, claim.new_generations):
        if seen.marker:
            steps += _claimed(seen.place, seen.marker, new_generation, claim)
            continue
        generation, restored = lived(seen.known)
        # The data root's marker vouches for what lies below it, and for nothing on other drives.
        below_root = root_path.holds(WindowsPath.parse(seen.place.shown))
        if seen.exists and generation and seen.empty and not (root.marker and below_root):
            raise SimulatorError(
                f"{seen.place.both} was laid out before, and now it is empty: it is not mounted. "
                "Mount it again; if it was emptied on purpose, remove the directory itself"
            )
        # A tester who empties a server's directory takes the marker along; it comes back as it was. One that is
        # gone altogether comes back as well, but whatever was in it is missing, not deleted: its agent is to know that.
        if generation and not seen.exists:
            restored = new_generation
        marker = Marker(seen.place.server, generation or new_generation, not seen.exists, claim.instance, restored)
        steps.append(Step("mark", seen.place, marker))
    return steps


def _claimed(place: Place, marker: Marker, new_generation: str, claim: Claim) -> list[Step]:
    """Return what a place takes that has a marker: nothing, a claim, or a refusal."""
    mine = replace(marker, server=place.server, instance=claim.instance)
    if marker.server == place.server and claim.has(marker):
        return [] if marker.instance else [Step("mark", place, mine)]
    if not place.server and not marker.server:
        return []  # several instances may have their directories in one data root
    if claim.take_over:
        # Its former agent, if there still is one, must not take it for the directory that it knows.
        return [Step("mark", place, Marker(place.server, new_generation, marker.created, claim.instance))]
    owner = f"'{marker.server}'" + (f" of instance {marker.instance}" if not claim.has(marker) else "")
    raise SimulatorError(
        f"{place.both} is marked as that of {owner}; give each server its own directory and each instance its own "
        f"data_root, or, when the other is gone for good, take it over with {remedies.TAKE_OVER}"
    )


def plan_absent(places: t.Sequence[Observed], force: bool) -> list[Step]:
    """Return the steps that take the layout away, the data root last. Files stay unless ``force`` is set."""
    steps = []
    removed: set[tuple[str, ...]] = set()
    for seen in reversed(places):
        if not seen.marker:
            continue
        if force:
            steps.append(Step("empty", seen.place))
        steps.append(Step("unmark", seen.place))
        if seen.marker.created and _will_be_empty(seen, removed, force):
            steps.append(Step("remove", seen.place))
            removed.add(WindowsPath.parse(seen.place.shown).key)
    return steps


def _will_be_empty(seen: Observed, removed: t.Collection[tuple[str, ...]], force: bool) -> bool:
    """Tell whether a place has nothing left once the places in it are ``removed``."""
    if seen.place.server:
        return force or seen.empty
    path = WindowsPath.parse(seen.place.shown).key
    left = {name for name in seen.directories if (*path, fold(name)) not in removed}
    return not left and (force or not seen.has_files)


def remembered(known: t.Mapping[str, str], steps: t.Sequence[Step]) -> dict[str, str]:
    """Return the lives by path that a machine is to remember once it has done the steps."""
    touched = {step.place.path for step in steps}
    kept = {path: generation for path, generation in known.items() if path not in touched}
    return {**kept, **{step.place.path: step.marker.life for step in steps if step.marker}}


def remembered_file_systems(
    known: t.Mapping[str, str], places: t.Sequence[Observed], steps: t.Sequence[Step]
) -> dict[str, str]:
    """Return, by path, the file systems of marked places that a machine is to remember once it has done the steps."""
    marked = {step.place.path: step.marker is not None for step in steps}
    kept = {path: where for path, where in known.items() if marked.get(path, True)}
    there = [seen for seen in places if marked.get(seen.place.path, seen.marker is not None) and seen.file_system]
    return {**kept, **{seen.place.path: seen.file_system for seen in there}}


def layout_result(
    kind: str,
    observed: t.Sequence[Observed],
    free_bytes: int | None,
    steps: t.Sequence[Step],
    drive_root: str | None = None,
) -> dict[str, t.Any]:
    """Return what the module says, the data root first in ``observed``.

    ``kind`` tells what the drives are; ``drive_root`` is the directory that stands for them, None where there are real ones.
    """
    root, *places = (seen.place for seen in observed)
    return {
        "changed": bool(steps),
        "diff": _difference(observed, steps),
        "drives": kind,
        "drive_root": drive_root,
        "data_root": {"windows_directory": root.shown, "local_directory": root.path, "free_bytes": free_bytes},
        "directories": [
            {"server": place.server, "windows_directory": place.shown, "local_directory": place.path}
            for place in places
        ],
    }


def _difference(observed: t.Sequence[Observed], steps: t.Sequence[Step]) -> dict[str, dict[str, str]]:
    """Return Ansible's diff, before and after, of the places that ``steps`` touch."""
    own = {seen.place.path: [step for step in steps if step.place == seen.place] for seen in observed}
    touched = [(seen, own[seen.place.path]) for seen in observed if own[seen.place.path]]
    before = {seen.place.shown: _before(seen, todo) for seen, todo in touched}
    after = {seen.place.shown: _AFTER[todo[-1].verb] for seen, todo in touched}
    made = [step.place.shown for step in steps if step.verb == "make"]
    return {
        "before": {**before, **dict.fromkeys(made, "absent")},
        "after": {**after, **dict.fromkeys(made, "directory")},
    }


def _before(seen: Observed, steps: t.Sequence[Step]) -> str:
    if not seen.exists:
        return "absent"
    if seen.marker is None:
        return "without marker"
    new = steps[-1].marker
    if new and (seen.marker.server, seen.marker.instance) != (new.server, new.instance):
        return f"with the marker of {_owner(seen.marker)}"
    has_files = not seen.empty if seen.place.server else seen.has_files
    return "with marker and files" if steps[0].verb == "empty" and has_files else "with marker"


def _owner(marker: Marker) -> str:
    """Name the server and the instance that a marker tells of, as far as it does."""
    return f"'{marker.server}'" + (f" of instance {marker.instance}" if marker.instance else "")
