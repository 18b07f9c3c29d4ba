"""What input tasks tell the checklist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.deals.models import Deal
from teichaku.engine.checklist.facts import FollowUpFacts, InputRateFacts, Share
from teichaku.engine.checklist.thresholds import FOLLOW_UP_DAYS
from teichaku.engine.ladder import Step
from teichaku.engine.obligations import is_watched
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import (
    LATE,
    ON_TIME,
    OPEN,
    VOID,
    WAIVED,
    FollowUp,
    FullPass,
    Obligation,
)
from teichaku.rulebook.selectors import rulebook_in_force

HOUR = timedelta(hours=1)
IN_A_ROW, STOPPED_BD = 3, 5


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(InputRateFacts, input_rate_facts)
    facts_provide(FollowUpFacts, follow_up_facts)


def input_rate_facts(context: FactsContext) -> InputRateFacts:
    """How old the rates are, and of rules and of people with open deals those that they count."""
    last = FullPass.objects.filter(finished_at__lte=context.as_of).order_by("-finished_at").first()
    rulebook = rulebook_in_force(context.as_of)
    if last is None or rulebook is None or not rulebook.inputs:
        return InputRateFacts()
    roles = {rule.who.role for rule in rulebook.inputs}
    owners = set(
        Deal.objects.filter(stage__kind="open", owner__is_active=True).values_list(
            "owner_id", flat=True
        )
    )
    staff = input_book().staff
    counted = [o for o in owners if any(staff.holds(o, role, context.today) for role in roles)]
    return InputRateFacts(
        hours=(context.as_of - last.finished_at) / HOUR,
        rules=Share(sum(map(is_watched, rulebook.inputs)), len(rulebook.inputs)),
        people=Share(len(counted), len(owners)) if owners else None,
    )


def follow_up_facts(context: FactsContext) -> FollowUpFacts:
    """The people whose input has stopped, how many tasks came due in the last 30 days, and what
    following up did about it.
    """
    since = context.as_of - timedelta(days=FOLLOW_UP_DAYS)
    rows = Obligation.objects.filter(
        owner__isnull=False, due_at__gt=since, due_at__lte=context.as_of
    ).order_by("due_at", "pk")
    missing: dict[int, list[datetime | None]] = defaultdict(list)
    for owner, state, due in rows.values_list("owner_id", "state", "due_at"):
        missing[owner or 0].append(due if state == OPEN else None)
    if not missing:
        return FollowUpFacts()
    book = input_book()
    stopped = {o for o, due in missing.items() if _stopped(o, due, book, context.as_of)}
    return FollowUpFacts(
        breaches=len(stopped),
        due=sum(map(len, missing.values())),
        followed=Share(_followed(stopped, context.as_of), len(stopped)) if stopped else None,
        recovered=_recovered(since, context.as_of),
    )


def _followed(people: Collection[int], as_of: datetime) -> int:
    """Of these people, those about whose open tasks more was done than to remind them."""
    taken = FollowUp.objects.filter(
        obligation__owner__in=people,
        obligation__state=OPEN,
        step__gt=Step.REMINDER,
        outcome__in=[FollowUp.Outcome.DONE, FollowUp.Outcome.RULE_IN_DOUBT],
        at__lte=as_of,
    )
    return taken.aggregate(people=Count("obligation__owner", distinct=True))["people"] or 0


def _recovered(since: datetime, as_of: datetime) -> Share | None:
    """Of the people about whose tasks more was done than to remind them, once the time for it is
    over, those who entered all of these in that time; what was excepted counts for neither.
    """
    taken = FollowUp.objects.filter(
        obligation__owner__isnull=False,
        step__gt=Step.REMINDER,
        outcome=FollowUp.Outcome.DONE,
        at__gt=since,
        recover_by__lte=as_of,
    ).exclude(obligation__state__in=[WAIVED, VOID])
    entered = Q(obligation__state__in=[ON_TIME, LATE], obligation__settled_at__lte=F("recover_by"))
    people = list(
        taken.order_by()
        .values_list("obligation__owner")
        .annotate(all=Count("pk"), entered=Count("pk", filter=entered))
    )
    if not people:
        return None
    return Share(sum(entered == every for _owner, every, entered in people), len(people))


def _stopped(owner: int, missing: list[datetime | None], book: InputBook, as_of: datetime) -> bool:
    """Whether the last three tasks, or one for more than five business days, are overdue."""
    last = missing[-IN_A_ROW:]
    if len(last) == IN_A_ROW and None not in last:
        return True
    calendar = book.staff.calendar(owner)
    return any(due is not None and calendar.add_bd(due, STOPPED_BD) < as_of for due in missing)
