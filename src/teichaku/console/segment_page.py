"""What the pages of segments show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language

from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.prose.names import Names, names_of
from teichaku.engine.rulebook.show import predicate_sentence
from teichaku.leads.selectors import lead_labels
from teichaku.rulebook.selectors import rulebook_in_force, zone_in_force
from teichaku.scoring.explanations import Branch
from teichaku.scoring.models import MembershipChange, Segment
from teichaku.scoring.segment_conditions import condition_of
from teichaku.scoring.selectors import Place, changes_of, freshness, segments_listed

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A segment in the list, its condition in words."""

    segment: Segment
    sentence: str

    @property
    def building(self) -> bool:
        """Whether leads are still being held against the condition."""
        return self.segment.built_id != self.segment.revision_id


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Somebody came in or left."""

    change: MembershipChange
    label: str


@dataclass(frozen=True, slots=True)
class WhyLine:
    """A part of a condition for one lead; ``depth`` says below which part it stands."""

    depth: int
    kind: str
    text: str
    holds: bool
    wanted: bool
    value: object
    needed: object
    turns_at: datetime | None
    judgeable: bool


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A segment and, line by line, why a lead is in it or not."""

    place: Place
    lines: Sequence[WhyLine]


def segment_lines(*, archived: bool) -> list[SegmentLine]:
    """The segments of the list."""
    return [_line(row, _names()) for row in segments_listed(archived=archived)]


def segment_context(segment: Segment, before: str) -> dict[str, object] | None:
    """What the page of a segment shows; None where its address is damaged."""
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        return None
    start = int(before) if before else None
    changes = changes_of(segment, before=start, limit=PAGE_SIZE + 1)
    nameless = [row.lead_id for row in changes if not (row.lead.name or row.lead.email)]
    labels = lead_labels(nameless) if nameless else {}
    return {
        "line": _line(segment, _names()),
        "segment": segment,
        "fresh": freshness(segment),
        "rulebook": rulebook_in_force(),
        "zone": zone_in_force(),
        "before": before,
        "more": changes[PAGE_SIZE - 1].pk if len(changes) > PAGE_SIZE else None,
        "changes": [
            ChangeLine(row, row.lead.name or row.lead.email or labels[row.lead_id])
            for row in changes[:PAGE_SIZE]
        ],
        "revisions": segment.revisions.order_by("-number"),
    }


def places_shown(places: Sequence[Place], rulebook: Rulebook | None) -> list[PlaceLine]:
    """Each segment with its condition as lines, the parts of a part below it."""
    names = names_of(rulebook) if rulebook else Names()
    return [PlaceLine(place, _why(place.why, names)) for place in places]


def _why(part: Branch, names: Names, depth: int = 0, *, wanted: bool = True) -> list[WhyLine]:
    if part.leaf is None:
        head = WhyLine(depth, part.kind, "", part.holds, wanted, None, None, None, True)
        below = wanted != (part.kind == "none")
        inner = [_why(one, names, depth + 1, wanted=below) for one in part.parts]
        return [head, *(line for lines in inner for line in lines)]
    leaf = part.leaf
    text = predicate_sentence(leaf.clause, _language(), names)
    value = None if isinstance(leaf.value, bool) else leaf.value
    return [
        WhyLine(depth, "leaf", text, leaf.holds, wanted, value, leaf.needed,
                part.turns_at, leaf.judgeable)
    ]  # fmt: skip


def _line(segment: Segment, names: Names) -> SegmentLine:
    document = segment.revision.document if segment.revision else ""
    text = predicate_sentence(condition_of(document), _language(), names) if document else ""
    return SegmentLine(segment, text)


def _names() -> Names:
    rulebook = rulebook_in_force()
    return names_of(rulebook) if rulebook else Names()


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
