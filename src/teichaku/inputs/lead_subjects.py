"""Leads as subjects of input rules, many at a time in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from teichaku.engine.input_facts import Subject
from teichaku.handover.models import Assignment
from teichaku.inputs.book import InputBook
from teichaku.inputs.entries import entries_of
from teichaku.inputs.handover_moments import EVENTS, moments_of_leads
from teichaku.leads.models import Lead
from teichaku.tracking.models import Event

FIELDS = (
    "name", "kana", "email", "phone", "department", "title", "stage", "source", "campaign",
    "company_id", "owner_id",
)  # fmt: skip


class _Person(NamedTuple):
    """What is known of a person now, by the names that the history uses, and since when."""

    values: dict[str, object]
    recorded_at: datetime


def leads_asked(book: InputBook) -> Q:
    """The leads that any rule can be about: those handed over since such rules are there."""
    live = book.live("lead")
    if live is None:
        return Q(pk__in=())
    told = Event.objects.filter(signature__type__in=EVENTS, at__gte=live, retracted_at=None)
    given = Assignment.objects.filter(at__gte=live)
    return Q(pk__in=told.values("lead_id")) | Q(pk__in=given.values("handover__lead_id"))


def lead_subjects(leads: Sequence[int], book: InputBook) -> list[Subject]:
    """The leads that exist, each with what was entered when and how sales took it.

    What happened stays with the lead that it was recorded for; what is known is that of the person
    whom the lead stands for after merges.
    """
    roots = dict(Lead.objects.filter(pk__in=leads).order_by("pk").values_list("pk", "root_id"))
    people = _people(set(roots.values()))
    entries = entries_of(
        "leads.lead",
        {root: person.values for root, person in people.items()},
        {root: person.recorded_at for root, person in people.items()},
    )
    moments = moments_of_leads(roots)
    return [Subject("lead", pk, entries[root], moments.get(pk, {})) for pk, root in roots.items()]


def _people(roots: set[int]) -> dict[int, _Person]:
    found = {}
    rows = Lead.objects.filter(pk__in=roots)
    for row in rows.values("pk", "recorded_at", "attributes", *FIELDS):
        own = {f"attribute.{name}": value for name, value in row["attributes"].items()}
        values = {name.removesuffix("_id"): row[name] for name in FIELDS}
        found[row["pk"]] = _Person(values | own, row["recorded_at"])
    return found
