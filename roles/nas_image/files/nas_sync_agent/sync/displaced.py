# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that were taken out of the export, until it is certain that no client writes them any more.

A client that had a file open when it was replaced or removed goes on writing it: it writes through its
descriptor, not through the name. Such a file stays in the stage, noted in the ledger, for as long as somebody
has it open for writing. Once it is written it goes back into the export, to its name or beside it.
"""

from __future__ import annotations

from ..errors import Changed, reason
from ..model import Intent, Side, Stamp
from ..trees.nas import NasTree
from .ledger import Ledger


class Displaced:
    """What waits in the stage to be dropped. Methods raise sqlite3.Error."""

    def __init__(self, nas: NasTree, ledger: Ledger) -> None:
        """Start with none; what an earlier run has left is told by :meth:`hold`."""
        self._nas = nas
        self._ledger = ledger
        self._held: dict[str, Intent] = {}

    def __len__(self) -> int:
        """How many are held."""
        return len(self._held)

    def __contains__(self, staged: str) -> bool:
        """Whether a name of the stage is that of a file that is held."""
        return staged in self._held

    def let_go(self, path: str, staged: str, stamp: Stamp) -> None:
        """Drop a file that was taken from ``path`` and showed ``stamp`` then, at once or when that can be done.

        ``path`` may also be a second name that the file has in the export.
        """
        intent = Intent(path, Side.NAS, staged, stamp, ())
        if not self._end(intent):
            self.hold(intent)

    def hold(self, intent: Intent) -> None:
        """Note a file of the stage, to be dropped by :meth:`look`. The caller commits."""
        self._ledger.begin(intent)
        self._held[intent.temporary] = intent

    def look(self) -> list[str]:
        """Drop or put back what can be; the second names of what was dropped, whose content may have changed."""
        ended = [intent for intent in list(self._held.values()) if self._end(intent)]
        for intent in ended:
            del self._held[intent.temporary]
            self._ledger.end(intent, done=False)
        if ended:
            self._ledger.commit()
        return [intent.path for intent in ended]

    def _end(self, intent: Intent) -> bool:
        """Drop a file, or put it back; False when it must wait, be it for an error."""
        try:
            try:
                return self._nas.drop(intent.temporary, intent.stamp, intent.path)
            except Changed:
                self._nas.put_back(intent.temporary, intent.path, parents=True)
                return True
        except FileNotFoundError:
            return self._nas.waiting(intent.temporary) is None
        except Exception as error:
            reason(error)
            return False
