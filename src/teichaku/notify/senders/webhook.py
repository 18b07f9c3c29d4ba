"""Slack, Teams, Google Chat and Discord: a room's own webhook address, written to by apprise.

Nobody can make the server call an address inside the house: only these services' hosts are taken,
only over HTTPS, without a port of choice, and no answer is followed elsewhere.
"""

from __future__ import annotations

import logging
import re
from email import charset
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput
from teichaku.notify.senders.outcomes import Unsure, refused

HOSTS = re.compile(
    r"hooks\.slack\.com|discord(app)?\.com|chat\.googleapis\.com"
    r"|[a-z0-9.-]+\.logic\.azure\.com|[a-z0-9.-]+\.api\.powerplatform\.com"
)
PORTS = {None, 443}
PARAMETERS = {"api-version", "sp", "sv", "sig", "key", "token"}
ANSWER = re.compile(r"\berror=(\d{3})\b")
LONGEST_TEXT = 1_900  # Discord takes 2,000 characters, the others more


def webhook_checked(address: str) -> str:
    """The address of a room's webhook; any other one raises ``InvalidInput``."""
    address = address.strip()
    if not (_allowed(address) and _service(address)):
        raise InvalidInput(
            _(
                "This is no webhook address of Slack, Microsoft Teams, Google Chat or Discord."
                " Copy the address that the service shows when a webhook is added to a room; it"
                " begins with https://."
            )
        )
    return address


def webhook_send(address: str, title: str, text: str) -> None:
    """Nothing; the service has taken the text."""
    from apprise import LogCapture

    service = _service(webhook_checked(address))
    capture = LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]
    with capture as said:
        if service.notify(title=title, body=text[:LONGEST_TEXT], body_format="text"):
            return
        answer = ANSWER.search(said.getvalue())
    if answer is None:
        raise Unsure("no answer")
    raise refused(int(answer[1]))


def _allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    names = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    plain = parts.username is None and parts.password is None and not parts.fragment
    known = HOSTS.fullmatch(parts.hostname or "") is not None and port in PORTS
    return parts.scheme == "https" and plain and known and names <= PARAMETERS


def _service(address: str) -> Any:  # apprise loads its services without types
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(http_redirects=False, allow_templates=False)
    service = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    # Loading its services, apprise changes how all mails of the process are encoded.
    charset.add_charset("utf-8", charset.SHORTEST, charset.BASE64, "utf-8")
    return service
