"""A web server on this machine whose answers a test writes itself."""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answering = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers each path by a function; counts how often it was asked, and how many were asked for at once."""

    daemon_threads = True

    def __init__(self, secure: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "https" if secure else "http"
        if secure is not None:
            self.socket = secure.wrap_socket(self.socket, server_side=True)
        self.routes: dict[str, Answering] = {}
        self.asked: Counter[str] = Counter()
        self.queries: list[str] = []
        self.lock = threading.Lock()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_address[1]}{path}"

    def give(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        """Answers a path with these bytes; `x_robots_tag` is a header."""
        self.routes[path] = lambda handler: sent(handler, body, status, **headers)
        return self.url(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is nothing to write of."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        with self.server.lock:
            self.server.asked[path] += 1
            self.server.queries.append(query)
        answer = self.server.routes.get(path)
        if answer is None:
            sent(self, b"not here", 404)
        else:
            answer(self)

    def log_message(self, format: str, *args: object) -> None:
        """The test says what it expects; nothing is logged."""


def sent(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"content_length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(secure: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server, until the block ends; over TLS with the certificate of `secure`."""
    with Server(secure) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
