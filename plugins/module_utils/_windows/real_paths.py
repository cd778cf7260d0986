# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Whether two paths lead to one tree, whatever they are called. Private to file_simulator.nas. Looks at the disk.

Names are compared without case: on Windows ``C:\Orders`` and ``C:\orders`` are one directory.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_names import fold
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.directory import read_marker
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.layout_plan import Place
from ansible_collections.file_simulator.nas.plugins.module_utils._windows.marker import Marker


@dataclass(frozen=True)
class RealPath:
    """A path without links. ``ancestors`` are device and inode of it and of all above it that exist, itself first."""

    path: str
    itself: tuple[int, int] | None
    ancestors: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, path: str) -> RealPath:
        """Follow the links in a path, of which not all need exist."""
        real = os.path.realpath(path)
        found = [_identity(where) for where in _upwards(real)]
        return cls(real, found[0], frozenset(each for each in found if each))

    def lies_in(self, other: RealPath) -> bool:
        """Tell whether this is the other directory, or lies below it."""
        if other.itself and other.itself in self.ancestors:
            return True
        mine, theirs = _names(self.path), _names(other.path)
        return mine[: len(theirs)] == theirs

    def meets(self, other: RealPath) -> bool:
        """Tell whether one of the two is the other, or lies in it."""
        return self.lies_in(other) or other.lies_in(self)


def check_apart(places: t.Sequence[Place], known: t.Iterable[str], instance: str) -> None:
    """Raise SimulatorError where two servers would have one tree, of this instance or of another one.

    The data root comes first in ``places``; ``known`` are the paths that this machine has laid out.
    """
    real = {place.path: RealPath.of(place.path) for place in places}
    root, servers = places[0], places[1:]
    for number, place in enumerate(servers):
        if real[root.path].lies_in(real[place.path]):
            raise SimulatorError(
                f"{place.both} is the data root {root.both} or has it in it; choose a directory below it"
            )
        for other in servers[:number]:
            if real[place.path].meets(real[other.path]):
                raise SimulatorError(
                    f"{place.both} and {other.both} are one directory on the disk, or one lies in the other; "
                    "give each server its own directory"
                )
    for place in servers:
        for path, marker in _claimed(real[place.path], known, instance):
            raise SimulatorError(
                f"{place.both} and {path}, which is that of {_owner(marker)}, are one directory on the disk, or one lies "
                "in the other; give each instance its own data_root"
            )


def _claimed(place: RealPath, known: t.Iterable[str], instance: str) -> t.Iterator[tuple[str, Marker]]:
    """Yield the directories of other instances' servers that lie in a place, or in which it lies."""
    above = [path for path in _upwards(place.path) if path != place.path]
    for path in [*above, *(path for path in known if RealPath.of(path).meets(place))]:
        if _identity(path) == place.itself and place.itself is not None:
            continue  # its own marker tells whose it is
        try:
            marker = read_marker(path)
        except SimulatorError:
            continue  # not ours to mend, and above the places nothing of ours has to be
        if marker and marker.server and marker.instance not in ("", instance):
            yield path, marker


def _owner(marker: Marker) -> str:
    return f"server {marker.server} of instance {marker.instance}"


def _upwards(path: str) -> t.Iterator[str]:
    yield path
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _names(path: str) -> list[str]:
    return [fold(name) for name in path.split("/") if name]
