"""A mail server of a few lines: it takes what is sent and keeps it, or refuses when told to."""

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
    """A running server and what it has got.

    ``refusals`` are its answers to MAIL, RCPT or DATA (once the content is there) in place of a
    yes; a ``silent`` server takes a mail and never says so.
    """

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    silent: bool = False


class _Session(socketserver.StreamRequestHandler):
    received: ClassVar[Received]

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
                mail = Mail(sender, to, self._message())
                if "DATA" not in self.received.refusals:
                    self.received.mails.append(mail)
                if self.received.silent:
                    self.rfile.read()  # until the other side gives up
                    return
            elif word == "QUIT":
                self._say("221 bye")
                return
            self._say(self.received.refusals.get(word[:4], "250 ok"))

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
    received = Received()
    session = type("Session", (_Session,), {"received": received})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        received.port = server.server_address[1]
        yield received
        server.shutdown()
        thread.join()
