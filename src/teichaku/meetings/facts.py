"""What meetings and their decisions tell the checklist."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet

from teichaku.accounts.models import Role, RoleGrant
from teichaku.accounts.selectors import holding
from teichaku.core.facts import FactsContext, facts_provide
from teichaku.engine.checklist.facts import DecisionFacts, MeetingFacts, Share
from teichaku.engine.checklist.thresholds import DECISION_DAYS
from teichaku.meetings.agenda import DECISIONS, KPIS, UNENTERED
from teichaku.meetings.models import AgendaItem, Decision, Meeting, Series
from teichaku.meetings.selectors import LAST, meetings_that_count

State = Meeting.State
MANAGERS = (Role.SALES_MANAGER, Role.MARKETING_MANAGER)
LOOKED_BACK = timedelta(days=92)


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(MeetingFacts, meeting_facts)
    facts_provide(DecisionFacts, decision_facts)


def meeting_facts(context: FactsContext) -> MeetingFacts:
    """The meeting of most departments, the more frequent first: when it is next and how often it
    was held; and of all held meetings of three months what their figures and points came to.
    """
    series = _counted_series(context)
    if series is None:
        return MeetingFacts()
    ahead = series.meetings.filter(
        state__in=[State.PLANNED, State.OPEN], begins_at__gt=context.as_of
    ).order_by("begins_at")
    coming = ahead.first()
    past = meetings_that_count(series.meetings.filter(settled_at__lte=context.as_of))
    last = list(past.order_by("-begins_at", "-pk")[: LAST[series.terms["every"]]])
    held = Meeting.objects.filter(
        state=State.HELD,
        settled_at__lte=context.as_of,
        begins_at__gt=context.as_of - LOOKED_BACK,
    )
    day = coming.begins_at.astimezone(context.zone).date() if coming else None
    return MeetingFacts(
        next_in_days=(day - context.today).days if day else None,
        held=Share(sum(m.state == State.HELD for m in last), len(last)) if last else None,
        frozen=_shared([not late for late in held.values_list("is_frozen_late", flat=True)]),
        figures=_figures_judged(held),
        unrecorded=_unrecorded(held),
    )


def _counted_series(context: FactsContext) -> Series | None:
    running = Series.objects.filter(ended_at=None)
    return max(
        running,
        key=lambda row: (len(set(row.terms["departments"])), row.terms["every"] == "week"),
        default=None,
    )


def _shared(answers: list[bool]) -> Share | None:
    return Share(sum(answers), len(answers)) if answers else None


def _figures_judged(held: QuerySet[Meeting]) -> Share | None:
    """Of the held meetings whose agenda has the KPIs those that judged each of them."""
    judged: dict[int, bool] = {}
    rows = AgendaItem.objects.filter(meeting__in=held.values("pk"), kind=KPIS)
    for meeting, outcome in rows.values_list("meeting_id", "outcome"):
        judged[meeting] = judged.get(meeting, True) and bool(outcome)
    return _shared(list(judged.values()))


def _unrecorded(held: QuerySet[Meeting]) -> Share | None:
    """Of the points with something to talk about those without an outcome."""
    rows = AgendaItem.objects.filter(meeting__in=held.values("pk"))
    asked = rows.exclude(kind__in=[UNENTERED, DECISIONS]).filter(Q(count__gt=0) | Q(kind=KPIS))
    return _shared([not outcome for outcome in asked.values_list("outcome", flat=True)])


def decision_facts(context: FactsContext) -> DecisionFacts:
    """Managers who led a decision of the last month, and what became of the decisions due."""
    since = context.as_of - timedelta(days=DECISION_DAYS)
    held = RoleGrant.objects.filter(holding(context.today), role__in=MANAGERS)
    managers = set(held.filter(user__is_active=True).values_list("user_id", flat=True))
    made = Decision.objects.filter(decided_at__gt=since, decided_at__lte=context.as_of)
    deciding = set(made.values_list("decided_by_id", flat=True))
    deciding |= set(made.values_list("owner_id", flat=True))
    if not Decision.objects.filter(decided_at__lte=context.as_of).exists():
        return DecisionFacts()
    due = Decision.objects.filter(
        due_on__lt=context.today, due_on__gte=context.today - LOOKED_BACK
    ).values_list("state", flat=True)
    states = list(due)
    return DecisionFacts(
        managers=Share(len(managers & deciding), len(managers)) if managers else None,
        results=_shared([state != Decision.State.OPEN for state in states]),
        carried_out=_shared([state == Decision.State.DONE for state in states]),
    )
