"""A mail server of a few lines: it takes what is sent and keeps it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import ClassVar


@dataclass
class Mail:
    """One mail as it arrived."""

    sender: str
    to: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        return self.message.get_content()


@dataclass
class Received:
    """A running server and what it has got."""

    port: int
    mails: list[Mail] = field(default_factory=list)


class _Session(socketserver.StreamRequestHandler):
    received: ClassVar[list[Mail]]

    def handle(self) -> None:
        self._say("220 sink")
        sender, to = "", []
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("MAIL FROM:"):
                sender, to = line[10:].split(">")[0].strip(" <"), []
            elif word.startswith("RCPT TO:"):
                to.append(line[8:].strip(" <>"))
            elif word == "DATA":
                self._say("354 go on")
                self.received.append(Mail(sender, to, self._message()))
            elif word == "QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp_server() -> Iterator[Received]:
    """The server, listening on loopback until the block ends."""
    mails: list[Mail] = []
    session = type("Session", (_Session,), {"received": mails})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Received(server.server_address[1], mails)
        server.shutdown()
        thread.join()
