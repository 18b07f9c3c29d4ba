"""What came of exhibitions; docs/algorithms/exhibitions.md has each number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from teichaku.core import bulk, clock
from teichaku.deals.models import Deal, Stage
from teichaku.exhibitions.models import Call, Exhibition, Visitor
from teichaku.exhibitions.words import RANKS, Group
from teichaku.rulebook.selectors import rulebook_in_force, zone_in_force
from teichaku.scoring.models import Qualification

CREDIT = timedelta(days=365)  # so long an exhibition is credited with what its visitors do
USUAL_WINDOW = 180
LOOKUP_SIZE = 2_000


@dataclass(slots=True)
class Figures:
    """The figures of one exhibition. ``roi`` is None until ``judged_on``, or without a cost."""

    exhibition: Exhibition
    people: int = 0
    new: int = 0
    competitors: int = 0
    ranks: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    calls_judged: int = 0
    calls_in_time: int = 0
    mqls: int = 0
    deals: int = 0
    won: int = 0
    won_amount: int = 0
    open_amount: int = 0
    judged_on: date | None = None
    matured: bool = False

    @property
    def known(self) -> int:
        """People who were leads before."""
        return self.people - self.new

    @property
    def leads(self) -> int:
        """People whom the cost was spent on: all but competitors."""
        return self.people - self.competitors

    @property
    def cost(self) -> int | None:
        """What it cost, in yen without tax."""
        return self.exhibition.campaign.cost

    @property
    def per_lead(self) -> int | None:
        """Yen per person met, rounded to the nearest."""
        return _per(self.cost, self.leads)

    @property
    def per_mql(self) -> int | None:
        """Yen per MQL."""
        return _per(self.cost, self.mqls)

    @property
    def per_deal(self) -> int | None:
        """Yen per deal."""
        return _per(self.cost, self.deals)

    @property
    def rank_a(self) -> int:
        """People of the best rank."""
        return self.ranks[RANKS[0]]

    @property
    def roi_percent(self) -> int | None:
        """The same in whole percent."""
        return None if self.roi is None else round(100 * self.roi)

    @property
    def roi(self) -> float | None:
        """What was won beyond the cost, as a multiple of the cost."""
        if not self.matured or not self.cost:
            return None
        return (self.won_amount - self.cost) / self.cost


def figures_of(exhibitions: Sequence[Exhibition]) -> list[Figures]:
    """The figures of each, in the order given; six questions, however many."""
    found = {one.pk: Figures(one) for one in exhibitions}
    today = clock.now().astimezone(zone_in_force()).date()
    _judge(found.values(), today)
    roots = _people_count(found)
    _calls_count(found)
    credit = _Credit(roots)
    for root, day in _qualified(roots):
        if one := found.get(credit.at(root, day) or 0):
            one.mqls += credit.first(("mql", one.exhibition.pk, root))
    for root, day, kind, amount in _deals(roots):
        if one := found.get(credit.at(root, day) or 0):
            _deal_count(one, kind, amount)
    return [found[one.pk] for one in exhibitions]


class _Credit:
    """Which exhibition what a lead does belongs to: the last one it visited before."""

    def __init__(self, roots: Collection[int]) -> None:
        self._visits: dict[int, list[tuple[date, int]]] = defaultdict(list)
        self._seen: set[tuple[object, ...]] = set()
        for chunk in bulk.chunked(sorted(roots), LOOKUP_SIZE):
            rows = Visitor.objects.filter(lead__root__in=chunk)
            columns = ("lead__root_id", "exhibition__campaign__starts_on", "exhibition_id")
            for root, day, exhibition in rows.values_list(*columns).distinct():
                self._visits[root].append((day, exhibition))

    def at(self, root: int, day: date) -> int | None:
        """The exhibition that is credited with what the lead did on the day."""
        before = [visit for visit in self._visits[root] if visit[0] <= day <= visit[0] + CREDIT]
        return max(before)[1] if before else None

    def first(self, what: tuple[object, ...]) -> bool:
        """Whether this is counted for the first time."""
        new = what not in self._seen
        self._seen.add(what)
        return new


def _judge(found: Collection[Figures], today: date) -> None:
    kpis = rulebook_in_force()
    kpi = ((kpis.kpis if kpis else None) or {}).get("win_rate")
    window = kpi.window.amount if kpi and kpi.window else USUAL_WINDOW
    for one in found:
        last = one.exhibition.campaign.ends_on or one.exhibition.campaign.starts_on
        if last is not None:
            one.judged_on = last + timedelta(days=window)
            one.matured = one.judged_on <= today


def _people_count(found: Mapping[int, Figures]) -> set[int]:
    """The root leads of all these exhibitions, counted once in each."""
    columns = ("exhibition_id", "lead__root_id", "is_new", "rank", "group")
    rows = Visitor.objects.filter(exhibition__in=found).order_by("pk").values_list(*columns)
    seen: set[tuple[int, int]] = set()
    for exhibition, root, is_new, rank, group in rows.iterator(chunk_size=LOOKUP_SIZE):
        if (exhibition, root) in seen:
            continue
        seen.add((exhibition, root))
        one = found[exhibition]
        one.people += 1
        one.new += is_new
        one.competitors += group == Group.COMPETITOR
        one.ranks[rank] += 1
        one.groups[group] += 1
    return {root for _exhibition, root in seen}


def _calls_count(found: Mapping[int, Figures]) -> None:
    now = clock.now()
    rows = Call.objects.filter(visitor__exhibition__in=found)
    for exhibition, due, tried in rows.values_list("visitor__exhibition_id", "due_at", "tried_at"):
        one = found[exhibition]
        one.calls += 1
        one.calls_judged += due <= now or tried is not None
        one.calls_in_time += tried is not None and tried <= due


def _qualified(roots: Collection[int]) -> Iterator[tuple[int, date]]:
    zone = zone_in_force()
    standing = Qualification.objects.filter(superseded_by=None, withdrawn=False)
    for chunk in bulk.chunked(sorted(roots), LOOKUP_SIZE):
        rows = standing.filter(lead__root__in=chunk).values_list("lead__root_id", "at")
        for root, at in rows:
            yield root, at.astimezone(zone).date()


def _deals(roots: Collection[int]) -> Iterator[tuple[int, date, str, int]]:
    deals = Deal.objects.filter(is_pending=False, created_on__isnull=False)
    columns = ("lead__root_id", "created_on", "stage__kind", "amount")
    for chunk in bulk.chunked(sorted(roots), LOOKUP_SIZE):
        for root, day, kind, amount in deals.filter(lead__root__in=chunk).values_list(*columns):
            if root is not None and day is not None:
                yield root, day, kind, amount or 0


def _deal_count(one: Figures, kind: str, amount: int) -> None:
    one.deals += 1
    if kind == Stage.Kind.WON:
        one.won += 1
        one.won_amount += amount
    elif kind == Stage.Kind.OPEN:
        one.open_amount += amount


def _per(cost: int | None, count: int) -> int | None:
    return None if cost is None or not count else (2 * cost + count) // (2 * count)
