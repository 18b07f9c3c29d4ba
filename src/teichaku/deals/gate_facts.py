"""What gates look at, gathered for many deals in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from django.db.models import Min

from teichaku.core import bulk
from teichaku.core.registry import computed_attributes
from teichaku.deals.customers import is_customer, wins_of
from teichaku.deals.gate_rules import GateBook
from teichaku.deals.models import Deal
from teichaku.engine.facts import Value
from teichaku.engine.gates import Gate, GateFacts
from teichaku.engine.rulebook.predicates import AttributeClause, clauses
from teichaku.leads.models import Company, Lead
from teichaku.scoring.histories import lead_rows
from teichaku.tracking.models import Event

IS_CUSTOMER = "company.is_customer"
# What sales did or recorded itself says nothing about where the lead came from.
OWN_EVENTS = ("deal_created", "deal_won", "deal_lost", "handover_accepted", "handover_returned")
COLUMNS = (
    "name", "kind", "amount", "close_on", "lost_reason", "next_action", "next_action_on",
    "deciding_factor", "competitor", "approach_again_on", "created_on", "closed_on", "email",
    "contact", "lead", "company", "owner", "channel",
)  # fmt: skip
LINKS = ("lead", "company", "owner", "channel")
_COMPANY = ("name", "industry", "prefecture", "domain", "corporate_number", "employees",
            "is_competitor")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """A deal as it would be after the write that a gate stands before."""

    created_at: datetime
    deal: int | None = None
    lead: int | None = None
    company: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    unknowns: Mapping[str, str] = field(default_factory=dict)


def subjects_of(deals: Collection[int], book: GateBook) -> dict[int, Subject]:
    """The stored deals as subjects, by id."""
    names = ("created_at", "created_on", "recorded_at", "unknowns", "attributes", *COLUMNS)
    found: dict[int, Subject] = {}
    for chunk in bulk.chunked(deals, 5_000):
        for row in Deal.objects.filter(pk__in=chunk).values("pk", *names):
            attributes = {f"attribute.{k}": v for k, v in row["attributes"].items()}
            found[row["pk"]] = Subject(
                created_at=created_instant(row, book),
                deal=row["pk"],
                lead=row["lead"],
                company=row["company"],
                values={name: row[name] for name in COLUMNS} | attributes,
                unknowns=row["unknowns"] or {},
            )
    return found


def subject_of(deal: Deal, book: GateBook) -> Subject:
    """The deal as it is in memory."""
    columns = {name: getattr(deal, f"{name}_id" if name in LINKS else name) for name in COLUMNS}
    told = {name: getattr(deal, name) for name in ("created_at", "created_on", "recorded_at")}
    return Subject(
        created_at=created_instant(told, book),
        deal=deal.pk,
        lead=deal.lead_id,
        company=deal.company_id,
        values=columns | {f"attribute.{k}": v for k, v in deal.attributes.items()},
        unknowns=deal.unknowns or {},
    )


def created_instant(row: Mapping[str, object], book: GateBook) -> datetime:
    """When the deal was created: of a date alone the end of that local day, else when we heard."""
    created_on = cast("date | None", row["created_on"])
    at = cast("datetime | None", row["created_at"])
    if at is None and created_on is not None:
        at = datetime.combine(created_on, datetime.max.time(), book.zone)
    return at or cast("datetime", row["recorded_at"])


def gate_facts(
    subjects: Sequence[Subject], gates: Iterable[Gate], book: GateBook, as_of: datetime
) -> list[GateFacts]:
    """The facts of each subject, as far as these gates ask for them."""
    gates = list(gates)
    roots = _roots({s.lead for s in subjects if s.lead is not None})
    firsts = _first_events(roots.values()) if _ask_for_events(gates) else {}
    attributes = _Attributes(subjects, roots, _attributes_asked(gates), book, as_of)
    today = as_of.astimezone(book.zone).date()
    facts = []
    for subject in subjects:
        first = firsts.get(roots.get(subject.lead or 0, 0))
        facts.append(
            GateFacts(
                created_at=subject.created_at,
                today=today,
                lead=subject.lead is not None,
                lead_event_before=first is not None and first <= subject.created_at,
                values=field_values(subject.values),
                unknown={k: date.fromisoformat(day) for k, day in subject.unknowns.items()},
                attributes=attributes.of(subject),
            )
        )
    return facts


def field_values(values: Mapping[str, object]) -> dict[str, Value]:
    """Fields by the names that rulebooks use: attributes by their bare ones, after the columns."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        if value is None:
            continue
        found.setdefault(name.removeprefix("attribute."), _as_day(cast("Value", value)))
    return found


