# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a FakeKubernetes is reached: HTTP, the WebSocket of an exec, and a kubeconfig."""

from __future__ import annotations

import base64
import hashlib
import json
import typing as t
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .fake_pods import executed

if t.TYPE_CHECKING:
    from .fake_kubernetes import FakeKubernetes


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def handler(fake: FakeKubernetes) -> type[BaseHTTPRequestHandler]:
    """Return what answers a request to the cluster."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _exec(self) -> None:
            """Speak as much WebSocket as an exec takes: a handshake, the channels, and an end."""
            address = urlsplit(self.path)
            path, given = address.path, parse_qs(address.query)
            with fake.lock:
                fake.requests.append(("GET", path, {"command": " ".join(given["command"])}))
                if "--end" in given["command"]:
                    fake.ended.update(given["container"])
                found = executed(fake, path.split("/")[-2], given["command"])
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            accepted = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
            self.send_header("Sec-WebSocket-Accept", accepted)
            self.send_header("Sec-WebSocket-Protocol", "v4.channel.k8s.io")
            self.end_headers()
            failure = {"status": "Failure", "details": {"causes": [{"reason": "ExitCode", "message": "4"}]}}
            lines = found if isinstance(found, list) else [found]
            told = [b"\x01" + json.dumps(line).encode() + b"\n" for line in lines]
            said = told if found is not None else [b"\x02no answer"]
            ended = b"\x03" + json.dumps(failure if found is None else {"status": "Success"}).encode()
            for code, data in (*[(0x82, each) for each in said], (0x82, ended), (0x88, b"\x03\xe8")):
                size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2, "big")
                self.wfile.write(bytes([code]) + size + data)
            self.close_connection = True

        def _any(self) -> None:
            if self.headers.get("Upgrade", "").lower() == "websocket":
                return self._exec()
            address = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            try:
                with fake.lock:
                    status, answer = 200, fake.answer(self.command, address.path, query, body)
                    text = answer if isinstance(answer, str) else json.dumps(answer)
            except Refused as refused:
                status, text = refused.status, json.dumps({"kind": "Status", "message": str(refused)})
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_PATCH = do_DELETE = do_POST = _any

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


def write_kubeconfig(path: Path, clusters: t.Mapping[str, str], current: str = "") -> str:
    """Write a kubeconfig with a context for each cluster's URL; return its path."""
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": current,
                "clusters": [{"name": name, "cluster": {"server": url}} for name, url in clusters.items()],
                "users": [{"name": "tester", "user": {"token": "secret"}}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": "tester"}} for name in clusters],
            }
        )
    )
    return str(path)
