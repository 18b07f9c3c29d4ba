"""What the list of leads shows: leads by score, found by text, grade and qualification."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery

from teichaku.console.lead_search import leads_matching
from teichaku.leads.models import Lead
from teichaku.leads.selectors import lead_labels
from teichaku.rulebook.models import Revision
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.models import Event

PAGE_SIZE = 50
COUNTED = 1_000  # beyond that a list only says "more than"


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads are wanted: words that all have to match, a fit letter, qualified ones only."""

    text: str = ""
    grade: str = ""
    mql_only: bool = False


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
    matches = _Matches(wanted)
    found: list[tuple[Lead, Score | None]] = []
    for part in matches.parts(_place(after)):
        rows = part[: PAGE_SIZE + 1 - len(found)]
        found += [(row.lead, row) if isinstance(row, Score) else (row, None) for row in rows]
        if len(found) > PAGE_SIZE:
            break
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


def roots_last_active(roots: Collection[int]) -> dict[int, datetime]:
    """When each root lead, or one merged into it, last did something that counts."""
    latest = (
        Event.objects.filter(lead=OuterRef("pk"), origin=Event.Origin.HUMAN, retracted_at=None)
        .order_by("-at")
        .values("at")[:1]
    )
    rows = Lead.objects.filter(root__in=roots).values_list("root_id", Subquery(latest))
    found: dict[int, datetime] = {}
    for root, at in rows:
        if at is not None:
            found[root] = max(at, found.get(root, at))
    return found


def qualifications_standing() -> QuerySet[Qualification]:
    """The qualifications that hold: neither superseded nor withdrawn."""
    return Qualification.objects.filter(withdrawn=False, superseded_by=None)


@dataclass(frozen=True, slots=True)
class _Place:
    lead: int
    total: float | None


def _place(uid: UUID | None) -> _Place | None:
    if uid is None:
        return None
    total = Score.objects.filter(pk=OuterRef("pk")).values("total")
    row = Lead.objects.filter(uid=uid).values_list("pk", Subquery(total)).first()
    return _Place(*row) if row else None


class _Matches:
    """The leads that a filter lets through, in the order of the list."""

    def __init__(self, wanted: LeadFilter) -> None:
        self._wanted = wanted
        self._surely_many = False
        scored = Score.objects.filter(lead__root=F("lead"))
        unscored = Lead.objects.filter(
            ~Exists(Score.objects.filter(pk=OuterRef("pk"))), root=F("pk")
        )
        if wanted.grade:
            scored = scored.filter(grade__startswith=wanted.grade)
        if wanted.text:
            matching = leads_matching(wanted.text)
            # Few are named one by one, so that no later question searches the texts again; many
            # are met so often on the way down the list that searching while reading is quicker.
            few = list(matching.values_list("pk", flat=True)[: COUNTED + 1])
            if len(few) <= COUNTED:
                scored, unscored = scored.filter(lead__in=few), unscored.filter(pk__in=few)
            else:
                self._surely_many = not (wanted.grade or wanted.mql_only)
                scored = scored.filter(Exists(matching.filter(pk=OuterRef("lead"))))
                unscored = unscored.filter(Exists(matching.filter(pk=OuterRef("pk"))))
        if wanted.mql_only:
            qualified = qualifications_standing().values("lead__root")
            scored, unscored = scored.filter(lead__in=qualified), unscored.filter(pk__in=qualified)
        self._scored = scored.select_related("lead__company__root").order_by("-total", "lead")
        self._unscored = unscored.select_related("company__root").order_by("pk")

    def parts(self, last: _Place | None) -> Iterator[QuerySet[Score] | QuerySet[Lead]]:
        """What follows the place, in parts that each start in the middle of an index."""
        unscored = self._unscored
        if last is None:
            yield self._scored
        elif last.total is not None:
            yield self._scored.filter(total=last.total, lead__gt=last.lead)
            yield self._scored.filter(total__lt=last.total)
        else:
            unscored = unscored.filter(pk__gt=last.lead)
        if not self._wanted.grade:
            yield unscored

    def count(self) -> int:
        """How many there are; just above ``COUNTED`` stands for any number beyond."""
        if self._surely_many:
            return COUNTED + 1
        count = self._scored[: COUNTED + 1].count()
        if count <= COUNTED and not self._wanted.grade:
            count += self._unscored[: COUNTED + 1 - count].count()
        return count


def _lines(found: Sequence[tuple[Lead, Score | None]]) -> list[LeadRow]:
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
