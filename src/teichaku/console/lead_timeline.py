"""A lead's history on one line of time: what it did, what sales did, mails, changes of fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.console.event_words import MAIL, SALES
from teichaku.console.lead_fields import LABELS, field_label, source_word
from teichaku.console.lead_filters import qualifications_standing
from teichaku.core.models import Change
from teichaku.core.registry import Text
from teichaku.deals.activities import KINDS
from teichaku.deals.models import Activity
from teichaku.deals.outcome_chips import outcome_text
from teichaku.forms.submissions import EVENT_SOURCE
from teichaku.leads.models import Company, Lead
from teichaku.scoring.models import Qualification
from teichaku.tracking.event_words import (
    EVENT_ICONS,
    EVENT_WORDS,
    OTHER_ICON,
    recorder_word,
)
from teichaku.tracking.models import Event

EVENTS_PER_PAGE = 50
LAST_PAGE = 200
VIEWS = {
    "": gettext_lazy("All"),
    "actions": gettext_lazy("Actions"),
    "sales": gettext_lazy("Sales"),
    "mail": gettext_lazy("Mail"),
    "changes": gettext_lazy("Changes"),
}
_ACTIVITY_ICONS = {"call": "phone", "visit": "map-pin", "online": "video", "mail": "mail"}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to the lead, in words."""

    at: datetime
    text: Text
    object: str
    icon: str
    source: Text
    tone: str = ""
    address: str = ""  # of the page that tells more


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some days of the lead's history, newest first."""

    days: Sequence[tuple[date, Sequence[Happening]]]
    view: str
    page: int
    has_more: bool


def timeline(lead: Lead, *, view: str, page: int, zone: ZoneInfo) -> Timeline:
    """One page of one view of what counts for the lead, by local day."""
    members = list(Lead.objects.filter(root=lead).values_list("pk", flat=True))
    start = (page - 1) * EVENTS_PER_PAGE
    # Every stream gives as many as the page could need, so that none can be missed.
    most = start + EVENTS_PER_PAGE + 1
    found: list[Happening] = []
    if view != "changes":
        found += _events(members, view, most)
    if view in ("", "sales"):
        found += _activities(members, most)
    if view in ("", "changes"):
        found += _qualifications(members, most)
        found += _changes(members, most)
    found.sort(key=lambda happening: happening.at, reverse=True)
    shown = found[start : start + EVENTS_PER_PAGE]
    days = groupby(shown, key=lambda happening: happening.at.astimezone(zone).date())
    return Timeline(
        [(day, list(group)) for day, group in days],
        view,
        page,
        len(found) > start + EVENTS_PER_PAGE and page < LAST_PAGE,
    )


def event_happening(event: Event) -> Happening:
    """The event in words."""
    shape = event.signature
    parts = (shape.path, shape.form, shape.asset, shape.campaign, shape.rank)
    of_form = event.source == EVENT_SOURCE
    return Happening(
        at=event.at,
        text=EVENT_WORDS.get(shape.type, shape.type),
        object=" ".join(filter(None, parts)),
        icon=EVENT_ICONS.get(shape.type, OTHER_ICON),
        source=_("Form") if of_form else recorder_word(event.source),
        address=reverse("forms:submission", args=[event.external_id]) if of_form else "",
    )


def _events(members: Sequence[int], view: str, most: int) -> Iterator[Happening]:
    rows = Event.objects.filter(lead__in=members, origin=Event.Origin.HUMAN, retracted_at=None)
    if view == "mail":
        rows = rows.filter(signature__type__in=MAIL)
    elif view == "sales":
        rows = rows.filter(signature__type__in=SALES)
    elif view == "actions":
        rows = rows.exclude(signature__type__in=MAIL | SALES)
    newest = rows.select_related("signature").order_by("-at", "-pk")[:most]
    yield from map(event_happening, newest)


def _activities(members: Sequence[int], most: int) -> Iterator[Happening]:
    rows = Activity.objects.filter(lead__in=members).select_related("owner")
    for activity in rows.order_by("-at", "-pk")[:most]:
        yield Happening(
            at=activity.at,
            text=KINDS.get(activity.kind) or activity.kind or _("Activity"),
            object=" ".join(filter(None, (str(outcome_text(activity)), activity.note))),
            icon=_ACTIVITY_ICONS.get(activity.kind, "message-square"),
            source=activity.owner.name if activity.owner else "",
        )


def _qualifications(members: Sequence[int], most: int) -> Iterator[Happening]:
    rows = qualifications_standing().filter(lead__in=members).order_by("-at")[:most]
    for row in rows:
        word = _("Import") if row.source == Qualification.Source.IMPORT else ""
        yield Happening(row.at, _("Became an MQL"), "", "flag", word, tone="brand")


def _changes(members: Sequence[int], most: int) -> Iterator[Happening]:
    rows = list(
        Change.objects.filter(object_type="leads.lead", object_id__in=members).order_by(
            "-at", "-pk"
        )[:most]
    )
    named = _named(rows)
    labels: dict[str, Text] = dict(LABELS)
    for row in rows:
        if row.field == "root":
            text: Text = _("Merged with another lead")
            detail = ""
        else:
            text = labels.setdefault(row.field, field_label("lead", row.field))
            old, new = (
                named.get((row.field, value), _plain(value)) for value in (row.old, row.new)
            )
            detail = _("%(old)s → %(new)s") % {"old": old or _("blank"), "new": new or _("blank")}
        who = row.actor_name if row.actor_kind == "human" else ""
        yield Happening(
            row.at, text, detail, "pencil", who or source_word(row.source, row.actor_kind)
        )


def _named(rows: Sequence[Change]) -> dict[tuple[str, object], str]:
    """What the ids among the values stand for."""
    ids = {
        field: {v for row in rows if row.field == field for v in (row.old, row.new) if v}
        for field in ("owner", "company")
    }
    found: dict[tuple[str, object], str] = {}
    if ids["owner"]:
        for pk, name in User.objects.filter(pk__in=ids["owner"]).values_list("pk", "name"):
            found["owner", pk] = name
    if ids["company"]:
        for pk, name in Company.objects.filter(pk__in=ids["company"]).values_list("pk", "name"):
            found["company", pk] = name
    return found


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)
