"""LINE WORKS: a bot of the company writes to one member."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from teichaku.core import clock
from teichaku.notify.senders.outcomes import NotSent, Unsure, client, posted

LONGEST_TEXT = 2_000
ASSERTED_FOR = timedelta(minutes=30)
MARGIN = timedelta(minutes=5)
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_tokens: dict[str, tuple[str, datetime]] = {}  # of this process: token and its end, by bot


@dataclass(frozen=True, slots=True)
class LineWorksAccess:
    """What the developer console gives for an app with a service account, and the bot's number."""

    client_id: str
    client_secret: str
    service_account: str
    private_key: str
    bot_id: str


def line_works_send(access: LineWorksAccess, member: str, text: str) -> None:
    """Nothing; the service has taken the text for the member, by id or log-in."""
    bot, person = quote(access.bot_id, safe=""), quote(member, safe="")
    address = f"{settings.LINE_WORKS_API}/bots/{bot}/users/{person}/messages"
    content = {"content": {"type": "text", "text": text[:LONGEST_TEXT]}}
    with client() as http:
        try:
            posted(http, address, json=content, headers=_bearer(http, access))
        except NotSent as error:
            if error.reason != "http 401":
                raise
            # A token that was withdrawn before its end; the message itself was not looked at.
            _tokens.pop(_key(access), None)
            posted(http, address, json=content, headers=_bearer(http, access))


def _bearer(http: httpx.Client, access: LineWorksAccess) -> dict[str, str]:
    token, until = _tokens.get(_key(access), ("", clock.now()))
    if until <= clock.now() + MARGIN:
        token, until = _tokens[_key(access)] = _token(http, access)
    return {"Authorization": f"Bearer {token}"}


def _token(http: httpx.Client, access: LineWorksAccess) -> tuple[str, datetime]:
    now = clock.now()
    claims: dict[str, str | int] = {
        "iss": access.client_id,
        "sub": access.service_account,
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTED_FOR).timestamp()),
    }
    asked = {
        "assertion": _signed(claims, access.private_key),
        "grant_type": GRANT,
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "scope": "bot",
    }
    try:
        answer = posted(http, f"{settings.LINE_WORKS_AUTH}/token", data=asked).json()
        return str(answer["access_token"]), now + timedelta(seconds=int(answer["expires_in"]))
    except (Unsure, ValueError, KeyError):
        raise NotSent("no token", again=True) from None  # the message has not been posted yet


def key_check(private_key: str) -> None:
    """Nothing; a key that cannot sign raises ``NotSent``."""
    _signed({}, private_key)


def _signed(claims: Mapping[str, str | int], private_key: str) -> str:
    """The claims as a JSON web token (RFC 7519), signed with the key."""
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NotSent("bad key", again=False) from None
    if not isinstance(key, RSAPrivateKey):
        raise NotSent("bad key", again=False)
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    content = b".".join(_encoded(json.dumps(part).encode()) for part in parts)
    signature = key.sign(content, PKCS1v15(), SHA256())
    return (content + b"." + _encoded(signature)).decode()


def _encoded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _key(access: LineWorksAccess) -> str:
    parts = f"{access.client_id}\n{access.client_secret}\n{access.service_account}"
    return hashlib.sha256(f"{settings.LINE_WORKS_AUTH}\n{parts}".encode()).hexdigest()
