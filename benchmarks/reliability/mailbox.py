"""A mail server on loopback that counts what it takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.reliability.processes import free_port

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)


class Mailbox:
    """How often each message arrived, by its Message-ID."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """The server's yes to one message."""
        content = envelope.original_content or b""
        found = MESSAGE_ID.search(content)
        self.arrived[found.group(1).decode() if found else ""] += 1
        return "250 ok"


@contextmanager
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """Within the block, a server that takes mail, and its address as the settings want it."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
