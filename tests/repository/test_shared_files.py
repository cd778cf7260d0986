# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What collection and image go by alike: one file in two places, as neither can reach the other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import ROOT

UTILS = ROOT / "plugins" / "module_utils"
AGENT = ROOT / "roles" / "nas_image" / "files" / "nas_sync_agent"


@pytest.mark.parametrize(("original", "copy"), [(UTILS / "_model" / "windows_names.py", AGENT / "windows_names.py")])
def test_copy_is_the_original(original: Path, copy: Path) -> None:
    assert copy.read_bytes() == original.read_bytes(), f"cp {original.relative_to(ROOT)} {copy.relative_to(ROOT)}"


def test_windows_names_are_folded_in_one_way() -> None:
    """Unicode's case folding is another than that of NTFS."""
    sources = [*(ROOT / "plugins").rglob("*.py"), *AGENT.rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path in sources if "casefold" in path.read_text()] == []
