"""How deals were matched with leads, as the report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from teichaku.deals.lead_links import KEY_LABELS
from teichaku.deals.match_summary import MatchSummary


@dataclass(frozen=True, slots=True)
class MatchingView:
    """Deals, those with their lead by what told it, those that wait, those without."""

    deals: int
    linked: int
    by_key: tuple[tuple[str, int], ...]
    waiting: int
    unmatched: int


def matching_view(found: MatchSummary) -> MatchingView:
    """The summary in words."""
    return MatchingView(
        deals=found.deals,
        linked=sum(found.linked.values()),
        by_key=tuple((str(KEY_LABELS.get(key, key)), n) for key, n in found.linked.items()),
        waiting=found.waiting,
        unmatched=found.unmatched,
    )
