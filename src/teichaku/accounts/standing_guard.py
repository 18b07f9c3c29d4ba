"""Nobody locks everybody out: someone who may manage people always remains."""

from __future__ import annotations

from django.utils.translation import gettext as _

from teichaku.accounts.models import Role, RoleGrant, User
from teichaku.accounts.selectors import holding, today
from teichaku.core.errors import Conflict

MANAGE = "accounts.manage"


def keep_an_administrator(*, without: User) -> None:
    """Nothing; ``Conflict`` where only this person could still manage people.

    An installation without any administrator has not been set up yet and is let alone.
    """
    day = today()
    held = RoleGrant.objects.filter(
        holding(day), role=Role.ADMINISTRATOR, user__is_active=True, user__can_sign_in=True
    )
    holders = set(held.values_list("user_id", flat=True))
    if holders == {without.pk}:
        raise Conflict(
            _(
                "%(name)s is the only administrator, and without one nobody could be invited any"
                " more. Make someone else an administrator first."
            )
            % {"name": without.name},
            user=without.uid,
        )
