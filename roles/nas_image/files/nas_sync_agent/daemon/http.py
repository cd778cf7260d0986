# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves the status over HTTP, read-only."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .metrics import metrics
from .questions import Questions
from .status import Status

_TIMEOUT = 5.0
_ANSWER_SECONDS = 120.0


class StatusServer(ThreadingHTTPServer):
    """Answers /status, /healthz, /metrics and /ask until the process ends."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], status: Status, questions: Questions) -> None:
        """Bind; raises OSError when the address is not to be had."""
        self.status = status
        self.questions = questions
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, name="status", daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: StatusServer
    timeout = _TIMEOUT
    server_version = "nas-sync-agent"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one request."""
        status = self.server.status
        if self.path == "/status":
            self._answer(200, "application/json", json.dumps(status.snapshot(), indent=1) + "\n")
        elif self.path == "/metrics":
            self._answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics(status.snapshot()))
        elif self.path == "/healthz":
            reason = status.halted_reason
            self._answer(503 if reason else 200, "text/plain; charset=utf-8", (reason or "ok") + "\n")
        elif self.path.startswith("/ask?"):
            self._ask()
        else:
            self._answer(404, "text/plain; charset=utf-8", "there are /status, /healthz, /metrics and /ask?nonce=\n")

    def _ask(self) -> None:
        """Answer with what the agent finds now, and with the nonce that tells this answer from an older one."""
        nonce = parse_qs(urlsplit(self.path).query).get("nonce", [""])[0]
        found = self.server.questions.ask(_ANSWER_SECONDS)
        if found is None:
            self._answer(503, "text/plain; charset=utf-8", "the agent is busy\n")
        else:
            self._answer(200, "application/json", json.dumps({"nonce": nonce, **found}) + "\n")

    def _answer(self, code: int, kind: str, text: str) -> None:
        body = text.encode(errors="backslashreplace")
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Probes come every few seconds: they are not worth a line."""
