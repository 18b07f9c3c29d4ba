"""A web service of a few lines: it keeps what is posted to it, and answers as it is told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar


@dataclass
class Post:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """A running service: what it has got, and what it answers to each beginning of a path."""

    address: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    silent: bool = False

    def answer(self, path: str) -> tuple[int, bytes]:
        """The next answer for the path; the last one holds on."""
        for start, answers in self.answers.items():
            if path.startswith(start):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return 404, b"{}"


class _Handler(BaseHTTPRequestHandler):
    service: ClassVar[Service]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.service.posts.append(Post(self.path, headers, body))
        if self.service.silent:
            self.close_connection = True
            return
        status, content = self.service.answer(self.path)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Nothing is printed."""


@contextmanager
def web_service(certificate: Path | None = None) -> Iterator[Service]:
    """The service, listening on loopback until the block ends; encrypted with a certificate."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        service.address = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        yield service
        server.shutdown()
        thread.join()
