"""Signed tokens: what a page brought along, and what a link in a mail stands for.

A form works without any cookie, also inside a page of another site, so its own token says which
revision was shown and when. It carries no identity, and is good for one submission.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from teichaku.core import clock
from teichaku.core.instants import micros
from teichaku.forms.models import FormRevision, Submission

GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Shown:
    """A revision of a form as a page showed it."""

    revision: int
    nonce: str
    took: timedelta

    @property
    def is_stale(self) -> bool:
        """Whether the page has been open for so long that it has to be sent once more."""
        return not timedelta(0) <= self.took <= GOOD_FOR


def shown_token(revision: FormRevision) -> str:
    """What a page carries that shows the revision now."""
    told = [revision.pk, secrets.token_hex(16), micros(clock.now()) // 1_000]
    return _signer("shown").sign_object(told)


def shown_read(token: str) -> Shown | None:
    """What the page showed; None when the token is not ours."""
    told = _unsigned("shown", token)
    if not (isinstance(told, list) and len(told) == 3):
        return None
    revision, nonce, at = told
    return Shown(revision, nonce, timedelta(milliseconds=micros(clock.now()) // 1_000 - at))


def sent_token(submission: Submission) -> str:
    """What the page after sending is found by."""
    return _signer("sent").sign_object(submission.uid.hex)


def sent_read(token: str) -> UUID | None:
    """The submission that the page is about."""
    return _uid(_unsigned("sent", token))


def confirm_token(submission: Submission) -> str:
    """What the link in a mail carries that asks whether the address is the person's."""
    return _signer("confirm").sign_object(submission.uid.hex)


def confirm_read(token: str) -> UUID | None:
    """The submission that is to be confirmed."""
    return _uid(_unsigned("confirm", token))


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"teichaku.forms.{purpose}")


def _unsigned(purpose: str, token: str) -> Any:
    try:
        return _signer(purpose).unsign_object(token)
    except (BadSignature, ValueError):
        return None


def _uid(told: object) -> UUID | None:
    return UUID(hex=told) if isinstance(told, str) else None
