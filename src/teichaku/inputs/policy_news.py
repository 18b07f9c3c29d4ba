"""Telling everybody that what may be measured about them has changed."""

from __future__ import annotations

from collections.abc import Mapping

from teichaku.accounts.models import User
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.notify.services import notifications_create

POLICY_CHANGED = "inputs.policy_changed"
ADDRESS = "/about-my-data/"


def policy_job(payload: Mapping[str, Json]) -> None:
    """Nothing; everybody who signs in was told of this edition, once."""
    notifications_create(
        users=list(User.objects.filter(is_active=True, can_sign_in=True)),
        kind=POLICY_CHANGED,
        actor=SYSTEM,
        address=ADDRESS,
        key=f"{POLICY_CHANGED}:{payload['policy']}",
    )
