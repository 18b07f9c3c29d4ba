"""What the sign-in library tells us of, and the audit shall know."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.db import transaction

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.core.audit import audit_record


def connect() -> None:
    """Nothing; ways to confirm signing in that come or go are audited from now on."""
    authenticator_added.connect(_added, dispatch_uid="accounts.second_step_add")
    authenticator_removed.connect(_removed, dispatch_uid="accounts.second_step_remove")


def _added(user: User, authenticator: Any, **kwargs: Any) -> None:
    _record("accounts.second_step_add", user, authenticator)


def _removed(user: User, authenticator: Any, **kwargs: Any) -> None:
    _record("accounts.second_step_remove", user, authenticator)


def _record(action: str, user: User, authenticator: Any) -> None:
    with transaction.atomic():
        audit_record(
            actor=actor_of(user),
            action=action,
            object_type="accounts.user",
            object_id=user.pk,
            values={"kind": str(authenticator.type)},
        )
