"""What a sender says when it was no plain yes: a code, never an address or a text."""

from __future__ import annotations

import httpx


class NotSent(Exception):
    """The message has certainly not arrived; ``again`` says whether it is worth another try."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Unsure(Exception):
    """Nobody can say whether the message arrived: the answer to it got lost."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


BUSY, BROKEN = 429, 500


def answered(response: httpx.Response) -> httpx.Response:
    """The answer, if it is a yes."""
    if not response.is_success:
        raise refused(response.status_code)
    return response


def refused(status: int) -> NotSent:
    """What an answer other than yes means: the service is busy or broken, or it will never do."""
    return NotSent(f"http {status}", again=status == BUSY or status >= BROKEN)


def client() -> httpx.Client:
    """A client that waits ten seconds at most and follows nobody elsewhere."""
    return httpx.Client(timeout=10, follow_redirects=False)


def posted(http: httpx.Client, address: str, **what: object) -> httpx.Response:
    """The yes of a service to what was posted."""
    try:
        return answered(http.post(address, **what))  # type: ignore[arg-type] # httpx's own keywords
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise NotSent("no connection", again=True) from None
    except httpx.TransportError:
        raise Unsure("no answer") from None
