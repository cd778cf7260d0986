# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes a while to make for machines, kept in the cache under the name of what it was made of."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
import typing as t
from pathlib import Path

# Of all tests, and what of it machines are made of.
CACHES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "file-simulator"
CACHE = CACHES / "machine"
# A machine that was started on an image opens it again at each of its starts.
_UNUSED_SECONDS = 24 * 3600


def cached(kind: str, sources: t.Iterable[Path | str], make: t.Callable[[Path], None]) -> Path:
    """Return the directory that ``make`` fills, made anew when a source has changed: whole or not at all.

    A source is a file, or a text. Who wants what another test run is making waits for it. Others of its kind go when nobody
    has asked for them for a day.
    """
    contents = [source.encode() if isinstance(source, str) else source.read_bytes() for source in sources]
    directory = CACHE / f"{kind}-{hashlib.sha256(bytes(1).join(contents)).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with _locked(CACHE / f"{kind}.lock"):
        if not directory.exists():
            with tempfile.TemporaryDirectory(prefix="draft-", dir=CACHE) as draft:
                (made := Path(draft) / "made").mkdir()
                make(made)
                made.replace(directory)
        os.utime(directory)
    for other in CACHE.glob(f"{kind}-*"):
        if other.stat().st_mtime < time.time() - _UNUSED_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
    return directory


@contextlib.contextmanager
def _locked(path: Path) -> t.Iterator[None]:
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
