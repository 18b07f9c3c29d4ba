"""Secrets by which other systems send events: issued once, recognised, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.core.secrets import decrypted, encrypted
from teichaku.tracking.models import Token

WRITE, READ = "events:write", "events:read"
SCOPES: dict[str, str | Promise] = {
    WRITE: gettext_lazy("Send events"),
    READ: gettext_lazy("Look up events that it sent"),
}
USE_NOTED = timedelta(minutes=1)
SHAPE = "tk"


@dataclass(frozen=True, slots=True)
class TokenValues:
    """What is said of a token; ``source`` is the system whose events and lead ids it sends."""

    kind: Token.Kind
    name: str
    source: str
    scopes: Collection[str] = (WRITE,)
    expires_at: datetime | None = None


def token_issue(*, values: TokenValues, actor: Actor) -> tuple[Token, str]:
    """The token and its secret, which nobody can read again."""
    if not values.name.strip() or not values.source.strip():
        raise InvalidInput(_("A token needs a name and the system that sends with it."))
    if not values.scopes or set(values.scopes) - SCOPES.keys():
        raise InvalidInput(_("Choose at least one thing that the token may do."))
    prefix = secrets.token_hex(4)
    secret = f"{SHAPE}_{prefix}_{secrets.token_urlsafe(32)}"
    is_api = values.kind == Token.Kind.API
    with transaction.atomic():
        token = Token.objects.create(
            kind=values.kind,
            name=values.name.strip(),
            source=values.source.strip(),
            scopes=sorted(values.scopes),
            prefix=prefix,
            digest=_digest(secret, settings.SECRET_KEY) if is_api else "",
            sealed="" if is_api else encrypted(secret),
            created_at=clock.now(),
            expires_at=values.expires_at,
        )
        _tell(token, "tracking.token_issue", actor)
    return token, secret


def token_revoke(*, token: Token, actor: Actor) -> None:
    """Nothing; nobody gets in by it any more."""
    with transaction.atomic():
        if not Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
            raise Conflict(_("This token was revoked before."))
        _tell(token, "tracking.token_revoke", actor)


def token_found(secret: str) -> Token | None:
    """The API token of this secret, if it is in force; that it was used is noted."""
    shape, _sep, rest = secret.partition("_")
    token = Token.objects.filter(prefix=rest.partition("_")[0], kind=Token.Kind.API).first()
    if shape != SHAPE or token is None or not _in_force(token):
        return None
    keys: list[str] = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    if not any(hmac.compare_digest(_digest(secret, key), token.digest) for key in keys):
        return None
    _note_use(token)
    return token


def webhook_secret(token: Token) -> str | None:
    """What the webhook signs with, if it is in force; that it was used is noted."""
    if token.kind != Token.Kind.WEBHOOK or not _in_force(token):
        return None
    try:
        secret = decrypted(token.sealed)
    except InvalidToken:
        return None  # the secret key of the installation was changed, and the former one is gone
    _note_use(token)
    return secret


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in the header of a signed request."""
    told = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={told.hexdigest()}"


def _digest(secret: str, key: str) -> str:
    return hmac.new(f"teichaku token {key}".encode(), secret.encode(), hashlib.sha256).hexdigest()


def _in_force(token: Token) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > clock.now())


def _note_use(token: Token) -> None:
    now = clock.now()
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def _tell(token: Token, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="tracking.token", object_id=token.pk)
    outbox_emit(topic="tracking.tokens_changed", payload={"token": token.pk})
