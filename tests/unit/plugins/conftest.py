# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the checkout importable as the collection, and runs modules in this process."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[3]
_COLLECTIONS = _CHECKOUT / ".ansible" / "collections"
sys.path.insert(0, str(_COLLECTIONS))

from ansible.module_utils.testing import patch_module_args  # noqa: E402

from ansible_collections.file_simulator.nas.plugins.module_utils import _module  # noqa: E402

from .fake_podman import FakePodman  # noqa: E402


class ModuleFailed(Exception):
    """The module ended with fail_json; ``result`` is what it returned."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result["msg"])
        self.result = result


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """Run a module's main() with arguments and return its result; raise ModuleFailed as it fails."""

    def run(module: t.Any, *, check: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
        given = {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}
        capsys.readouterr()
        with patch_module_args(given), pytest.raises(SystemExit):
            module.main()
        result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
        if result.get("failed"):
            raise ModuleFailed(result)
        return result

    return run


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePodman:
    """A podman that runs nothing, on a machine that needs no adaptation, for a caller that is root."""
    executable = tmp_path / "podman"
    executable.write_text("#!/bin/false\n")
    executable.chmod(0o755)
    fake = FakePodman(str(executable))
    monkeypatch.setattr(_module.os, "geteuid", lambda: 0)
    monkeypatch.setattr(_module, "adaptation", lambda machine: "")
    monkeypatch.setattr(_module.AnsibleModule, "run_command", lambda self, command, **options: fake.run(command))
    return fake
