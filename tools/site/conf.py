# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the site: as antsibull-docs sphinx-init proposes it, with guides in Markdown, and offline."""

from __future__ import annotations

import zlib
from pathlib import Path

from sphinx.application import Sphinx

project = title = "file_simulator.nas"
project_copyright = "file_simulator.nas contributors"
extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext", "myst_parser"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
myst_heading_anchors = 3
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
html_use_modindex = False
default_role = "any"
nitpicky = True
# The pages of modules link to these of Ansible's own site; its whole inventory would have to be fetched at each build.
_ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "callback_plugins": "plugins/callback.html#callback-plugins",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
_ANSIBLE_VARIABLES = [f"ANSIBLE_CACHE_PLUGIN{part}" for part in ("", "_CONNECTION", "_PREFIX", "_TIMEOUT")]
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/devel/", "ansible.inv")}


def setup(app: Sphinx) -> None:
    """Write the inventory of Ansible's site, in the second version of Sphinx's format."""
    head = "# Sphinx inventory version 2\n# Project: ansible\n# Version: devel\n# The rest is compressed using zlib.\n"
    lines = "".join(f"{label} std:label -1 {place} -\n" for label, place in _ANSIBLE_LABELS.items())
    lines += "".join(
        f"{name} std:envvar -1 reference_appendices/config.html#envvar-{name} -\n" for name in _ANSIBLE_VARIABLES
    )
    Path(app.srcdir, "ansible.inv").write_bytes(head.encode() + zlib.compress(lines.encode()))
