"""What the page of one lead shows beside its fields and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from teichaku.console.lead_filters import qualifications_standing
from teichaku.deals.models import Deal
from teichaku.engine.rulebook.prose.names import names_of
from teichaku.engine.rulebook.show import predicate_sentence
from teichaku.leads.models import Lead
from teichaku.leads.selectors import lead_labels
from teichaku.rulebook.selectors import editions
from teichaku.scoring.explanations import Explanation

MOST_DEALS = 20


@dataclass(frozen=True, slots=True)
class DefinitionLine:
    """A condition of the MQL definition; one that cannot be judged yet may say from when."""

    text: str
    holds: bool
    judgeable: bool
    judgeable_from: datetime | None


def lead_shown(uid: UUID) -> Lead | None:
    """The lead with what its page needs, merged or not; None when there is none."""
    return Lead.objects.filter(uid=uid).select_related("root", "company__root", "owner").first()


def lead_label(lead: Lead) -> str:
    """What the lead is called: by name, address, or the id that another system gave."""
    if lead.kind == Lead.Kind.ERASED:
        return str(lead)
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


@dataclass(frozen=True, slots=True)
class MqlRow:
    """When the lead qualified, with what total, by which edition; without a title, by a file."""

    at: datetime
    total: float | None
    title: str
    edition: int | None


def qualifications_of(lead: Lead) -> list[MqlRow]:
    """When the lead qualified, newest first, as far as it still stands."""
    rows = qualifications_standing().filter(lead__root=lead).order_by("-at", "-pk")
    numbers = editions()
    return [
        MqlRow(at, total, title or "", numbers.get(revision) if revision else None)
        for at, total, title, revision in rows.values_list(
            "at", "total", "revision__title", "revision_id"
        )
    ]


def deals_of(lead: Lead) -> QuerySet[Deal]:
    """The lead's deals, open ones first, then the newest."""
    rows = Deal.objects.filter(lead__root=lead).select_related("stage", "owner")
    return rows.order_by(F("closed_on").desc(nulls_first=True), "-created_on", "-pk")[:MOST_DEALS]
