"""What handovers tell the checklist."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import cast

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.engine.checklist.facts import FeedbackFacts, HandoverFacts, Share
from teichaku.engine.checklist.thresholds import HANDOVER_DAYS, UNOWNED_DAYS
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.figures import Times, figures_of, owes_touch, times_of
from teichaku.handover.models import Disqualification, Handover, Return, Verdict

ACCEPTED_DAYS, FEEDBACK_DAYS = 90, 60
VERDICT_BD, REPLY_DAYS = 5, 7
REASONS_LEAST = 5  # fewer reasons of a person say nothing about habit
OTHER = "other"
State = Handover.State


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(HandoverFacts, handover_facts)
    facts_provide(FeedbackFacts, feedback_facts)


def handover_facts(context: FactsContext) -> HandoverFacts:
    """Acceptance over 90 days; deadlines kept and owners known over the last 30."""
    if not Handover.objects.exists():
        return HandoverFacts()
    calendar = handover_book(context.as_of).calendar()
    long = figures_of(_released(context, ACCEPTED_DAYS), calendar, context.as_of)
    recent = _released(context, HANDOVER_DAYS)
    short = figures_of(recent, calendar, context.as_of)
    unowned = [row for row in _released(context, UNOWNED_DAYS) if row.owner is None]
    return HandoverFacts(
        accepted=long.accepted,
        definitional=long.definitional,
        unowned=len(unowned),
        decided=short.decided,
        touched=short.touched,
        breaches=_settled(recent, context.as_of),
    )


def feedback_facts(context: FactsContext) -> FeedbackFacts:
    """Verdicts of sales in five business days and answers in seven days, over the last 60 days."""
    book = handover_book(context.as_of)
    since = context.as_of - timedelta(days=FEEDBACK_DAYS)
    reasons = _reasons(since, context.as_of)
    flat = [reason for found in reasons.values() for reason in found]
    return FeedbackFacts(
        verdicts=_verdicts(since, context.as_of, book),
        other=Share(flat.count(OTHER), len(flat)) if flat else None,
        top_reason=_top_reason(list(reasons.values())),
        replied=_replied(since, context.as_of),
    )


def _released(context: FactsContext, days: int) -> list[Times]:
    since = context.as_of - timedelta(days=days)
    return times_of(Handover.objects.filter(released_at__gt=since, released_at__lte=context.as_of))


def _settled(rows: list[Times], now: datetime) -> Share | None:
    """Of the missed deadlines, those where something was done about the lead since."""
    missed = []
    for row in rows:
        if row.accept_due and (row.decided_at or now) > row.accept_due:
            missed.append(row.decided_at is not None)
        if row.touch_due and owes_touch(row) and (row.touched_at or now) > row.touch_due:
            missed.append(row.touched_at is not None or row.state == State.RECYCLED)
    return Share(sum(missed), len(missed)) if missed else None


def _verdicts(since: datetime, now: datetime, book: HandoverBook) -> Share | None:
    """Of the handovers old enough, those that sales judged within five business days."""
    rows = Handover.objects.filter(assigned_at__gt=since, assigned_at__lte=now)
    told = rows.exclude(state=State.WITHDRAWN).values_list(
        "assigned_at", "state", "decided_at", "verdict__at", "disqualification__at"
    )
    calendar = book.calendar()
    judged = []
    for assigned, state, decided, verdict, gone in told:
        limit = calendar.add_bd(cast(datetime, assigned), VERDICT_BD)
        said = [at for at in (verdict, gone, decided if state == State.RETURNED else None) if at]
        if (said and min(said) <= limit) or limit < now:
            judged.append(bool(said) and min(said) <= limit)
    return Share(sum(judged), len(judged)) if judged else None


def _reasons(since: datetime, now: datetime) -> dict[int, list[str]]:
    """The reasons that each person gave: returns, disqualifications and poor verdicts."""
    found: dict[int, list[str]] = defaultdict(list)
    for rows in (
        Return.objects.filter(undone_at=None, at__gt=since, at__lte=now),
        Disqualification.objects.filter(at__gt=since, at__lte=now),
        Verdict.objects.filter(good=False, at__gt=since, at__lte=now),
    ):
        for person, reason in rows.values_list("actor_user_id", "reason"):
            found[person or 0].append(reason)
    return found


def _top_reason(reasons: list[list[str]]) -> Share | None:
    """The largest share that one reason has among the reasons of one person."""
    shares = [
        Share(Counter(found).most_common(1)[0][1], len(found))
        for found in reasons
        if len(found) >= REASONS_LEAST
    ]
    return max(shares, key=lambda share: share.value or 0.0, default=None)


def _replied(since: datetime, now: datetime) -> Share | None:
    """Of the returns old enough or answered, those that marketing answered within seven days."""
    rows = Return.objects.filter(undone_at=None, at__gt=since, at__lte=now)
    limit = timedelta(days=REPLY_DAYS)
    answers = list(rows.filter(reply__isnull=False).values_list("at", "reply__at"))
    silent = rows.filter(reply=None, at__lt=now - limit).count()
    in_time = sum(reply <= at + limit for at, reply in answers)
    whole = len(answers) + silent
    return Share(in_time, whole) if whole else None
