# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What containers log, as lines for people."""

from __future__ import annotations

from ansible_collections.file_simulator.nas.plugins.module_utils._server.log_lines import merged, telling

_PREFIX = "27/11/2026 19:42:3{} : epoch 6b09dd26 : nas-input-1 : nfs-ganesha-1[main] "
_RULE = "-" * 49


def test_lines_of_all_containers_are_in_the_order_of_their_times() -> None:
    server = [
        _PREFIX.format(0) + f"nfs_start :NFS STARTUP :EVENT :{_RULE}",
        _PREFIX.format(0) + "nfs_start :NFS STARTUP :EVENT :             NFS SERVER INITIALIZED",
        _PREFIX.format(2) + "find_keytab_entry :NFS CB :CRIT :ERROR: no usable keytab entry: none",
    ]
    agent = [
        "2026-11-27T19:42:31.522Z INFO started: server 'nas-input-1', mode windows_to_nas",
        "Traceback (most recent call last):",
        "2026-11-27T19:42:33.000Z ERROR halted: the marker is gone",
    ]
    assert merged({"nfs-server": server, "sync-agent": agent}) == [
        "2026-11-27 19:42:30  nfs-server  NFS STARTUP: NFS SERVER INITIALIZED",
        "2026-11-27 19:42:31  sync-agent  started: server 'nas-input-1', mode windows_to_nas",
        "                     sync-agent  Traceback (most recent call last):",
        "2026-11-27 19:42:32  nfs-server  CRIT NFS CB: ERROR: no usable keytab entry: none",
        "2026-11-27 19:42:33  sync-agent  ERROR: halted: the marker is gone",
    ]


def test_what_has_no_known_form_stays_as_it_is_and_steers_no_terminal() -> None:
    assert merged({"a": ["exec: not found", "\x1b[2J"], "bc": []}) == [
        f"{'':19}  a   exec: not found",
        f"{'':19}  a   ␛[2J",
    ]
    assert merged({}) == []


def test_lines_that_tell_most_are_what_was_warned_of_and_the_last_two() -> None:
    usual = [_PREFIX.format(2) + f"main :MAIN :EVENT :step {number}" for number in range(8)]
    warned = [_PREFIX.format(1) + f"main :FSAL :WARN :odd {number}" for number in range(4)]
    usual += [_PREFIX.format(1) + "find_keytab_entry :NFS CB :CRIT :ERROR: no usable keytab entry in /etc/krb5.keytab"]
    usual += usual[:8]
    rule = _PREFIX.format(3) + f"nfs_start :NFS STARTUP :EVENT :{_RULE}"
    assert telling([*usual, *warned, *usual, rule, ""]) == [
        *(f"19:42:31 WARN FSAL: odd {number}" for number in (1, 2, 3)),
        "19:42:32 MAIN: step 6",
        "19:42:32 MAIN: step 7",
    ]
    assert telling(["exec: not found"]) == ["exec: not found"] and telling([]) == []
