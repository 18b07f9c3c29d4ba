"""What an administrator, or the person, writes about one person: facts, places, days away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from teichaku.accounts.memberships import departments_assign, teams_assign
from teichaku.accounts.models import Absence, Deputy, Membership, User
from teichaku.accounts.names import usable_email
from teichaku.accounts.people import LONGEST_TEXT
from teichaku.accounts.selectors import holding, today
from teichaku.accounts.standing_guard import keep_an_administrator
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit

LONGEST_ABSENCE_DAYS = 3 * 366


def person_update(
    *,
    user: User,
    actor: Actor,
    name: str,
    kana: str,
    email: str,
    manager: User | None,
    can_sign_in: bool,
) -> None:
    """Nothing; the facts about the person are these, and what changed is in the history."""
    address = usable_email(email) if email else None
    _check_facts(user, name, address, can_sign_in, manager)
    told: dict[str, Json] = {
        "name": name.strip(),
        "kana": kana.strip(),
        "email": address,
        "can_sign_in": can_sign_in,
        "manager_id": manager.pk if manager else None,
    }
    with transaction.atomic():
        if not can_sign_in:
            keep_an_administrator(without=user)
        _facts_write(user, told, actor)


def profile_update(*, user: User, actor: Actor, name: str, kana: str, language: str) -> None:
    """Nothing; name, reading and language of the person are these."""
    if not name.strip():
        raise InvalidInput(_("A name is needed, so that others know who you are. Enter yours."))
    told: dict[str, Json] = {"name": name.strip(), "kana": kana.strip(), "language": language}
    with transaction.atomic():
        _facts_write(user, told, actor)


def department_set(*, user: User, department: str, starts_on: date, actor: Actor) -> None:
    """Nothing; from the day on the person works in the department, until then where they did."""
    name = _short(department)
    latest = Membership.objects.filter(user=user, ends_before=None).first()
    if latest is not None and starts_on < latest.starts_on:
        raise Conflict(
            _(
                "%(name)s has been in the present department since %(day)s, so another one cannot"
                " begin before that. Enter a later day."
            )
            % {"name": user.name, "day": latest.starts_on.isoformat()},
            user=user.uid,
        )
    with transaction.atomic():
        if departments_assign({user.pk: name}, starts_on):
            _record(user, "accounts.department_set", actor, {"department": name})


def teams_set(*, user: User, teams: Collection[str], actor: Actor) -> None:
    """Nothing; from today on the person is in exactly these teams."""
    wanted = frozenset(_short(team) for team in teams)
    with transaction.atomic():
        if teams_assign({user.pk: wanted}, today()):
            _record(user, "accounts.teams_set", actor, {"teams": sorted(wanted)})


def deputy_set(
    *, user: User, deputy: User, starts_on: date, ends_before: date | None, actor: Actor
) -> Deputy:
    """The deputy of those days; at most one person stands in at a time."""
    if deputy.pk == user.pk or not deputy.is_active:
        raise InvalidInput(
            _("%(name)s cannot be the deputy. Choose another person who still works here.")
            % {"name": deputy.name}
        )
    _check_days(starts_on, ends_before)
    overlapping = Deputy.objects.filter(user=user).exclude(ends_before__lte=starts_on)
    if ends_before is not None:
        overlapping = overlapping.filter(starts_on__lt=ends_before)
    with transaction.atomic():
        if overlapping.exists():
            raise Conflict(
                _(
                    "Someone stands in for %(name)s on some of these days already. Choose other"
                    " days, or end that first."
                )
                % {"name": user.name},
                user=user.uid,
            )
        made = Deputy.objects.create(
            user=user, deputy=deputy, starts_on=starts_on, ends_before=ends_before
        )
        _record(user, "accounts.deputy_set", actor, {"deputy": deputy.pk})
    return made


def deputy_end(*, user: User, number: int, actor: Actor) -> None:
    """Nothing; that person stands in no longer, from today on."""
    day = today()
    rows = Deputy.objects.filter(pk=number, user=user)
    with transaction.atomic():
        ended = rows.filter(starts_on__lt=day).filter(holding(day)).update(ends_before=day)
        dropped, _per_model = rows.filter(starts_on__gte=day).delete()
        if not ended + dropped:
            raise _gone(user)
        _record(user, "accounts.deputy_end", actor)


def absence_add(
    *, user: User, starts_on: date, ends_on: date, actor: Actor, note: str = ""
) -> Absence:
    """The absence: days that count as no working days of the person."""
    if ends_on < starts_on or (ends_on - starts_on).days > LONGEST_ABSENCE_DAYS:
        raise InvalidInput(
            _("The last day of an absence is on or after its first. Correct one of them.")
        )
    with transaction.atomic():
        overlapping = Q(starts_on__lte=ends_on, ends_on__gte=starts_on)
        if Absence.objects.filter(overlapping, user=user).exists():
            raise Conflict(
                _("An absence on some of these days is entered already. Remove it first."),
                user=user.uid,
            )
        made = Absence.objects.create(
            user=user, starts_on=starts_on, ends_on=ends_on, note=note.strip()[:LONGEST_TEXT]
        )
        _absence_record(user, "accounts.absence_add", actor)
    return made


def absence_remove(*, user: User, number: int, actor: Actor) -> None:
    """Nothing; the person works on those days after all."""
    with transaction.atomic():
        removed, _per_model = Absence.objects.filter(pk=number, user=user).delete()
        if not removed:
            raise _gone(user)
        _absence_record(user, "accounts.absence_remove", actor)


def _check_facts(
    user: User, name: str, address: str | None, can_sign_in: bool, manager: User | None
) -> None:
    if not name.strip() or max(len(name), len(address or "")) > LONGEST_TEXT:
        raise InvalidInput(
            _("A name of at most %(limit)s characters is needed. Correct it.")
            % {"limit": LONGEST_TEXT}
        )
    if can_sign_in and address is None:
        raise InvalidInput(
            _("Nobody signs in without an e-mail address. Enter one, or take signing in away.")
        )
    if address and User.objects.filter(email=address).exclude(pk=user.pk).exists():
        raise Conflict(
            _("Someone else has the e-mail address %(email)s. Enter another one.")
            % {"email": address},
            email=address,
        )
    if manager is not None and manager.pk == user.pk:
        raise InvalidInput(_("Nobody is their own manager. Choose another person, or nobody."))


def _facts_write(user: User, told: dict[str, Json], actor: Actor) -> None:
    changed = {field: new for field, new in told.items() if getattr(user, field) != new}
    if not changed:
        return
    changes = [
        FieldChange("accounts.user", user.pk, field.removesuffix("_id"), getattr(user, field), new)
        for field, new in changed.items()
    ]
    for field, new in changed.items():
        setattr(user, field, new)
    user.save(update_fields=[*changed])
    changes_record(changes, actor=actor, at=clock.now(), source="")
    _record(user, "accounts.person_update", actor, {"fields": sorted(changed)})


def _check_days(starts_on: date, ends_before: date | None) -> None:
    if ends_before is not None and ends_before <= starts_on:
        raise InvalidInput(_("The last day comes before the first. Correct one of them."))


def _short(text: str) -> str:
    clean = " ".join(text.split())
    if not clean or len(clean) > LONGEST_TEXT:
        raise InvalidInput(
            _("A name of at most %(limit)s characters is needed. Correct it.")
            % {"limit": LONGEST_TEXT}
        )
    return clean


def _gone(user: User) -> Conflict:
    return Conflict(
        _("This entry is not there any more. Reload the page to see what holds now."),
        user=user.uid,
    )


def _record(user: User, action: str, actor: Actor, values: dict[str, Json] | None = None) -> None:
    audit_record(
        actor=actor, action=action, object_type="accounts.user", object_id=user.pk, values=values
    )
    outbox_emit(topic="accounts.people_changed", payload={"users": [user.pk]})


def _absence_record(user: User, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="accounts.user", object_id=user.pk)
    outbox_emit(topic="accounts.absences_changed", payload={"users": [user.pk]})
