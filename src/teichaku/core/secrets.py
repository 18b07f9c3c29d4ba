"""Secrets at rest: what the database keeps of them nobody can read without the secret key."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypted(text: str) -> str:
    """The text as it is stored."""
    return _cipher().encrypt(text.encode()).decode()


def decrypted(stored: str) -> str:
    """The text that was stored; ``InvalidToken`` when the secret key is another one by now."""
    return _cipher().decrypt(stored.encode()).decode()


def keyed_digest(purpose: str, text: str) -> str:
    """What stands for a text that must not be kept: equal texts have equal ones, nobody without the
    audit key can tell which, and digests of different purposes cannot be compared.
    """
    key: str = settings.AUDIT_KEY
    return hmac.new(key.encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def _cipher() -> MultiFernet:
    # Former keys still read, so that the secret key can be changed without losing what is stored.
    keys: list[str] = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    digest = hmac.new(key.encode(), b"teichaku stored secrets", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)
