"""A loopback server that speaks as much of OpenAI's chat protocol as a test needs."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class ChatServer:
    """Gives the prepared replies one after the other, the last one for ever, and keeps what it was asked."""

    url: str = ""
    replies: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def say(self, text: object) -> None:
        """Prepares an answer."""
        self.give(200, json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode())

    def give(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Prepares a reply; a header's name is written with underscores."""
        self.replies.append((status, body, {name.replace("_", "-"): value for name, value in headers.items()}))


@contextmanager
def chat_server() -> Generator[ChatServer]:
    """A server on a free port of this machine, gone at the end."""
    state = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            state.questions.append({"path": self.path, **json.loads(self.rfile.read(size))})
            state.headers.append(dict(self.headers.items()))
            status, body, headers = state.replies.pop(0) if len(state.replies) > 1 else state.replies[0]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
