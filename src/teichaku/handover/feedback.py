"""Marketing's side: returns to answer, what was answered, and what feedback has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.functional import Promise

from teichaku.accounts.models import Role, User
from teichaku.accounts.selectors import today, user_roles
from teichaku.core import clock
from teichaku.engine.calendar import months_after
from teichaku.engine.handover_clocks import clock_tone
from teichaku.handover.book import handover_book
from teichaku.handover.models import Reply, Return
from teichaku.handover.names import lead_name
from teichaku.handover.reasons import CATEGORY_LABELS, return_label
from teichaku.handover.wording import TONE_ICONS, left_words
from teichaku.rulebook.models import Activation

MOST = 50
ANSWERING = (Role.MARKETER, Role.MARKETING_MANAGER)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return as marketing's page shows it."""

    returned: Return
    name: str
    category: str | Promise
    reason: str | Promise
    mark: str = ""
    tone: str = "calm"
    icon: str = "clock-quarter"


@dataclass(frozen=True, slots=True)
class MonthOfFeedback:
    """What sales said in a month and what became of it."""

    month: date
    returns: int
    reasons: Sequence[tuple[str | Promise, int]]
    adopted: Sequence[Reply]
    declined: int
    open: int
    revisions: Sequence[Activation]


def returns_open() -> list[ReturnRow]:
    """The returns that no one has answered yet, the nearest deadline first."""
    rows = _standing().filter(reply=None).order_by("reply_due", "pk")[:MOST]
    now, calendar = clock.now(), handover_book().calendar()
    found = []
    for row in rows:
        words: dict[str, str] = {}
        if row.reply_due is not None:
            tone = clock_tone(calendar, row.at, row.reply_due, now)
            words = {
                "mark": left_words(calendar, row.reply_due, now), "tone": tone,
                "icon": TONE_ICONS[tone],
            }  # fmt: skip
        found.append(_row(row, **words))
    return found


def returns_answered() -> list[ReturnRow]:
    """The returns that were answered, the latest answer first."""
    rows = _standing().filter(reply__isnull=False).select_related("reply").order_by("-reply__at")
    return [_row(row) for row in rows[:MOST]]


def return_to_answer(uid: UUID) -> Return | None:
    """The return; None for none, and for one that was taken back."""
    return _standing().filter(uid=uid).first()


def returns_waiting(user: AbstractBaseUser) -> int:
    """How many returns wait for an answer, for whoever answers."""
    assert isinstance(user, User)
    if not user_roles(user, today()) & set(ANSWERING):
        return 0
    return _standing().filter(reply=None).order_by().count()


def month_of_feedback(first: date) -> MonthOfFeedback:
    """What feedback came in the month that begins on the day, and what it changed."""
    zone = handover_book().zone
    since = datetime.combine(first, datetime.min.time(), zone)
    until = datetime.combine(months_after(first, 1), datetime.min.time(), zone)
    came = list(_standing().filter(at__gte=since, at__lt=until).select_related("reply"))
    replies = Reply.objects.filter(at__gte=since, at__lt=until, returned__undone_at=None)
    adopted = replies.filter(adopted=True).select_related("returned__handover__lead__company")
    reasons = Counter(row.reason for row in came)
    return MonthOfFeedback(
        month=first,
        returns=len(came),
        reasons=[(return_label(reason), count) for reason, count in reasons.most_common()],
        adopted=list(adopted.order_by("at")),
        declined=replies.filter(adopted=False).count(),
        open=sum(not hasattr(row, "reply") for row in came),
        revisions=list(
            Activation.objects.filter(effective_from__gte=since, effective_from__lt=until)
            .select_related("revision")
            .order_by("effective_from", "pk")
        ),
    )


def months_of_feedback(user_today: date, count: int = 3) -> list[MonthOfFeedback]:
    """The present month and those before it."""
    first = user_today.replace(day=1)
    return [month_of_feedback(months_after(first, -back)) for back in range(count)]


def _standing() -> QuerySet[Return]:
    rows = Return.objects.filter(undone_at=None)
    return rows.select_related(
        "handover__lead__company", "handover__owner", "handover__qualification"
    )


def _row(row: Return, **words: str) -> ReturnRow:
    return ReturnRow(
        row, lead_name(row.handover.lead), CATEGORY_LABELS[row.category], return_label(row.reason),
        **words,
    )  # fmt: skip
