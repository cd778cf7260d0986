# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves the status over HTTP, and takes questions and requests, from the agent's own pod alone."""

from __future__ import annotations

import json
import math
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .metrics import metrics
from .questions import Answer, Questions
from .status import Status

_TIMEOUT = 5.0
_ANSWER_SECONDS = 120.0
_EMPTY_SECONDS = 1800.0
_LONGEST = 86400.0
_GRACE = 2.0
_QUESTIONS = {"/ask", "/contents"}
_REQUESTS = {"/sync", "/empty"}


class StatusServer(ThreadingHTTPServer):
    """Answers until the process ends: GET /status, /healthz, /metrics, /ask, /contents; POST /sync, /empty."""

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
        else:
            self._ask(_QUESTIONS)

    def do_POST(self) -> None:
        """Answer one request that has the agent do something."""
        self._ask(_REQUESTS)

    def _ask(self, known: set[str]) -> None:
        """Answer with what the agent finds now, and with the nonce that tells this answer from an older one."""
        asked = urlsplit(self.path)
        words = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path not in known:
            self._answer(
                404,
                "text/plain; charset=utf-8",
                f"there are {', '.join(sorted(known))}, /status, /healthz and /metrics\n",
            )
            return
        try:
            words["timeout"] = str(_timeout(words.get("timeout", "60")))
        except ValueError:
            self._answer(400, "text/plain; charset=utf-8", "timeout is no number of seconds\n")
            return
        kind = asked.path[1:]
        waits = {"sync": float(words["timeout"]) + _GRACE, "empty": _EMPTY_SECONDS}
        found = self.server.questions.ask(kind, words, waits.get(kind, _ANSWER_SECONDS))
        if found is None and kind == "sync":
            found = self._busy()
        if found is None:
            reason = self.server.status.halted_reason or "the agent is busy"
            self._answer(503, "text/plain; charset=utf-8", f"{reason}\n")
        else:
            self._answer(200, "application/json", json.dumps({"nonce": words.get("nonce", ""), **found}) + "\n")

    def _busy(self) -> Answer:
        """What can be said of a barrier when the agent's own thread has not even come to it."""
        seen = self.server.status.snapshot()
        names = ("server", "mode", "refused", "refused_count", "errors", "error_count")
        return {
            **{name: seen[name] for name in names},
            "halted_reason": seen["halted_reason"] or "",
            "done": False,
            "waiting": [{"path": ".", "reason": "the agent is busy with what came before"}],
            "waiting_count": max(1, seen["pending"]),
        }

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


def _timeout(text: str) -> float:
    """A number of seconds. Raises ValueError."""
    seconds = float(text)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(text)
    return min(seconds, _LONGEST)
