"""A hub on this machine for tests: as much of the Hugging Face hub as a download needs, and its failures."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """One repository, what it answers with, and the requests it got as (method, path, Range)."""

    repo: str
    files: Mapping[str, bytes]
    large: frozenset[str] = frozenset()  # in large file storage: known by sha256 and served after a redirect
    commit: str = COMMIT
    gated: int = 0  # a status to refuse everything with
    tampered: frozenset[str] = frozenset()  # served with other bytes of the same length
    cut_after: int = 0  # bytes of an answer after which the connection is cut
    cuts_left: int = 0
    ignores_range: bool = False
    endpoint: str = ""
    requests: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])

    def fetched(self) -> list[str]:
        """Names of the files whose bytes were asked for, in order."""
        return [path.rpartition("/")[2] for method, path, _ in self.requests if method == "GET" and "/resolve/" in path]

    def ranges(self) -> list[str]:
        """The ranges that were asked for."""
        return [asked for method, _, asked in self.requests if method == "GET" and asked]


def git_id(content: bytes) -> str:
    """The id git gives a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def etag_of(hub: Hub, name: str) -> str:
    """What the hub calls the content of a file."""
    content = hub.files[name]
    return hashlib.sha256(content).hexdigest() if name in hub.large else git_id(content)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serves the repository on 127.0.0.1 as long as the block runs; `hub.endpoint` is its address."""

    class Handler(_Handler):
        repository = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    repository: Hub

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the requests are in the hub's list."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub = self.repository
        path = unquote(urlsplit(self.path).path)
        hub.requests.append((self.command, path, self.headers.get("Range", "")))
        if hub.gated:
            self._refuse(hub.gated, "GatedRepo")
        elif match := re.fullmatch(rf"/api/models/{hub.repo}(?:/revision/(.+))?", path):
            self._describe(match[1] or "main")
        elif match := re.fullmatch(rf"/{hub.repo}/resolve/([^/]+)/(.+)", path):
            self._resolve(match[1], match[2], body=body)
        elif path.startswith("/storage/"):
            self._send(path.removeprefix("/storage/"), body=body)
        elif path.startswith("/plain/"):
            self._send(path.removeprefix("/plain/"), body=body)
        else:
            self._refuse(404, "RepoNotFound")

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _describe(self, revision: str) -> None:
        hub = self.repository
        if revision not in ("main", hub.commit):
            self._refuse(404, "RevisionNotFound")
            return
        siblings: list[dict[str, Any]] = []
        for name, content in hub.files.items():
            sibling: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git_id(content)}
            if name in hub.large:
                sibling["lfs"] = {"sha256": etag_of(hub, name), "size": len(content), "pointerSize": 134}
            siblings.append(sibling)
        answer = json.dumps({"id": hub.repo, "sha": hub.commit, "siblings": siblings}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _resolve(self, revision: str, name: str, *, body: bool) -> None:
        hub = self.repository
        if revision not in ("main", hub.commit) or name not in hub.files:
            self._refuse(404, "EntryNotFound" if name not in hub.files else "RevisionNotFound")
        elif name in hub.large:
            self.send_response(302)
            self.send_header("Location", f"{hub.endpoint}/storage/{name}")
            self._send_identity(name)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(name, body=body)

    def _send_identity(self, name: str) -> None:
        hub = self.repository
        self.send_header("X-Repo-Commit", hub.commit)
        self.send_header("X-Linked-Etag", f'"{etag_of(hub, name)}"')
        self.send_header("X-Linked-Size", str(len(hub.files[name])))
        self.send_header("ETag", f'"{etag_of(hub, name)}"')

    def _send(self, name: str, *, body: bool) -> None:
        hub = self.repository
        content = hub.files[name]
        if name in hub.tampered:
            content = bytes(byte ^ 1 for byte in content)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and not hub.ignores_range else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self._send_identity(name)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if not body:
            return
        rest = content[start:]
        if hub.cuts_left and len(rest) > hub.cut_after:
            hub.cuts_left -= 1
            rest = rest[: hub.cut_after]
            self.close_connection = True
        self.wfile.write(rest)
