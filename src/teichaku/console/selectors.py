"""What the list of leads shows: leads by score, found by text, grade and qualification."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from teichaku.console.lead_filters import (
    Found,
    LeadFilter,
    Matches,
    place_of,
    qualifications_standing,
)
from teichaku.leads.models import Lead
from teichaku.leads.selectors import lead_labels
from teichaku.rulebook.models import Revision
from teichaku.scoring.models import Score
from teichaku.tracking.last_events import roots_last_active

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A line of the list; one without a score has not been scored yet."""

    lead: Lead
    score: Score | None
    label: str
    active_at: datetime | None
    qualified_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Some lines of the list; ``count`` is of all pages and stops just above ``COUNTED``."""

    rows: Sequence[LeadRow]
    has_more: bool
    count: int
    revisions: Sequence[Revision]

    @property
    def scored_from(self) -> datetime | None:
        """The earliest instant for which a line's score holds."""
        return min((row.score.as_of for row in self.rows if row.score), default=None)

    @property
    def scored_to(self) -> datetime | None:
        """The latest such instant."""
        return max((row.score.as_of for row in self.rows if row.score), default=None)


def leads_listed(wanted: LeadFilter, *, after: UUID | None = None) -> LeadPage:
    """The leads that match, highest total first, those without a score last.

    ``after`` is the last lead of the page before; an unknown one starts from the top.
    """
    matches = Matches(wanted)
    found = matches.after(place_of(after), PAGE_SIZE + 1)
    more = len(found) > PAGE_SIZE
    lines = _lines(found[:PAGE_SIZE])
    revisions = {line.score.revision_id for line in lines if line.score}
    known = Revision.objects.filter(pk__in=revisions).defer("document").order_by("pk")
    return LeadPage(
        rows=lines,
        has_more=more,
        count=matches.count() if more or after else len(lines),
        revisions=list(known) if revisions else [],
    )


def _lines(found: Sequence[Found]) -> list[LeadRow]:
    roots = [lead.pk for lead, _score in found]
    active = roots_last_active(roots) if roots else {}
    qualified = _last_qualified(roots) if roots else {}
    nameless = [lead.pk for lead, _score in found if not (lead.name or lead.email)]
    labels: Mapping[int, str] = lead_labels(nameless) if nameless else {}
    return [
        LeadRow(
            lead=lead,
            score=score,
            label=lead.name or lead.email or labels[lead.pk],
            active_at=active.get(lead.pk),
            qualified_at=qualified.get(lead.pk),
        )
        for lead, score in found
    ]


def _last_qualified(roots: Collection[int]) -> dict[int, datetime]:
    rows = (
        qualifications_standing()
        .filter(lead__root__in=roots)
        .values_list("lead__root")
        .annotate(Max("at"))
    )
    return dict(rows)
