"""The sales manager's view: what is late, what nobody has, who has how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.engine.checklist.facts import Share
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.breaches import overdue
from teichaku.handover.figures import Figures, handover_figures
from teichaku.handover.inbox import MOST, SHOWN, Row, rows_of
from teichaku.handover.models import Breach, Capacity, Handover
from teichaku.handover.reasons import CATEGORY_LABELS
from teichaku.handover.receivers import receivers
from teichaku.handover.wording import span_words

DAYS = 90


@dataclass(frozen=True, slots=True)
class Week:
    """What a person takes in a week, and has taken in the present one."""

    user: User
    per_week: int
    weight: int
    taken: int
    is_away: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the manager's page."""

    unowned: Sequence[Row]
    undecided: Sequence[Row]
    untouched: Sequence[Row]
    weeks: Sequence[Week]
    figures: Figures
    days: int

    @property
    def system_span(self) -> str:
        """How long it took until somebody had a lead."""
        return span_words(60 * (self.figures.system_minutes or 0))

    @property
    def parts(self) -> Sequence[tuple[str, Sequence[Row]]]:
        """What needs a hand, under its heading."""
        return (
            (_("Nobody has it"), self.unowned),
            (_("Not decided in time"), self.undecided),
            (_("No contact in time"), self.untouched),
        )

    @property
    def lines(self) -> Sequence[tuple[str, Share | None, str]]:
        """The shares with their names, and what stands beside them."""
        told = self.figures
        kinds = ", ".join(
            f"{CATEGORY_LABELS[kind]} {count}" for kind, count in sorted(told.categories.items())
        )
        return (
            (_("Accepted"), told.accepted, _("of those decided")),
            (_("Returned"), told.returned, kinds),
            (_("Decided in time"), told.decided, ""),
            (_("First contact in time"), told.touched, ""),
        )


def board() -> Board:
    """The page as of now, the oldest miss first."""
    now, book = clock.now(), handover_book()
    nobody = Handover.objects.filter(owner=None, state=Handover.State.WAITING).order_by("pk")
    rows = {
        "unowned": nobody,
        "undecided": overdue(Breach.Clock.ACCEPT),
        "untouched": overdue(Breach.Clock.TOUCH).filter(state=Handover.State.ACCEPTED),
    }
    shown = {
        name: rows_of(list(found.select_related(*SHOWN)[:MOST]), book, now)
        for name, found in rows.items()
    }
    today = book.today()
    return Board(
        **shown, weeks=weeks(book), days=DAYS,
        figures=handover_figures(today - timedelta(days=DAYS - 1), today, book=book),
    )  # fmt: skip


def weeks(book: HandoverBook) -> list[Week]:
    """Everybody who takes leads, by name."""
    people = {one.id: one for one in receivers(book) if one.sells or _in_routes(one.teams, book)}
    known = Capacity.objects.values("user")
    users = User.objects.filter(Q(pk__in=people) | Q(pk__in=known), is_active=True)
    return [
        Week(user, one.room, one.weight, one.taken, one.is_away)
        for user in users.order_by("kana", "name", "pk")
        if (one := people.get(user.pk)) is not None
    ]


def _in_routes(teams: frozenset[str], book: HandoverBook) -> bool:
    rules = book.rules
    if rules is None:
        return False
    named = {route.team for route in rules.to} | ({rules.via.team} if rules.via else set())
    return bool(teams & named)
