"""The records that input tasks ask about: what they are called, what they hold, how they change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from teichaku.accounts.access import rights_of
from teichaku.accounts.actors import person_of
from teichaku.accounts.models import User
from teichaku.console.editing import may_edit as may_edit_lead
from teichaku.console.lead_fields import field_label as lead_field_label
from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.core.forms import DayField
from teichaku.core.registry import Text
from teichaku.deals import activity_updates, deal_values
from teichaku.deals.activities import KINDS
from teichaku.deals.activity_updates import activity_update
from teichaku.deals.deal_input import typed_value
from teichaku.deals.deal_writes import deal_update
from teichaku.deals.gate_words import field_label
from teichaku.deals.home import pipeline_is_here
from teichaku.deals.models import Activity, Deal
from teichaku.deals.visible_deals import SHOWN, deals_for_user
from teichaku.deals.visible_deals import may_edit as may_edit_deal
from teichaku.engine.facts import Value
from teichaku.inputs.models import Obligation
from teichaku.intake.fields import ATTRIBUTE
from teichaku.leads.lead_writes import LEAD_FIELDS, lead_texts, lead_update
from teichaku.leads.models import Lead

# What a deal tells of itself, but only its own steps can change.
ELSEWHERE = frozenset({"lead", "created_on", "closed_on", "approach_again_on", "stage"})
DAYS = frozenset({*deal_values.DAYS, "next_action_on"})
Row = TypeVar("Row", Deal, Lead)


@dataclass(frozen=True, slots=True)
class Answers:
    """Texts as people typed them and days to ask again, by the names of the rulebook's fields."""

    texts: Mapping[str, str] = field(default_factory=dict)
    unknowns: Mapping[str, date] = field(default_factory=dict)


class _Lasting(Generic[Row]):
    """A deal or a lead: known by its company, or by its own name where none is known."""

    row: Row

    @property
    def subject(self) -> str:
        """Whom it is about."""
        return self.row.company.root.name if self.row.company else str(self.row)

    @property
    def detail(self) -> str:
        """What else tells it apart."""
        return str(self.row) if self.row.company else ""

    @property
    def happened(self) -> tuple[Text, datetime] | None:
        """What happened when; that is in the rule's own words."""
        return None


class DealRecord(_Lasting[Deal]):
    """A deal."""

    kind = "deal"
    knows_unknown = True

    def __init__(self, deal: Deal) -> None:
        self.deal: Deal | None = deal
        self.row = deal

    @property
    def address(self) -> str:
        """The page of the record."""
        return reverse("deals:detail", args=[self.row.uid])

    def label(self, name: str) -> str:
        """The field as people read it."""
        return field_label(name)

    def can_be_entered(self, name: str) -> bool:
        """Whether the card can take the field."""
        return name not in ELSEWHERE

    def text(self, name: str) -> str:
        """What is stored, as an editor starts from it."""
        if name == "owner":
            return str(self.row.owner.uid) if self.row.owner else ""
        if name in ("company", "channel"):
            found = getattr(self.row, name)
            return found.root.name if found else ""
        return _text(self.row, name, deal_values.ENTERED)

    def ask_again(self, name: str) -> str:
        """The day to ask again, of a field that is 不明."""
        return str((self.row.unknowns or {}).get(name, ""))

    def typed(self, name: str, text: str, actor: Actor) -> Value | None:
        """The text as a value; what cannot be read raises ``InvalidInput``."""
        value = typed_value(name, text, actor)
        return value if isinstance(value, Value) else None

    def save(self, answers: Answers, actor: Actor, source: str) -> None:
        """Nothing; the answers are written."""
        self.row = deal_update(
            deal=self.row,
            values={
                _key(name, deal_values.ENTERED): typed_value(name, text, actor)
                for name, text in answers.texts.items()
            },
            unknowns=answers.unknowns,
            actor=actor,
            source=source,
        )

    def related(self) -> dict[str, list[int]]:
        """The rows whose tasks may be settled by an entry."""
        return {"deal": [self.row.pk]}


