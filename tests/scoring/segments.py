"""Segments over the small company of scoring, written through the services."""

from __future__ import annotations

from tests.intake.importing import ACTOR
from tests.scoring.company import on

from teichaku.core.jobs import run_one
from teichaku.leads.selectors import lead_labels
from teichaku.scoring.models import Membership, MembershipChange, Segment
from teichaku.scoring.segments import BUILD, segment_save

VIEWED = "count: {event: page_view}\nat_least: 2\nwithin: 30d\n"


def segment(at: str, document: str, name: str = "見た人", of: Segment | None = None) -> Segment:
    """The segment, saved at a wall clock reading and built."""
    with on(at):
        found = segment_save(name=name, document=document, actor=ACTOR, segment=of)
        build()
    return found


def build() -> None:
    while run_one("worker", kinds=[BUILD]):
        pass


def members(of: Segment) -> list[str]:
    rows = Membership.objects.filter(segment=of, inside=True).values_list("lead_id", flat=True)
    found = list(rows)
    assert Segment.objects.get(pk=of.pk).members == len(found)
    return sorted(lead_labels(found).values())


def rows(of: Segment) -> list[tuple[int, bool, int | None]]:
    found = Membership.objects.filter(segment=of).order_by("lead")
    return list(found.values_list("lead_id", "inside", "turns_at"))


def ledger(of: Segment) -> list[tuple[str, bool]]:
    found = MembershipChange.objects.filter(segment=of).order_by("pk")
    names = lead_labels(set(found.values_list("lead_id", flat=True)))
    return [(names[lead], came) for lead, came in found.values_list("lead_id", "entered")]
