"""Who is told of requests to erase: whoever may decide, then whoever asked; never about whom."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.accounts.role_rights import people_with_right
from teichaku.accounts.selectors import today
from teichaku.consent.models import Erasure
from teichaku.core.actors import Actor
from teichaku.notify.kinds import Kind, notification_kinds
from teichaku.notify.services import notifications_create

DECIDE: Final = "privacy.decide"
ASKED: Final = "consent.erasure_asked"
DECIDED: Final = {True: "consent.erasure_approved", False: "consent.erasure_rejected"}


def news_register() -> None:
    """Nothing; the kinds of news have their sentences."""
    for name, text in (
        (ASKED, _("A request to erase personal data waits for a decision")),
        (DECIDED[True], _("The erasure that you asked for was approved")),
        (DECIDED[False], _("The erasure that you asked for was not approved")),
    ):
        notification_kinds.register(name, Kind(text, "shield-check"))


def asked_tell(erasure: Erasure, actor: Actor) -> None:
    """Nothing; everybody else who may decide knows. Part of the caller's transaction."""
    notifications_create(
        users=people_with_right(DECIDE, today()), kind=ASKED, actor=actor,
        address=reverse("consent:erasures"), key=f"{ASKED}:{erasure.uid}",
    )  # fmt: skip


def decided_tell(erasure: Erasure, *, approve: bool, actor: Actor) -> None:
    """Nothing; whoever asked knows. Part of the caller's transaction."""
    if erasure.actor_user_id is None:
        return
    notifications_create(
        users=User.objects.filter(pk=erasure.actor_user_id), kind=DECIDED[approve], actor=actor,
        address=reverse("consent:person", args=[erasure.lead.uid]),
        key=f"{DECIDED[approve]}:{erasure.uid}",
    )  # fmt: skip
