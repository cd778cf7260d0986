# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster that runs nothing is that of the modules' tests."""

from __future__ import annotations

# The plugin imports it late; by then another test may have let Ansible's own importer take over.
import ansible_collections.file_simulator.nas.plugins.module_utils._ansible.kubernetes  # noqa: F401

from ..modules.conftest import kubernetes as kubernetes