class ActivityRecord:
    """A call, visit or meeting."""

    kind = "activity"
    knows_unknown = True

    def __init__(self, activity: Activity) -> None:
        self.row = activity
        self.deal = activity.deal

    @property
    def subject(self) -> str:
        """Whom it was about."""
        company = self.row.company or (self.deal.company if self.deal else None)
        if company:
            return company.root.name
        return str(self.deal or self.row.lead or "")

    @property
    def detail(self) -> str:
        """The deal that it was about."""
        return str(self.deal) if self.deal and str(self.deal) != self.subject else ""

    @property
    def happened(self) -> tuple[Text, datetime] | None:
        """What happened when."""
        return KINDS.get(self.row.kind, self.row.kind), self.row.at

    @property
    def address(self) -> str:
        """The page of its deal or its lead."""
        if self.deal:
            return reverse("deals:detail", args=[self.deal.uid])
        if self.row.company:
            return reverse("console:company", args=[self.row.company.root.uid])
        return reverse("console:lead", args=[self.row.lead.root.uid]) if self.row.lead else ""

    def label(self, name: str) -> str:
        """The field as people read it."""
        return field_label(name)

    def can_be_entered(self, name: str) -> bool:
        """Whether the card can take the field."""
        return True

    def text(self, name: str) -> str:
        """What is stored, as an editor starts from it."""
        return _text(self.row, name, activity_updates.ENTERED)

    def ask_again(self, name: str) -> str:
        """The day to ask again, of a field that is 不明."""
        return str((self.row.unknowns or {}).get(name, ""))

    def typed(self, name: str, text: str, actor: Actor) -> Value | None:
        """The text as a value; what cannot be read raises ``InvalidInput``."""
        return _day(name, text) if name in DAYS else text

    def save(self, answers: Answers, actor: Actor, source: str) -> None:
        """Nothing; the answers are written."""
        self.row = activity_update(
            activity=self.row,
            values={
                _key(name, activity_updates.ENTERED): self.typed(name, text, actor)
                for name, text in answers.texts.items()
            },
            unknowns=answers.unknowns,
            actor=actor,
            source=source,
        )

    def related(self) -> dict[str, list[int]]:
        """The rows whose tasks may be settled by an entry; the deal follows what is next."""
        return {"activity": [self.row.pk], "deal": [self.deal.pk] if self.deal else []}


class LeadRecord(_Lasting[Lead]):
    """A person known to marketing; 不明 is no answer about one."""

    kind = "lead"
    knows_unknown = False
    deal = None

    def __init__(self, lead: Lead, asked: int) -> None:
        self.row = lead
        self._asked = asked

    @property
    def address(self) -> str:
        """The page of the record."""
        return reverse("console:lead", args=[self.row.uid])

    def label(self, name: str) -> str:
        """The field as people read it."""
        return str(lead_field_label("lead", _key(name, LEAD_FIELDS)))

    def can_be_entered(self, name: str) -> bool:
        """Whether the card can take the field."""
        return True

    def text(self, name: str) -> str:
        """What is stored, as an editor starts from it."""
        key = _key(name, LEAD_FIELDS)
        return lead_texts(self.row, [key])[key]

    def ask_again(self, name: str) -> str:
        """Nothing: leads know no 不明."""
        return ""

    def typed(self, name: str, text: str, actor: Actor) -> Value | None:
        """The text as a value."""
        return text

    def save(self, answers: Answers, actor: Actor, source: str) -> None:
        """Nothing; the answers are written."""
        values = {_key(name, LEAD_FIELDS): text for name, text in answers.texts.items()}
        lead_update(lead=self.row, values=values, actor=actor, source=source)
        self.row.refresh_from_db()

    def related(self) -> dict[str, list[int]]:
        """The rows whose tasks may be settled by an entry."""
        return {"lead": [self._asked]}


Record = DealRecord | ActivityRecord | LeadRecord


def record_for_user(user: User, obligation: Obligation) -> Record | None:
    """The record that the obligation is about; None for none and for one out of sight."""
    found = records_for_user(user, [(obligation.subject_kind, obligation.subject_id)])
    return found.get((obligation.subject_kind, obligation.subject_id))


def records_for_user(
    user: User, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], Record]:
    """The records of these kinds and ids that the person may see."""
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, pk in wanted:
        ids[kind].append(pk)
    found: dict[tuple[str, int], Record] = {}
    if ids["deal"]:
        for deal in deals_for_user(user).filter(pk__in=ids["deal"]).select_related(*SHOWN):
            found["deal", deal.pk] = DealRecord(deal)
    if ids["activity"]:
        rows = Activity.objects.filter(pk__in=ids["activity"]).select_related(
            "company__root", "lead__root", *(f"deal__{name}" for name in ("stage", "company__root"))
        )
        for row in rows:
            if row.deal is None or not row.deal.is_pending or row.deal.owner_id == user.pk:
                found["activity", row.pk] = ActivityRecord(row)
    if ids["lead"]:
        leads = Lead.objects.filter(pk__in=ids["lead"])
        for lead in leads.select_related("root__company__root", "root__owner"):
            found["lead", lead.pk] = LeadRecord(lead.root, lead.pk)
    return found


def may_enter(request: HttpRequest, obligation: Obligation, record: Record, *, owes: bool) -> bool:
    """Whether the person may make the entry: who owes it, and whoever may change the record."""
    if record.kind != "lead" and not pipeline_is_here():
        return False
    if owes:
        return True
    if isinstance(record, LeadRecord):
        return may_edit_lead(request, record.row)
    if record.deal is not None:
        return may_edit_deal(request, record.deal)
    held, own = rights_of(request), record.row.owner_id in (None, person_of(request).pk)
    return "deals.edit_all" in held or ("deals.edit" in held and own)


def _key(name: str, columns: Sequence[str]) -> str:
    """The field by the name that writes use."""
    return name if name in columns else f"{ATTRIBUTE}{name}"


def _text(row: Deal | Activity, name: str, columns: Sequence[str]) -> str:
    value = getattr(row, name) if name in columns else row.attributes.get(name)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _day(name: str, text: str) -> date | None:
    try:
        found: date | None = DayField(required=False).clean(text)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field=name) from error
    return found
