"""People that an import brought, taken back: accounts lie below and cannot register themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Membership, RoleGrant, TeamMembership, User, UserIdentity
from teichaku.core.actors import Actor
from teichaku.core.outbox import outbox_emit
from teichaku.intake.undoables import Undoable, undoable_register


def undo_register() -> None:
    """Nothing; imports can be taken back from the tables of people."""
    undoable_register(
        Undoable(
            User, _("People"), topic=("accounts.people_changed", "users"), used=_signed_in,
            restored=_restored,
        )
    )  # fmt: skip
    undoable_register(Undoable(UserIdentity, _("Ids of people"), part_of="user"))
    undoable_register(Undoable(Membership, _("Departments of people"), part_of="user"))
    undoable_register(Undoable(TeamMembership, _("Teams of people"), part_of="user"))
    undoable_register(Undoable(RoleGrant, _("Roles of people"), part_of="user"))


def _signed_in(ids: Sequence[int]) -> Collection[int]:
    return User.objects.filter(pk__in=ids, last_login__isnull=False).values_list("pk", flat=True)


def _restored(ids: Sequence[int], actor: Actor) -> None:
    outbox_emit(topic="accounts.people_changed", payload={"users": list(ids)})
