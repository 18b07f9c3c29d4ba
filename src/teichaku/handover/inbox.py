"""The inbox: which leads, by when, and why they are mine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, OrderBy, Q, QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.models import Absence, Deputy, User
from teichaku.accounts.selectors import holding, today
from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.handover_clocks import clock_tone
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.models import Handover, Offer
from teichaku.handover.names import lead_name
from teichaku.handover.wording import TONE_ICONS, because, left_words, shortly, span_words
from teichaku.rulebook.selectors import rulebook_of

State = Handover.State
MOST = 50
VIEWS = ("waiting", "overdue", "later", "done")
SHOWN = (
    "lead__company__root", "lead__root", "qualification__revision", "owner", "decided_by", "team",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A handover as the list shows it."""

    handover: Handover
    name: str
    why: str
    mark: str
    tone: str
    icon: str

    @property
    def points(self) -> str:
        """The score with which the lead became an MQL."""
        total = self.handover.qualification.total
        return "" if total is None else f"{round(total, 1):g}"


@dataclass(frozen=True, slots=True)
class Inbox:
    """A person's handovers of one kind, and how many there are of each."""

    rows: Sequence[Row]
    counts: Mapping[str, int]
    offers: Sequence[Offer]
    more: bool

    @property
    def first(self) -> Row | None:
        """The most pressing one."""
        return self.rows[0] if self.rows else None


def inbox_for_user(user: User, view: str, *, by_points: bool = False) -> Inbox:
    """The person's inbox, the nearest deadline first, or the most points."""
    now, book = clock.now(), handover_book()
    mine = Handover.objects.filter(owner__in=covered_by(user))
    rows = _view(mine, view, now).select_related(*SHOWN)
    order: list[str | OrderBy] = [F("accept_due").asc(nulls_last=True), "pk"]
    if view == "done":
        order = [F("decided_at").desc(), "-pk"]
    elif by_points:
        order = [F("qualification__total").desc(nulls_last=True), "pk"]
    found = list(rows.order_by(*order)[: MOST + 1])
    counts = {name: _view(mine, name, now).count() for name in VIEWS if name != "done"}
    return Inbox(
        rows=rows_of(found[:MOST], book, now),
        counts=counts,
        offers=list(offers_to(user).select_related("handover__lead__company", "handover__owner")),
        more=len(found) > MOST,
    )


def rows_of(found: Sequence[Handover], book: HandoverBook, now: datetime) -> list[Row]:
    """The handovers as lists show them, in a query whatever their number."""
    calendars = book.calendars({row.owner_id for row in found if row.owner_id})
    company = book.calendar()
    return [_row(row, calendars.get(row.owner_id or 0, company), now) for row in found]


def inbox_waiting(user: AbstractBaseUser) -> int:
    """How many handovers wait for the person's decision."""
    assert isinstance(user, User)
    rows = Handover.objects.filter(owner__in=covered_by(user))
    return _view(rows, "waiting", clock.now()).count() + offers_to(user).count()


def covered_by(user: User) -> list[int]:
    """The person, and whomever they stand in for today because those are away."""
    day = today()
    away = Absence.objects.filter(starts_on__lte=day, ends_on__gte=day).values("user")
    rows = Deputy.objects.filter(holding(day), deputy=user, user__in=away)
    return [user.pk, *rows.values_list("user_id", flat=True)]


def offers_to(user: User) -> QuerySet[Offer]:
    """The open questions of colleagues to the person."""
    return Offer.objects.filter(
        colleague=user, closed_at=None, handover__state=State.WAITING
    ).order_by("pk")


def handovers_for_user(user: User, rights: Collection[str]) -> QuerySet[Handover]:
    """The handovers that the person may see: one's own, what one is asked to take, or all."""
    if {"handover.manage", "handover.answer"} & set(rights):
        return Handover.objects.all()
    asked = Offer.objects.filter(colleague=user, closed_at=None).values("handover")
    return Handover.objects.filter(Q(owner__in=covered_by(user)) | Q(pk__in=asked))


def handover_for_user(user: User, rights: Collection[str], uid: UUID) -> Handover | None:
    """The handover with everything its page shows; None for none and for one out of sight."""
    return handovers_for_user(user, rights).filter(uid=uid).select_related(*SHOWN).first()


def may_decide(user: User, rights: Collection[str], handover: Handover) -> bool:
    """Whether the person decides on it: as owner, as the deputy of one who is away, as manager."""
    if "handover.manage" in rights:
        return True
    return "handover.decide" in rights and handover.owner_id in covered_by(user)


def _view(rows: QuerySet[Handover], view: str, now: datetime) -> QuerySet[Handover]:
    if view == "done":
        return rows.exclude(state__in=[State.WAITING, State.WITHDRAWN])
    waiting = rows.filter(state=State.WAITING)
    if view == "later":
        return waiting.filter(later_until__gt=now)
    if view == "overdue":
        return waiting.filter(accept_due__lt=now)
    return waiting.filter(Q(later_until=None) | Q(later_until__lte=now))


def _row(row: Handover, calendar: BusinessCalendar, now: datetime) -> Row:
    revision = row.qualification.revision
    reasons = because(row.qualification, rulebook_of(revision.document)) if revision else []
    mark, tone, icon = mark_of(row, calendar, now)
    return Row(row, lead_name(row.lead), shortly(reasons), mark, tone, icon)


def mark_of(row: Handover, calendar: BusinessCalendar, now: datetime) -> tuple[str, str, str]:
    """The clock, or what was decided, in words, tone and picture."""
    if row.state != State.WAITING:
        return _decided(row, calendar)
    if row.owner_id is None:
        return _("Nobody has it yet"), "near", "triangle-alert"
    if row.accept_due is None or row.assigned_at is None:
        return _("No deadline"), "calm", "clock-quarter"
    tone = clock_tone(calendar, row.assigned_at, row.accept_due, now)
    return left_words(calendar, row.accept_due, now), tone, TONE_ICONS[tone]


def _decided(row: Handover, calendar: BusinessCalendar) -> tuple[str, str, str]:
    if row.state == State.RETURNED:
        return _("Returned to marketing"), "calm", "undo-2"
    if row.state == State.RECYCLED:
        return _("Back to nurturing"), "calm", "rotate-ccw"
    if row.state == State.WITHDRAWN:
        return _("Taken back: no MQL after all"), "calm", "circle-x"
    if row.assigned_at is None or row.decided_at is None:
        return _("Accepted"), "ok", "circle-check"
    took = span_words(calendar.business_seconds(row.assigned_at, row.decided_at))
    if row.accept_due and row.decided_at > row.accept_due:
        return _("Accepted after %s (late)") % took, "calm", "circle-check"
    return _("Accepted after %s (in time)") % took, "ok", "circle-check"
