# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe against servers that work, refuse, lie, stop in the middle and say nothing."""

from __future__ import annotations

import io
import socket
import struct
import time
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.file_simulator.nas.plugins.module_utils._nfs import probe as _nfs_probe
from ansible_collections.file_simulator.nas.plugins.module_utils._nfs.probe import ProbeError, main, probe

from ...scripted_nfs import (
    FILE,
    FSID,
    LAST,
    Conversation,
    accepted,
    answering,
    attributes,
    good,
    record,
    uints,
)
from ...strategies import QUICK

NULL_REPLY = record(accepted(1))


def answer_to(replies: list[bytes], path: str = "/data", timeout: float = 2.0) -> tuple[int, int]:
    with answering(replies) as server:
        return probe("127.0.0.1", server.port, path, timeout).fsid


def test_answer_of_a_working_server() -> None:
    with answering(good()) as server:
        started = time.monotonic()
        answer = probe("127.0.0.1", server.port)
        assert answer.fsid == FSID
        assert 0 < answer.seconds <= time.monotonic() - started


def test_fsid_has_64_bits() -> None:
    assert answer_to(good(fsid=(2**64 - 1, 2**32))) == (2**64 - 1, 2**32)


@pytest.mark.parametrize("space", [(0, 1), (2**63, 2**64 - 1), None])
def test_space_is_told_where_the_server_knows_it(space: tuple[int, int] | None) -> None:
    with answering(good(space=space)) as server:
        answer = probe("127.0.0.1", server.port)
    assert (answer.fsid, answer.space) == (FSID, space)


