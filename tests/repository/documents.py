# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checkout's Markdown documents, and what is in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "roles/*/README.md", "tests/**/README.md")
    for path in ROOT.glob(pattern)
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def prose(document: Path) -> str:
    """Return the text without its fenced blocks."""
    return _FENCE.sub("", document.read_text())


def links(document: Path) -> list[str]:
    """Return what is linked or shown, but for other hosts."""
    return [link for link in _LINK.findall(prose(document)) if not re.match(r"[a-z]+:", link)]


def anchors(document: Path) -> set[str]:
    """Return the fragments by which forges link to headings: lower case, hyphens for spaces, no punctuation."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(document)))
    return {heading.replace(" ", "-") for heading in headings}


def blocks(document: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [text for found, text in _FENCE.findall(document.read_text()) if found == language]
