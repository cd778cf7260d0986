# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies the guides of docs/ for the site.

Usage: guides.py DIRECTORY
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
_OUTSIDE = re.compile(r"\]\(\.\./([^)\s]+)\)")
_GUIDE = re.compile(r"\]\(([\w-]+)\.md\)")


def main(directory: str) -> None:
    """Copy them to ``directory``, which must not exist; links to what is not on the site lead to the repository."""
    target = Path(directory)
    target.mkdir(parents=True)
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text())["repository"]
    for guide in ROOT.glob("docs/*.md"):
        # What is not on the site is in the repository.
        text = _OUTSIDE.sub(rf"]({repository}/blob/main/\1)", guide.read_text())
        if guide.name == "README.md":
            # In the order of its own table.
            text += "\n```{toctree}\n:hidden:\n\n" + "\n".join(_GUIDE.findall(text)) + "\n```\n"
        (target / guide.name).write_text(text)
    for kind in ("svg", "png"):
        for picture in ROOT.glob(f"docs/*.{kind}"):
            shutil.copy(picture, target)


if __name__ == "__main__":
    main(sys.argv[1])
