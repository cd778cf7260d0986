# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration of NFS-Ganesha for one server. Private to file_simulator.nas. Pure.

The settings are those of ganesha-core-config(8) and ganesha-export-config(8) for version 4.3. Those
that are not obvious:

* ``Attr_Expiration_Time = 0`` makes changes visible at once that the sync agent makes underneath the
  server. NFS-Ganesha caches attributes and directories for a minute otherwise.
* ``Dir_Chunk = 0`` keeps names out of the cache, too. With them, the first client that asks for a file
  which the agent has replaced or removed gets ESTALE: the kernel's client tries again by itself, others
  do not. It costs a third of the speed of looking names up.
* ``Protocols = 4`` in both blocks, with NLM, RQUOTA and UDP off: one TCP port and no rpcbind.
* ``Minor_Versions``: why there is no 4.2 stands in ``_model/minor_versions.py``.
* With NFSv3, MOUNT has a port of its own and registers with rpcbind, without which NFS-Ganesha does not start.
  ``Mount_Path_Pseudo`` lets clients of both versions mount the same path. NLM stays off: locks over NFSv3 would
  take a statd here and a way from here to the client.
* ``Only_Numeric_Owners``: no idmapd in the container; owners come out as numbers instead of nobody.
* ``FD_LWMark_Percent = 0; LRU_Run_Interval = 1``: a descriptor that the server keeps to itself is closed within
  a second or so. It truncates files by name through such ones, and only their close tells the sync agent
  that a file is complete. A client's own open files have descriptors of their own, which stay.
* ``Graceless = false`` with a ``RecoveryRoot`` that outlives the container: after a restart, clients that
  held locks take them back before anybody else can have them. Until then (``Grace_Period``, 15 s instead of
  90) the server answers, but keeps whoever opens or locks waiting; without clients from before it does not.
* ``Lease_Lifetime``: how long a client that has gone away keeps its locks; it must be below the grace period.
"""

from __future__ import annotations

import posixpath
import re
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._model import minor_versions
from ansible_collections.file_simulator.nas.plugins.module_utils._model.endpoint import MOUNT_PORT
from ansible_collections.file_simulator.nas.plugins.module_utils._model.exports import Export
from ansible_collections.file_simulator.nas.plugins.module_utils._model.server import Server

_SQUASH = {"none": "No_Root_Squash", "root": "Root_Squash", "all": "All_Squash"}
# An open file or directory costs about 1 KiB; the default of 100,000 does not fit the container's memory.
_CACHED_OBJECTS = 20000

_TEMPLATE = """\
NFS_CORE_PARAM {{
    Protocols = {protocols};
    NFS_Port = {port};
    MNT_Port = {mount_port};
{mount_path}    Enable_NLM = false;
    Enable_RQUOTA = false;
    Enable_UDP = false;
}}
NFSV4 {{
    Minor_Versions = {minor_versions};
    Only_Numeric_Owners = true;
    Graceless = false;
    Grace_Period = 15;
    Lease_Lifetime = 10;
    RecoveryBackend = fs;
    RecoveryRoot = {recovery};
}}
NFS_KRB5 {{ Active_krb5 = false; }}
MDCACHE {{
    Entries_HWMark = {cached};
    Dir_Chunk = 0;
    FD_LWMark_Percent = 0;
    LRU_Run_Interval = 1;
}}
LOG {{
    Default_Log_Level = EVENT;
    # There is no D-Bus in the container, and nobody who misses it.
    Components {{ DBUS = FATAL; }}
}}
{exports}"""
_MOUNT_PATH = "    Mount_Path_Pseudo = true;\n"
_EXPORT = """\
EXPORT {{
    Export_Id = {export_id};
    Filesystem_Id = {export_id}.{export_id};
    Path = {path};
    Pseudo = {pseudo};
    Protocols = {protocols};
    Transports = TCP;
    SecType = sys;
    Access_Type = {access_for_all};
    Squash = {squash};
    Anonymous_Uid = {anonymous_uid};
    Anonymous_Gid = {anonymous_gid};
    PrivilegedPort = {privileged_port};
    Disable_ACL = true;
    Attr_Expiration_Time = 0;
    FSAL {{ Name = VFS; }}
{clients}}}
"""
_CLIENT = "    CLIENT {{ Clients = {clients}; Access_Type = {access}; }}\n"


# What the configuration's grammar takes for a path without quotes.
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")


def render_ganesha(server: Server, *, path: str, port: int, recovery: str, clients: t.Sequence[str]) -> str:
    """Return the text of ganesha.conf.

    ``path`` is the server's tree in the container, ``recovery`` a directory that the server makes and that outlives
    it. ``clients`` are the networks that may mount; none given means everybody who reaches the port.
    """
    serves_v3 = 3 in server.nfs_versions
    return _TEMPLATE.format(
        port=port,
        minor_versions=", ".join(map(str, minor_versions.SERVED)),
        protocols=_protocols(server),
        mount_port=MOUNT_PORT if serves_v3 else 0,
        mount_path=_MOUNT_PATH if serves_v3 else "",
        recovery=recovery,
        cached=_CACHED_OBJECTS,
        exports="".join(_export(server, export, path, clients) for export in server.exports),
    )


def _export(server: Server, export: Export, path: str, clients: t.Sequence[str]) -> str:
    options = export.options
    access = "RO" if options.read_only else "RW"
    return _EXPORT.format(
        export_id=export.export_id,
        path=_quoted(posixpath.join(path, export.subdirectory) if export.subdirectory else path),
        pseudo=_quoted(export.path),
        protocols=_protocols(server),
        access_for_all="None" if clients else access,
        squash=_SQUASH[options.squash],
        # Ganesha reads the anonymous ids as signed 32-bit numbers.
        anonymous_uid=_signed(options.anonymous_uid),
        anonymous_gid=_signed(options.anonymous_gid),
        privileged_port=str(options.privileged_port).lower(),
        clients=_CLIENT.format(clients=", ".join(clients), access=access) if clients else "",
    )


def _protocols(server: Server) -> str:
    return ", ".join(map(str, server.nfs_versions))


def _quoted(path: str) -> str:
    """Return a path as the configuration's grammar reads it: neither Windows nor an export's path has quotes."""
    return path if _PLAIN.fullmatch(path) else f'"{path}"'


def _signed(number: int) -> int:
    return number - 2**32 if number >= 2**31 else number
