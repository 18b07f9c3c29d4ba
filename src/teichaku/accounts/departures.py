"""Leaving or moving: what a person holds goes to others, and nothing is lost of who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Deputy, Invitation, Membership, RoleGrant, TeamMembership, User
from teichaku.accounts.selectors import today
from teichaku.accounts.sessions import sessions_end_all
from teichaku.accounts.standing_guard import keep_an_administrator
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import InvalidInput
from teichaku.core.handing_over import HeldRows, held_hand_over
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, Text, departures


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of thing that a person holds."""

    name: str
    label: Text
    help: Text
    count: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of one kind."""

    label: Text
    count: int
    successor: User


def holdings_of(user: User) -> list[Held]:
    """Everything that the person holds, by kind; kinds of which there is nothing are left out."""
    found = (
        Held(name, holding.label, holding.help, holding.count(user.pk))
        for name, holding in departures.items()
    )
    return [held for held in found if held.count]


def departure_execute(
    *, user: User, successors: Mapping[str, User], closes: bool, actor: Actor
) -> list[HandedOver]:
    """What was handed over to whom; with ``closes`` the person then can no longer sign in.

    Each kind is handed over in portions of its own, for one transaction over all of them would
    hold the database's write lock for seconds. Interrupted half-way it is simply called again:
    the account closes last, and only when nothing is left.
    """
    _check_successors(user, successors, closes=closes)
    done: list[HandedOver] = []
    for name, successor in successors.items():
        holding = departures.get(name)
        count = holding.hand_over(holder_id=user.pk, successor_id=successor.pk, actor=actor)
        done.append(HandedOver(holding.label, count, successor))
    if closes:
        account_close(user=user, actor=actor)
    return done


def account_close(*, user: User, actor: Actor) -> None:
    """Nothing; the person signs in nowhere any more and holds no role, from today on."""
    day = today()
    with transaction.atomic():
        keep_an_administrator(without=user)
        for model in (RoleGrant, Membership, TeamMembership):
            rows = model.objects.filter(user=user)
            rows.filter(starts_on__gte=day).delete()
            rows.filter(Q(ends_before=None) | Q(ends_before__gt=day)).update(ends_before=day)
        deputies = Deputy.objects.filter(Q(user=user) | Q(deputy=user))
        deputies.filter(starts_on__gte=day).delete()
        deputies.filter(Q(ends_before=None) | Q(ends_before__gt=day)).update(ends_before=day)
        Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None).update(
            revoked_at=clock.now()
        )
        _closed_write(user, actor)
        sessions_end_all(user=user)


def account_reopen(*, user: User, actor: Actor) -> None:
    """Nothing; the person can be invited again. Roles are given anew."""
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        _changes(user, [("is_active", False, True)], actor)
        _record(user, "accounts.account_reopen", actor)


def _check_successors(user: User, successors: Mapping[str, User], *, closes: bool) -> None:
    for successor in successors.values():
        if successor.pk == user.pk or not successor.is_active:
            raise InvalidInput(
                _("%(name)s cannot take over. Choose another person who still works here.")
                % {"name": successor.name}
            )
    left = [str(held.label) for held in holdings_of(user) if held.name not in successors]
    if closes and left:
        raise InvalidInput(
            _(
                "Nobody would look after these any more: %(what)s. Choose who takes them over, for"
                " each of them."
            )
            % {"what": ", ".join(left)}
        )


def _closed_write(user: User, actor: Actor) -> None:
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    _changes(user, [("is_active", True, False)], actor)
    _record(user, "accounts.account_close", actor)


def _changes(user: User, rows: list[tuple[str, bool, bool]], actor: Actor) -> None:
    changes_record(
        [FieldChange("accounts.user", user.pk, field, old, new) for field, old, new in rows],
        actor=actor,
        at=clock.now(),
        source="",
    )


def _record(user: User, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="accounts.user", object_id=user.pk)
    outbox_emit(topic="accounts.people_changed", payload={"users": [user.pk]})


def _led(holder_id: int) -> int:
    return _led_people().filter(manager_id=holder_id).count()


def _led_people() -> QuerySet[User]:
    return User.objects.filter(is_active=True)


def _led_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    # Who takes over leads not themselves: for them the next one up is the leaver's manager.
    leader = User.objects.values_list("manager_id", flat=True).get(pk=holder_id)
    above = None if leader in (successor_id, holder_id) else leader
    led = _led_people()
    return sum(
        held_hand_over(held=_LED, rows=rows, holder_id=holder_id, successor_id=to, actor=actor)
        for rows, to in (
            (led.filter(pk=successor_id), above),
            (led.exclude(pk=successor_id), successor_id),
        )
    )


def _told(ids: Sequence[int]) -> None:
    outbox_emit(topic="accounts.people_changed", payload={"users": list(ids)})


_LED = HeldRows("accounts.user", "manager", "accounts.led_hand_over", _told)
LED = Holding(
    label=gettext_lazy("People led"),
    help=gettext_lazy("They get another manager."),
    count=_led,
    hand_over=_led_hand_over,
)