def _as_day(value: Value) -> Value:
    """A text that is a date as one, for attributes are kept as texts."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


def _roots(leads: Collection[int]) -> dict[int, int]:
    return dict(bulk.lookup(Lead, "id", leads, ("id", "root"))) if leads else {}


def _ask_for_events(gates: Iterable[Gate]) -> bool:
    return any(gate.rule.require.lead_has_event_before for gate in gates)


def _attributes_asked(gates: Iterable[Gate]) -> set[str]:
    asked = (clauses(gate.rule.applies_to) for gate in gates if gate.rule.applies_to)
    return {c.attribute for found in asked for c in found if isinstance(c, AttributeClause)}


def _first_events(roots: Iterable[int]) -> dict[int, datetime]:
    """When each root lead first did something that marketing knows of."""
    firsts: dict[int, datetime] = {}
    for chunk in bulk.chunked(sorted(set(roots)), 5_000):
        rows = (
            Event.objects.filter(lead__root__in=chunk, origin="human", retracted_at=None)
            .exclude(signature__type__in=OWN_EVENTS)
            .values("lead__root")
            .annotate(first=Min("at"))
        )
        firsts.update(rows.values_list("lead__root", "first"))
    return firsts


class _Attributes:
    """The attributes that conditions name: the company's of the deal, the rest of its lead."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        roots: Mapping[int, int],
        asked: set[str],
        book: GateBook,
        as_of: datetime,
    ) -> None:
        self._asked, self._roots, self._zone = asked, roots, book.zone
        ids = {s.company for s in subjects if s.company is not None}
        self._companies = _company_roots(ids) if asked else {}
        self._wins = wins_of(set(self._companies.values())) if IS_CUSTOMER in asked else {}
        computed = asked & set(computed_attributes) - {IS_CUSTOMER}
        self._computed = {
            name: computed_attributes.get(name)(sorted(ids), as_of) for name in computed
        }
        stored = asked - set(computed_attributes)
        self._leads = _lead_attributes(roots.values()) if stored else {}
        told = any(name.startswith("company.") for name in stored)
        self._told = _company_attributes(set(self._companies.values())) if told else {}

    def of(self, subject: Subject) -> Mapping[str, Value]:
        if not self._asked:
            return {}
        company = self._companies.get(subject.company or 0)
        found = dict(self._leads.get(self._roots.get(subject.lead or 0, 0), {}))
        if company is not None:
            found = {k: v for k, v in found.items() if not k.startswith("company.")}
            found |= self._told.get(company, {})
        for name, companies in self._computed.items():
            found[name] = subject.company in companies
        if IS_CUSTOMER in self._asked:
            on = subject.created_at.astimezone(self._zone).date()
            wins = self._wins.get(company or 0, ())
            found[IS_CUSTOMER] = is_customer(wins, on, apart_from=subject.deal)
        return found


def _company_roots(ids: Collection[int]) -> dict[int, int]:
    return dict(bulk.lookup(Company, "id", ids, ("id", "root"))) if ids else {}


def _lead_attributes(roots: Iterable[int]) -> dict[int, Mapping[str, Value]]:
    wanted = sorted(set(roots))
    return {row.root: row.attributes for row in lead_rows(wanted)} if wanted else {}


def _company_attributes(roots: Collection[int]) -> dict[int, dict[str, Value]]:
    found: dict[int, dict[str, Value]] = {}
    for chunk in bulk.chunked(roots, 5_000):
        for row in Company.objects.filter(pk__in=chunk).values("pk", "attributes", *_COMPANY):
            told = {**row["attributes"], **{name: row[name] for name in _COMPANY}}
            found[row["pk"]] = {
                f"company.{name}": value for name, value in told.items() if value not in (None, "")
            }
    return found
