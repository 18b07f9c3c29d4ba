"""Changing what was entered about an activity; its deal follows in what is next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import Change
from teichaku.core.outbox import outbox_emit
from teichaku.deals.activities import FOLLOWING
from teichaku.deals.deal_values import (
    LONGEST_TEXT,
    EnteredValues,
    attributes_typed,
    unknowns_stored,
)
from teichaku.deals.deal_writes import deal_update
from teichaku.deals.gate_checks import refusals_recorded
from teichaku.deals.gate_words import field_label
from teichaku.deals.home import home_check
from teichaku.deals.models import Activity, Deal
from teichaku.deals.row_history import field_changes
from teichaku.intake.fields import ATTRIBUTE
from teichaku.leads.row_changes import as_json

OBJECT = "deals.activity"
TEXTS = ("outcome", "next_action", "note")
NEXT = ("next_action", "next_action_on")
ENTERED = (*TEXTS, "next_action_on")
STORED = (*ENTERED, "attributes", "unknowns")


def activity_update(
    *,
    activity: Activity,
    values: Mapping[str, object],
    actor: Actor,
    unknowns: Mapping[str, date] | None = None,
    version: int | None = None,
    source: str = "web",
) -> Activity:
    """The activity with these values; ``unknowns`` are 不明 for now, each with a day to ask again.

    Of the last activity that says what is next, the deal says the same.
    """
    home_check()
    entered = activity_values(values, unknowns or {})
    with refusals_recorded(), transaction.atomic():
        row = _fresh(activity, version)
        before = _state(row)
        entered.put(row)
        changed = {name: new for name, new in _state(row).items() if new != before[name]}
        if not changed:
            return row
        same = Activity.objects.filter(pk=row.pk, version=row.version)
        if not same.update(**changed, version=F("version") + 1):
            raise _changed_meanwhile()
        row.version += 1
        history = field_changes(OBJECT, row.pk, before, changed)
        changes_record(history, actor=actor, at=clock.now(), source=source)
        if values := _deal_values(row, before, changed):
            following = "undo" if source == "undo" else FOLLOWING
            deal_update(deal=_deal(row), values=values, actor=actor, source=following)
        audit_record(
            actor=actor, action="deals.activity_update", object_type=OBJECT, object_id=row.pk
        )
        outbox_emit(topic="deals.activities_written", payload={"activities": [row.pk]})
    return row


def activity_values(values: Mapping[str, object], unknowns: Mapping[str, date]) -> EnteredValues:
    """The values as they are stored; what cannot be raises ``InvalidInput`` and names the field."""
    columns: dict[str, object] = {}
    own: dict[str, object] = {}
    for name, value in values.items():
        if name.startswith(ATTRIBUTE):
            own[name.removeprefix(ATTRIBUTE)] = value
        else:
            columns[name] = _checked(name, value)
    attributes = attributes_typed("activity", own)
    return EnteredValues(columns, attributes, unknowns_stored(unknowns))


def _checked(name: str, value: object) -> object:
    if name in TEXTS and isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InvalidInput(
                _("The text is longer than %d characters. Shorten it.") % LONGEST_TEXT, field=name
            )
        return value.strip()
    if name == "next_action_on" and (value is None or type(value) is date):
        return value
    raise InvalidInput(
        _("An activity cannot take %(field)s as it was entered.") % {"field": field_label(name)},
        field=name,
    )


def _fresh(activity: Activity, version: int | None) -> Activity:
    """The activity as stored; not the one that the caller saw raises ``Conflict``."""
    found = Activity.objects.select_for_update().get(pk=activity.pk)
    if version is not None and found.version != version:
        raise _changed_meanwhile()
    return found


def _changed_meanwhile() -> Conflict:
    return Conflict(
        _(
            "Someone else changed the activity in the meantime. Reload it and enter your change"
            " again."
        )
    )


def _state(activity: Activity) -> dict[str, object]:
    return {name: getattr(activity, name) for name in STORED}


def _deal(activity: Activity) -> Deal:
    return Deal.objects.get(pk=activity.deal_id or 0)


def _deal_values(
    activity: Activity, before: Mapping[str, object], changed: Mapping[str, object]
) -> dict[str, object]:
    """What the deal says of its next action from now on; what was taken back, it said before."""
    names = [name for name in NEXT if name in changed]
    if activity.deal_id is None or not names or _is_outdated(activity):
        return {}
    values = {name: changed[name] for name in names if changed[name]}
    for name in names:
        last = None if name in values else _last_change(activity.deal_id, name)
        if last is not None and last.new == as_json(before[name]):
            values[name] = _as_entered(name, last.old)
    return values


def _is_outdated(activity: Activity) -> bool:
    """Whether a later activity about the deal tells what is next."""
    later = Activity.objects.filter(deal=activity.deal_id, at__gt=activity.at)
    return later.exclude(Q(next_action="") & Q(next_action_on=None)).exists()


def _last_change(deal: int, name: str) -> Change | None:
    rows = Change.objects.filter(object_type="deals.deal", object_id=deal, field=name)
    return rows.order_by("-at", "-pk").first()


def _as_entered(name: str, value: object) -> object:
    if name == "next_action_on":
        return date.fromisoformat(str(value)) if value else None
    return value or ""
