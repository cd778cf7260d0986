# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What property-based tests draw from, and how many examples they look at."""

from __future__ import annotations

import typing as t

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._model.windows_path import WindowsPath

# A busy machine is no failure, and fixtures that only hold paths need no renewal between examples.
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
# For what costs a hundred times as much to draw.
FEW = settings(QUICK, max_examples=20)

DEVICES = ("con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10)))

server_names = st.from_regex(r"[a-z]([a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True).filter(
    lambda name: name not in DEVICES
)

windows_names = st.text(
    st.characters(codec="utf-8", exclude_characters='<>:"/\\|?*', min_codepoint=32), min_size=1, max_size=20
).filter(lambda name: name[-1] not in ". " and name.split(".")[0].rstrip().lower() not in DEVICES)

windows_paths = st.builds(
    WindowsPath, st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.lists(windows_names, max_size=4).map(tuple)
)

export_options = st.builds(
    lambda access, rest: ",".join([access, *rest]),
    st.sampled_from(["rw", "ro"]),
    st.lists(
        st.sampled_from(["sync", "no_root_squash", "insecure", "anonuid=1000", "anongid=4294967294"]), unique=True
    ),
)

_ids = st.one_of(st.integers(0, 2**32 - 2), st.integers(0, 2**32 - 2).map(str))
_modes = st.integers(0, 0o7777).map("{:04o}".format)
_exports = st.fixed_dictionaries(
    {},
    optional={
        "root": st.fixed_dictionaries({}, optional={"owner": _ids, "group": _ids, "mode": _modes}),
        "files": st.fixed_dictionaries(
            {}, optional={"owner": _ids, "group": _ids, "file_mode": _modes, "directory_mode": _modes}
        ),
    },
)

_own_fields = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "export_options": export_options,
        "export": _exports,
        "clients": st.lists(st.sampled_from(["192.0.2.0/24", "127.0.0.1", "2001:db8::/32"]), max_size=3),
        "sync": st.fixed_dictionaries(
            {},
            optional={
                "mode": st.sampled_from(["none", "windows_to_nas", "nas_to_windows", "two_way"]),
                "interval": st.integers(1, 3600),
                "quiet_period": st.integers(0, 600),
                "max_deletions": st.one_of(st.integers(0, 10**6), st.integers(0, 100).map("{}%".format)),
            },
        ),
        "storage": st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["empty_dir", "persistent", "memory"]),
                "size_limit": st.integers(4, 999).map("{}Mi".format),
            },
        ),
    },
)


@st.composite
def topologies(draw: st.DrawFn) -> dict[str, t.Any]:
    """Draw a mapping that a user could write and that must be accepted."""
    names = draw(st.lists(server_names, min_size=1, max_size=6, unique=True))
    ports = draw(st.lists(st.integers(30000, 32767), min_size=len(names), max_size=len(names), unique=True))
    # Below those that follow from a name or a port.
    ids = draw(st.lists(st.integers(1, 999), min_size=len(names), max_size=len(names), unique=True))
    servers = []
    for name, port, export_id in zip(names, ports, ids):
        role = draw(st.sampled_from(["input", "backup", "output"]))
        server = {"name": name, "role": role, "port": draw(st.sampled_from([port, "auto"])), **draw(_own_fields)}
        if draw(st.booleans()):
            server["export_id"] = export_id
        servers.append(server)
    topology: dict[str, t.Any] = {"servers": servers, "defaults": draw(_own_fields)}
    if draw(st.booleans()):
        parts = draw(st.lists(windows_names, min_size=1, max_size=3))
        topology["data_root"] = draw(st.sampled_from("CdZ")) + ":\\" + "\\".join(parts)
    return topology
