"""The list of deals: conditions, order, sums, and pages that follow a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.menus import Hit
from teichaku.core.paging import Place, first_of, parts_after
from teichaku.deals.deal_state import Planned, planned, quiet_days, stale
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Deal, Stage
from teichaku.deals.visible_deals import deals_for_user
from teichaku.engine.calendar import months_after
from teichaku.leads.models import Company
from teichaku.leads.names import company_name_key

PAGE_SIZE = 50
FEW = 1_000
NOBODY = "nobody"
SCOPES = ("open", "won", "lost", "all")
STATES = ("overdue", "today", "nothing", "past_close", "stale", "unlinked", "pending")
# The field that orders, and whether downwards; what lacks it comes last.
SORTS: dict[str, tuple[str, bool]] = {
    "close": ("close_on", False),
    "next": ("next_action_on", False),
    "amount": ("amount", True),
    "new": ("created_on", True),
}


@dataclass(frozen=True, slots=True)
class DealFilter:
    """Which deals are wanted, and their order. ``month`` is of the expected order date."""

    text: str = ""
    scope: str = "open"
    stage: str = ""
    owner: str = ""  # a person's uid, or nobody
    state: str = ""
    least: int | None = None
    most: int | None = None
    month: date | None = None
    sort: str = "close"


@dataclass(frozen=True, slots=True)
class DealRow:
    """A line of the list."""

    deal: Deal
    planned: Planned | None
    quiet: int | None  # days without a movement, when they are many
    past_close: bool


@dataclass(frozen=True, slots=True)
class DealPage:
    """Some lines; count and sums are of all pages, ``without_amount`` deals add nothing."""

    rows: Sequence[DealRow]
    has_more: bool
    count: int
    amount: int
    without_amount: int


def deals_listed(user: User, wanted: DealFilter, *, after: UUID | None = None) -> DealPage:
    """The deals that match and the person may see; an unknown ``after`` starts from the top."""
    now = clock.now()
    today = now.astimezone(gate_book().zone).date()
    matching = _matching(deals_for_user(user), wanted, now, today)
    last = Deal.objects.filter(uid=after).first() if after else None
    shown = matching.select_related("stage", "owner", "company__root", "lead__root")
    found = first_of(_parts(shown, wanted.sort, last), PAGE_SIZE + 1)
    sums = matching.order_by().aggregate(n=Count("pk"), told=Count("amount"), total=Sum("amount"))
    return DealPage(
        rows=deal_rows(found[:PAGE_SIZE], now, today),
        has_more=len(found) > PAGE_SIZE,
        count=sums["n"],
        amount=int(sums["total"] or 0),
        without_amount=sums["n"] - sums["told"],
    )


def deal_rows(deals: Sequence[Deal], now: datetime, today: date) -> list[DealRow]:
    """The deals with how they stand."""
    quiet = quiet_days(deals, now)
    return [
        DealRow(
            deal,
            planned(deal, today),
            quiet.get(deal.pk),
            past_close=deal.stage.kind == Stage.Kind.OPEN
            and deal.close_on is not None
            and deal.close_on < today,
        )
        for deal in deals
    ]


def deals_find(user: AbstractBaseUser, text: str, limit: int) -> list[Hit]:
    """At most ``limit`` deals that match, open ones first."""
    assert isinstance(user, User)
    rows = _with_text(deals_for_user(user), text).select_related("stage", "company__root")
    found = rows.order_by("-stage__kind", "-pk")[:limit]
    return [
        Hit(
            str(deal),
            _detail(deal),
            reverse("deals:detail", args=[deal.uid]),
        )
        for deal in found
    ]


def _detail(deal: Deal) -> str:
    company = deal.company.root.name if deal.company else ""
    return " / ".join(filter(None, (company, deal.stage.shown)))


def _matching(
    rows: QuerySet[Deal], wanted: DealFilter, now: datetime, today: date
) -> QuerySet[Deal]:
    rows = _with_text(rows, wanted.text)
    if wanted.scope != "all":
        # Named one by one, the rows are left out before anything is looked up for them.
        stages = Stage.objects.filter(kind=wanted.scope).values_list("pk", flat=True)
        rows = rows.filter(stage__in=list(stages))
    if wanted.stage:
        rows = rows.filter(stage__key=wanted.stage)
    if wanted.owner == NOBODY:
        rows = rows.filter(owner=None)
    elif wanted.owner:
        rows = rows.filter(owner__uid=wanted.owner)
    if wanted.least is not None:
        rows = rows.filter(amount__gte=wanted.least)
    if wanted.most is not None:
        rows = rows.filter(amount__lte=wanted.most)
    if wanted.month:
        rows = rows.filter(close_on__gte=wanted.month, close_on__lt=months_after(wanted.month, 1))
    return _in_state(rows, wanted.state, now, today)


def _in_state(rows: QuerySet[Deal], state: str, now: datetime, today: date) -> QuerySet[Deal]:
    conditions = {
        "overdue": Q(next_action_on__lt=today),
        "today": Q(next_action_on=today),
        "nothing": Q(next_action_on=None),
        "past_close": Q(close_on__lt=today),
        "unlinked": Q(lead=None),
        "pending": Q(is_pending=True),
    }
    if state == "stale":
        return stale(rows, now)
    return rows.filter(conditions[state]) if state in conditions else rows


def _with_text(rows: QuerySet[Deal], text: str) -> QuerySet[Deal]:
    condition = Q()
    for word in text.split():
        found, key = Q(name__icontains=word) | Q(external_id=word), company_name_key(word)
        if key:
            found |= _of_companies(key)
        condition &= found
    if not condition:
        return rows
    # Looked for once and then named one by one, unless there are many; sums and pages ask again.
    few = list(Deal.objects.filter(condition).values_list("pk", flat=True)[: FEW + 1])
    return rows.filter(condition if len(few) > FEW else Q(pk__in=few))


def _of_companies(key: str) -> Q:
    """Deals of companies whose name has the key; few companies are looked for once."""
    named = Company.objects.filter(root=F("pk"), name_key__contains=key)
    roots = list(named.values_list("pk", flat=True)[: FEW + 1])
    if len(roots) > FEW:
        return Q(company__root__name_key__contains=key)
    return Q(company__in=list(Company.objects.filter(root__in=roots).values_list("pk", flat=True)))


def _parts(rows: QuerySet[Deal], sort: str, last: Deal | None) -> Iterator[QuerySet[Deal]]:
    name, down = SORTS[sort]
    return parts_after(
        Place(getattr(last, name), last.pk) if last else None,
        rows.filter(**{f"{name}__isnull": False}),
        name,
        down=down,
        lacking=rows.filter(**{name: None}),
    )
