"""By which ways a person can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from teichaku.accounts.models import User


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey under the name that the person gave it."""

    number: int
    name: str
    since: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Ways:
    """Everything that opens the door to one person."""

    has_password: bool
    has_app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int | None
    company_accounts: tuple[str, ...]


def ways_of(user: User) -> Ways:
    """The person's password, second steps, passkeys and company accounts."""
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = [row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    accounts = SocialAccount.objects.filter(user=user).order_by("provider")
    return Ways(
        has_password=user.has_usable_password(),
        has_app=any(row.type == Authenticator.Type.TOTP for row in rows),
        passkeys=tuple(
            Passkey(row.pk, str(row), row.created_at, row.last_used_at)
            for row in rows
            if row.type == Authenticator.Type.WEBAUTHN
        ),
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else None,
        company_accounts=tuple(str(account.provider).capitalize() for account in accounts),
    )
