"""What the page of one lead shows: its fields, its qualifications, its events by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from teichaku.console.event_words import EVENT_ICONS, EVENT_WORDS, OTHER_ICON
from teichaku.console.selectors import qualifications_standing
from teichaku.engine.rulebook.prose.names import names_of
from teichaku.engine.rulebook.show import predicate_sentence
from teichaku.leads.models import AttributeDefinition, Lead
from teichaku.leads.selectors import lead_labels
from teichaku.scoring.explanations import Explanation
from teichaku.scoring.models import Qualification
from teichaku.tracking.models import Event

EVENTS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Field:
    """Something known about the lead, by its name on screen."""

    name: str
    value: str | datetime

    @property
    def is_instant(self) -> bool:
        """Whether the value is a point in time."""
        return isinstance(self.value, datetime)


@dataclass(frozen=True, slots=True)
class DefinitionLine:
    """A condition of the MQL definition; one that cannot be judged yet may say from when."""

    text: str
    holds: bool
    judgeable: bool
    judgeable_from: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in words."""

    at: datetime
    text: str | Promise
    object: str
    icon: str
    source: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some days of the lead's events, newest first."""

    days: Sequence[tuple[date, Sequence[Happening]]]
    page: int
    has_more: bool


def lead_shown(uid: UUID) -> Lead | None:
    """The lead with what its page needs, merged or not; None when there is none."""
    return Lead.objects.filter(uid=uid).select_related("root", "company__root", "owner").first()


def lead_label(lead: Lead) -> str:
    """What the lead is called: by name, address, or the id that another system gave."""
    return lead.name or lead.email or lead_labels([lead.pk])[lead.pk]


def definition_lines(explanation: Explanation, lang: str) -> list[DefinitionLine]:
    """The conditions of the MQL definition in words, with what each saw."""
    names = names_of(explanation.rulebook)
    return [
        DefinitionLine(
            predicate_sentence(condition.clause, lang, names),
            condition.holds,
            condition.judgeable,
            condition.judgeable_from,
        )
        for condition in explanation.conditions
    ]


def qualifications_of(lead: Lead) -> QuerySet[Qualification]:
    """When the lead qualified, newest first, as far as it still stands."""
    return (
        qualifications_standing()
        .filter(lead__root=lead)
        .select_related("revision")
        .defer("revision__document", "evidence")
        .order_by("-at", "-pk")
    )


def timeline(lead: Lead, *, page: int, zone: ZoneInfo) -> Timeline:
    """One page of the events that count for the lead, by local day."""
    members = list(Lead.objects.filter(root=lead).values_list("pk", flat=True))
    start = (page - 1) * EVENTS_PER_PAGE
    rows = (
        Event.objects.filter(lead__in=members, origin=Event.Origin.HUMAN, retracted_at=None)
        .select_related("signature")
        .order_by("-at", "-pk")[start : start + EVENTS_PER_PAGE + 1]
    )
    events = [_happening(event) for event in rows]
    shown = events[:EVENTS_PER_PAGE]
    days = groupby(shown, key=lambda event: event.at.astimezone(zone).date())
    return Timeline(
        [(day, list(group)) for day, group in days], page, len(events) > EVENTS_PER_PAGE
    )


def lead_fields(lead: Lead) -> list[Field]:
    """What is known of the lead and its company, own attributes last; blanks are left out."""
    company = lead.company.root if lead.company else None
    known: list[tuple[str, object]] = [
        (_("E-mail address"), lead.email),
        (_("Telephone"), lead.phone),
        (_("Department"), lead.department),
        (_("Job title"), lead.title),
        (_("Owner"), lead.owner.name if lead.owner else ""),
        (_("Stage"), lead.stage),
        (_("Marketing source"), lead.source),
        (_("Campaign"), lead.campaign),
        (_("Known since"), lead.created_at),
    ]
    if company:
        known += [
            (_("Industry"), company.industry),
            (_("Employees"), company.employees),
            (_("Prefecture"), company.prefecture),
            (_("Website"), company.domain),
            (_("Corporate number"), company.corporate_number),
            (_("Competitor"), company.is_competitor),
        ]
    known += _own_attributes(lead)
    return [Field(name, _value(value)) for name, value in known if value not in (None, "")]


def _own_attributes(lead: Lead) -> Iterator[tuple[str, object]]:
    company = lead.company.root.attributes if lead.company else {}
    values = {("lead", name): value for name, value in lead.attributes.items()}
    values |= {("company", name): value for name, value in company.items()}
    if not values:
        return
    labels = {
        (owner, name): label
        for owner, name, label in AttributeDefinition.objects.filter(
            object__in=["lead", "company"]
        ).values_list("object", "name", "label")
    }
    for key, value in sorted(values.items()):
        yield labels.get(key) or key[1], value


def _value(value: object) -> str | datetime:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value if isinstance(value, datetime) else str(value)


def _happening(event: Event) -> Happening:
    shape = event.signature
    parts = (shape.path, shape.form, shape.asset, shape.campaign, shape.rank)
    return Happening(
        at=event.at,
        text=EVENT_WORDS.get(shape.type, shape.type),
        object=" ".join(filter(None, parts)),
        icon=EVENT_ICONS.get(shape.type, OTHER_ICON),
        source=event.source,
    )
