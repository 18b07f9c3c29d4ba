"""Reads about segments for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from teichaku.core import clock
from teichaku.core.models import Job
from teichaku.engine.rulebook.model import Rulebook
from teichaku.scoring.explanations import Branch, condition_explained
from teichaku.scoring.memberships import leads_due
from teichaku.scoring.models import DirtyLead, Membership, MembershipChange, Segment
from teichaku.scoring.segment_conditions import condition_asked

REFRESH = "scoring.refresh"  # the job that follows what changes


@dataclass(frozen=True, slots=True)
class Freshness:
    """Up to when changes are known, and how many leads wait for their turn."""

    as_of: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lead stands with a segment, and why."""

    segment: Segment
    inside: bool
    since: datetime | None
    why: Branch


def segments_listed(*, archived: bool = False) -> QuerySet[Segment]:
    """The segments by name, those that are followed or those that no longer are."""
    rows = Segment.objects.filter(archived_at__isnull=not archived)
    return rows.select_related("revision").order_by("name", "pk")


def segment_shown(uid: UUID) -> Segment | None:
    """The segment; None when there is none."""
    return Segment.objects.filter(uid=uid).select_related("revision").first()


def freshness(segment: Segment | None = None) -> Freshness:
    """How fresh a segment is, or all of them together."""
    changed = DirtyLead.objects.exclude(scored_mark=F("mark"), scored_mark__isnull=False)
    waiting = changed.count() + len(leads_due(clock.now()))
    looked = Job.objects.filter(kind=REFRESH, key=REFRESH, finished_at=None)
    known = [looked.values_list("last_done_at", flat=True).first()]
    known.append(segment.as_of if segment else None)
    return Freshness(max(filter(None, known), default=None), waiting)


def changes_of(segment: Segment, *, before: int | None, limit: int) -> list[MembershipChange]:
    """Who came in and who left, the latest first."""
    rows = MembershipChange.objects.filter(segment=segment).select_related("lead__root")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def segments_of(lead: int) -> Sequence[Segment]:
    """The segments that a root lead is in, by name."""
    inside = Membership.objects.filter(lead=lead, inside=True).values("segment")
    return list(segments_listed().filter(pk__in=inside))


def places_of(lead: int, rulebook: Rulebook) -> list[Place]:
    """Where a root lead stands with every segment, condition by condition, as of now."""
    rows: Mapping[int, Membership] = {
        row.segment_id: row for row in Membership.objects.filter(lead=lead, inside=True)
    }
    found = []
    for segment in segments_listed().filter(revision__isnull=False):
        assert segment.revision is not None
        why = condition_explained(lead, condition_asked(segment.revision, rulebook), rulebook)
        row = rows.get(segment.pk)
        found.append(Place(segment, why.holds, row.since if row else None, why))
    return sorted(found, key=lambda place: not place.inside)