def test_question_is_what_rfc_7530_asks_for() -> None:
    with answering(good(lookups=2)) as server:
        probe("127.0.0.1", server.port, "/data/öl")
    null, compound = server.heard
    assert struct.unpack(">6I", null[:24]) == (1, 0, 2, 100003, 4, 0)
    assert struct.unpack(">6I", compound[:24]) == (2, 0, 2, 100003, 4, 1)
    credential_flavour, credential_length = struct.unpack(">2I", compound[24:32])
    assert credential_flavour == 1 and len(compound) % 4 == 0
    arguments = compound[32 + credential_length + 8 :]
    assert arguments == (
        uints(5) + b"probe\0\0\0" + uints(0, 4, 24)
        + uints(15, 4) + b"data" + uints(15, 3) + "öl".encode() + b"\0"
        + uints(9, 2, 1 << 1 | 1 << 8, 1 << 10 | 1 << 12)
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/data", "data", "/data/", "//data"])
def test_path_may_be_written_in_any_way(path: str) -> None:
    with answering(good()) as server:
        assert probe("127.0.0.1", server.port, path).fsid == FSID
    assert server.heard[1].count(uints(15, 4) + b"data") == 1


def test_root_itself_is_looked_up_by_nothing() -> None:
    assert answer_to(good(lookups=0), "/") == FSID


@pytest.mark.parametrize("size", [1, 3, 4, 7, 40])
def test_reply_in_many_fragments(size: int) -> None:
    body = accepted(2, attributes())
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    fragments = b"".join(uints(len(part) | (LAST if part is parts[-1] else 0)) + part for part in parts)
    assert answer_to([NULL_REPLY, fragments]) == FSID


def test_empty_fragments_are_passed_over() -> None:
    assert answer_to([NULL_REPLY, uints(0) * 5 + record(accepted(2, attributes()))]) == FSID


def test_verifier_of_any_length_is_passed_over() -> None:
    reply = uints(2, 1, 0, 7, 5) + b"abcde\0\0\0" + uints(0) + attributes()
    assert answer_to([NULL_REPLY, record(reply)]) == FSID


def failed(status: int) -> bytes:
    return record(accepted(2, uints(status, 0, 0)))


@pytest.mark.parametrize(
    ("replies", "message"),
    [
        ([NULL_REPLY, failed(2)], "/data: the server answered NFS4ERR_NOENT"),
        ([NULL_REPLY, failed(1)], "NFS4ERR_PERM"),
        ([NULL_REPLY, failed(5)], "NFS4ERR_IO"),
        ([NULL_REPLY, failed(13)], "NFS4ERR_ACCESS"),
        ([NULL_REPLY, failed(20)], "NFS4ERR_NOTDIR"),
        ([NULL_REPLY, failed(70)], "NFS4ERR_STALE"),
        ([NULL_REPLY, failed(10008)], "NFS4ERR_DELAY"),
        ([NULL_REPLY, failed(10013)], "NFS4ERR_GRACE"),
        ([NULL_REPLY, failed(10001)], "NFS4ERR_10001"),
        ([record(uints(1, 1, 1, 1, 5))], "refused the call"),
        ([NULL_REPLY, record(uints(2, 1, 1, 0, 2, 2))], "refused the call"),
        *[
            ([record(accepted(1, status=status))], f"does not serve NFSv4 here .RPC accept status {status}")
            for status in (1, 2, 3, 4, 5)
        ],
        ([record(accepted(7))], "does not belong to the call"),
        ([record(uints(1, 0, 2, 100003, 4, 0))], "does not belong to the call"),
        ([NULL_REPLY, NULL_REPLY], "does not belong to the call"),
        ([NULL_REPLY, *good(kind=FILE)[1:]], "/data is not a directory"),
        ([NULL_REPLY, record(accepted(2, uints(0, 0, 1, 24, 0)))], "another question than was asked"),
        ([NULL_REPLY, record(accepted(2))], "something that is not NFSv4"),
        ([NULL_REPLY, record(accepted(2, uints(0, 0, 0)))], "something that is not NFSv4"),
        ([NULL_REPLY, record(accepted(2, uints(0, 0, 2**32 - 1)))], "something that is not NFSv4"),
        ([NULL_REPLY, record(accepted(2, uints(0, 2**32 - 1)))], "something that is not NFSv4"),
        ([record(b"")], "something that is not NFSv4"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "too long|closed"),
        ([b"SSH-2.0-OpenSSH_9.2\r\n"], "closed|too long"),
        ([uints(LAST | 65537)], "too long for NFS"),
        ([NULL_REPLY, (uints(30000) + b"\0" * 30000) * 3], "too long for NFS"),
        ([uints(0x7FFFFFFF)], "too long for NFS"),
        ([b""], "closed the connection without an answer"),
        ([], "closed the connection|reset|Broken pipe"),
        ([NULL_REPLY, b""], "closed the connection without an answer"),
        ([NULL_REPLY, good()[1][:20]], "closed the connection without an answer"),
    ],
)
def test_problem_is_named(replies: list[bytes], message: str) -> None:
    with pytest.raises(ProbeError, match=message):
        answer_to(replies)


@pytest.mark.parametrize("length", range(0, len(good()[1]) - 4, 4))
def test_truncated_reply_is_no_answer(length: int) -> None:
    with pytest.raises(ProbeError):
        answer_to([NULL_REPLY, record(accepted(2, attributes())[:length])])


@pytest.mark.parametrize("replies", [[], [NULL_REPLY], [NULL_REPLY, good()[1][:10]]])
def test_silence_ends_with_the_timeout(replies: list[bytes]) -> None:
    with answering(replies, hang=True) as server:
        started = time.monotonic()
        with pytest.raises(ProbeError, match=rf"127.0.0.1:{server.port} did not answer within 0.1 s"):
            probe("127.0.0.1", server.port, timeout=0.1)
        assert time.monotonic() - started < 2


def test_nobody_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with pytest.raises(ProbeError, match=f"127.0.0.1:{port}: Connection refused"):
            probe("127.0.0.1", port)


class Wire:
    """A connection that delivers given bytes, for as many examples as a fuzzer wants."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def sendall(self, data: bytes) -> None:
        pass

    def makefile(self, _mode: str) -> t.BinaryIO:
        return io.BytesIO(self._data)


def fuzz(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_nfs_probe.socket, "create_connection", lambda *_arguments: Wire(data))
        try:
            answer = probe("192.0.2.1", 2049)
        except ProbeError as error:
            assert str(error)
        else:
            assert all(0 <= number < 2**64 for number in answer.fsid)


@QUICK
@given(st.binary(max_size=300))
@example(b"".join(good()))
def test_any_bytes_end_in_an_answer_or_a_probe_error(data: bytes) -> None:
    fuzz(data)
    fuzz(record(data))
    fuzz(NULL_REPLY + record(data))
    fuzz(NULL_REPLY + record(accepted(2, data)))
    fuzz(NULL_REPLY + record(accepted(2, uints(0, 0) + data)))


@QUICK
@given(st.data())
def test_any_damage_to_a_good_reply_ends_in_an_answer_or_a_probe_error(data: st.DataObject) -> None:
    reply = bytearray(b"".join(good()))
    for _change in range(data.draw(st.integers(1, 4))):
        reply[data.draw(st.integers(0, len(reply) - 1))] = data.draw(st.integers(0, 255))
    fuzz(bytes(reply))


class TestMain:
    def test_success(self, capsys: pytest.CaptureFixture[str]) -> None:
        with answering(good()) as server:
            assert main(["127.0.0.1", str(server.port), "/data"]) == 0
        assert capsys.readouterr().out == "fsid 5.6\n"

    def test_failure(self, capsys: pytest.CaptureFixture[str]) -> None:
        with answering([NULL_REPLY, failed(2)]) as server:
            assert main(["127.0.0.1", str(server.port), "/data"]) == 1
        assert "NFS4ERR_NOENT" in capsys.readouterr().err

    @pytest.mark.parametrize("arguments", [[], ["127.0.0.1", "2049"], ["127.0.0.1", "nfs", "/data"]])
    def test_usage(self, arguments: t.Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main(arguments) == 2
        assert capsys.readouterr().err.startswith("usage: ")


class TestVersion3:
    """MOUNT gives the handle, NFS its attributes, both on one port."""

    MOUNTED = record(accepted(2, uints(0, 8) + b"a handle"))

    @staticmethod
    def attributes(kind: int) -> bytes:
        values = uints(kind, 0o777, 2, 0, 0) + struct.pack(">4Q", 4096, 4096, 0, 77)
        return record(accepted(3, uints(0) + values))

    def test_answer_has_the_disks_fsid(self) -> None:
        with answering([NULL_REPLY, self.MOUNTED, self.attributes(2)]) as server:
            assert probe("127.0.0.1", server.port, version=3).fsid == (77, 0)
        programs = [struct.unpack(">3I", call[12:24]) for call in server.heard]
        assert programs == [(100003, 3, 0), (100005, 3, 1), (100003, 3, 1)]

    @pytest.mark.parametrize(
        ("replies", "message"),
        [
            ([record(accepted(2, uints(13)))], r"/data: the server refused to mount it \(MNT3ERR 13\)"),
            ([MOUNTED, record(accepted(3, uints(70)))], "/data: the server answered NFS3ERR_STALE"),
            ([MOUNTED, record(accepted(3, status=1))], "does not serve NFSv3 here"),
        ],
    )
    def test_refusals_are_told(self, replies: list[bytes], message: str) -> None:
        with answering([NULL_REPLY, *replies]) as server, pytest.raises(ProbeError, match=message):
            probe("127.0.0.1", server.port, version=3)

    def test_file_is_no_export(self) -> None:
        replies = [NULL_REPLY, self.MOUNTED, self.attributes(1)]
        with answering(replies) as server, pytest.raises(ProbeError, match="/data is not a directory"):
            probe("127.0.0.1", server.port, version=3)

    def test_mount_may_have_a_port_of_its_own(self) -> None:
        with self.nfs() as nfs, self.mount() as mount:
            assert probe("127.0.0.1", nfs.port, "/vol/in1", version=3, mount_port=mount.port).fsid == (77, 0)
        assert [struct.unpack(">3I", call[12:24]) for call in mount.heard] == [(100005, 3, 1)]
        assert [struct.unpack(">3I", call[12:24]) for call in nfs.heard] == [(100003, 3, 0), (100003, 3, 1)]
        assert mount.heard[0].endswith(uints(8) + b"/vol/in1")

    def test_rpcbind_is_asked_for_that_port(self, capsys: pytest.CaptureFixture[str]) -> None:
        with self.nfs() as nfs, self.mount() as mount, self.rpcbind(mount.port) as rpcbind:
            assert main(["127.0.0.1", str(nfs.port), "/vol/in1", str(rpcbind.port)]) == 0
        assert capsys.readouterr().out == "fsid 77.0\n"
        (asked,) = rpcbind.heard
        assert struct.unpack(">3I", asked[12:24]) == (100000, 2, 3)
        assert asked.endswith(uints(100005, 3, 6, 0))

    def test_rpcbind_that_knows_no_mount_or_is_gone_is_told(self) -> None:
        with self.nfs() as nfs, self.rpcbind(0) as rpcbind:
            with pytest.raises(ProbeError, match="rpcbind knows no MOUNT"):
                probe("127.0.0.1", nfs.port, version=3, rpcbind=rpcbind.port)
            # Clients of NFSv4 ask nobody.
            with pytest.raises(ProbeError, match="another question"):
                probe("127.0.0.1", nfs.port, rpcbind=rpcbind.port)
            assert len(rpcbind.heard) == 1
        with self.nfs() as nfs, pytest.raises(ProbeError, match=f"^127.0.0.1:{rpcbind.port}: Connection refused$"):
            probe("127.0.0.1", nfs.port, version=3, rpcbind=rpcbind.port)

    def nfs(self) -> t.ContextManager[Conversation]:
        return answering([NULL_REPLY, record(accepted(2, self.attributes(2)[28:]))])

    def mount(self) -> t.ContextManager[Conversation]:
        return answering([record(accepted(1, uints(0, 8) + b"a handle"))])

    def rpcbind(self, port: int) -> t.ContextManager[Conversation]:
        return answering([record(accepted(1, uints(port)))])
