# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of the caller's own, named by KUBECONFIG: used as it is, never built or stopped."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from testcluster.settings import ClusterError, Layout


@dataclass(frozen=True)
class External:
    """A kubeconfig, or a list of them, that somebody else looks after."""

    kubeconfig: str

    @property
    def context(self) -> str:
        """Return the current context: that of the first file which names one."""
        for part in self.kubeconfig.split(os.pathsep):
            file = Path(part)
            if part and file.is_file() and (context := current_context(file.read_text())):
                return context
        raise ClusterError(f"KUBECONFIG={self.kubeconfig} names no readable file with a current context")


def current_context(kubeconfig: str) -> str:
    """Return the current context that the text of a kubeconfig names, be it YAML or JSON."""
    match = re.search(r"""^\s*["']?current-context["']?\s*:\s*["']?([^"',\s]*)""", kubeconfig, re.MULTILINE)
    return match[1] if match else ""


def chosen(option: str | None, layout: Layout) -> External | None:
    """Return the caller's cluster, unless there is none or it is the one that we look after."""
    kubeconfig = option or os.environ.get("KUBECONFIG", "")
    if not kubeconfig or Path(kubeconfig).resolve() == layout.kubeconfig:
        return None
    return External(kubeconfig)
