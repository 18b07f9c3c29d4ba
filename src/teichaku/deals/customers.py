"""Who already buys: companies of which a deal was won in the 24 months before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from django.db.models import Exists, OuterRef, QuerySet

from teichaku.core import bulk
from teichaku.deals.models import Deal, Stage
from teichaku.engine.calendar import months_after
from teichaku.leads.models import Company
from teichaku.rulebook.selectors import zone_in_force

MONTHS = 24
CHUNK = 5_000


class Win(NamedTuple):
    """A deal that was won, and its day."""

    deal: int
    on: date


Wins: TypeAlias = Mapping[int, Sequence[Win]]  # by root company


def is_customer(wins: Iterable[Win], on: date, *, apart_from: int | None = None) -> bool:
    """Whether one of the wins, apart from that deal's own, makes a customer on the day."""
    since = months_after(on, -MONTHS)
    return any(since < win.on <= on for win in wins if win.deal != apart_from)


def wins_of(roots: Collection[int] | None = None) -> Wins:
    """The wins of these root companies, or of all."""
    found: dict[int, list[Win]] = defaultdict(list)
    chunks = bulk.chunked(roots or (), CHUNK)
    parts = [_wins()] if roots is None else [_wins().filter(company__root__in=c) for c in chunks]
    for rows in parts:
        for root, deal, day in rows.values_list("company__root_id", "pk", "closed_on"):
            if root is not None and day is not None:
                found[root].append(Win(deal, day))
    return found


def customer_companies(ids: Sequence[int] | None, as_of: datetime) -> AbstractSet[int]:
    """The companies, of ``ids`` or of all, that are customers at ``as_of``.

    A deal counts for the company it was recorded for and for all that a merge made one with it.
    """
    today = as_of.astimezone(zone_in_force()).date()
    wins = _wins().filter(closed_on__gt=months_after(today, -MONTHS), closed_on__lte=today)
    if ids is None:
        every = Company.objects.filter(root__in=wins.values("company__root"))
        return set(every.values_list("pk", flat=True))
    # Looked up for each company, so that few cost little however many deals there are.
    members = Company.objects.filter(Exists(wins.filter(company__root=OuterRef("root"))))
    found: set[int] = set()
    for chunk in bulk.chunked(ids, CHUNK):
        found |= set(members.filter(pk__in=chunk).values_list("pk", flat=True))
    return found


def _wins() -> QuerySet[Deal]:
    return Deal.objects.filter(
        stage__kind=Stage.Kind.WON,
        company__isnull=False,
        closed_on__isnull=False,
        is_pending=False,
    )
