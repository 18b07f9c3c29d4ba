"""What the pages about missing entries show: questions, recovery, and what is one's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q
from django.urls import reverse

from teichaku.accounts.models import User
from teichaku.accounts.monitoring import monitoring_allows
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.engine.ladder import Step
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.inquiries import WAITING, inquiries_for_user, obligations_of
from teichaku.inputs.models import OPEN, FollowUp, Inquiry, Obligation, RuleDefect, Snooze
from teichaku.inputs.nudges import enter_address
from teichaku.inputs.rate_rows import Subject, subjects_of
from teichaku.inputs.recovery import RecoveryRow, recoveries

RECOVERY_DAYS = 90
MOST, MOST_OWN = 100, 20


@dataclass(frozen=True, slots=True)
class InquiryRow:
    """A question about a person, with how many entries are missing now."""

    inquiry: Inquiry
    rule: str
    missing: int


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """The page of those who lead. ``allowed``: whether a policy lets managers be asked at all."""

    waiting: Sequence[InquiryRow]
    answered: Sequence[InquiryRow]
    recovery: Sequence[RecoveryRow]
    first: date
    defects: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class MissingEntry:
    """One missing entry as its manager reads it: days, never a time of day."""

    subject: Subject
    due_on: date


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One's own missing entry: where to enter it, and what was sent and put off about it."""

    obligation: Obligation
    subject: Subject
    rule: str
    address: str
    reminded: int
    snooze: Snooze | None

    @property
    def can_wait(self) -> bool:
        """Whether there is a message left that can be put off."""
        after = self.snooze.after_step if self.snooze else None
        return self.reminded < Step.REMINDER and after != self.reminded


def follow_up_page(user: User, roles: Collection[str]) -> FollowUpPage:
    """The questions that wait for the person, those just answered, and how the steps help."""
    book, now, day = input_book(), clock.now(), today()
    mine = inquiries_for_user(user, roles, day).annotate(
        missing=Count("follow_ups", filter=Q(follow_ups__obligation__state=OPEN), distinct=True)
    )
    answered = mine.filter(answered_at__isnull=False, closed_at=None, promised_on__gte=day)
    return FollowUpPage(
        waiting=_rows(mine.filter(WAITING)[:MOST], book),
        answered=_rows(answered[:MOST], book),
        recovery=recoveries(now - timedelta(days=RECOVERY_DAYS), now, book),
        first=day - timedelta(days=RECOVERY_DAYS),
        defects=RuleDefect.objects.filter(decided_at=None).count(),
        allowed=monitoring_allows("checks"),
    )


def _rows(inquiries: Collection[Inquiry], book: InputBook) -> list[InquiryRow]:
    return [
        InquiryRow(one, book.labels.get(one.rule_id, one.rule_id), getattr(one, "missing", 0))
        for one in inquiries
    ]


def inquiry_for_user(user: User, roles: Collection[str], uid: UUID) -> Inquiry | None:
    """The question, if the person may answer it."""
    return inquiries_for_user(user, roles, today()).filter(uid=uid).first()


def entries_missing(inquiry: Inquiry, reader: User) -> list[MissingEntry]:
    """What is still missing, as the reader may see it."""
    book, rows = input_book(), list(obligations_of(inquiry)[:MOST])
    subjects = subjects_of({(row.subject_kind, row.subject_id) for row in rows}, reader)
    return [
        MissingEntry(
            subjects.get((row.subject_kind, row.subject_id), Subject("–")),
            book.staff.day(row.due_at),
        )
        for row in rows
    ]


def rule_label(rule_id: str) -> str:
    """The rule as people know it."""
    return input_book().labels.get(rule_id, rule_id)


def own_entries(user: User) -> tuple[int, list[OwnEntry]]:
    """How many of the person's own entries are overdue, and the latest of them."""
    rows = Obligation.objects.filter(owner=user, state=OPEN, due_at__lte=clock.now())
    return rows.count(), _own(list(rows.order_by("-due_at", "pk")[:MOST_OWN]), user)


def own_entry(user: User, uid: UUID) -> OwnEntry | None:
    """One open entry that the person owes, overdue or not."""
    found = Obligation.objects.filter(owner=user, state=OPEN, uid=uid)
    return next(iter(_own(list(found), user)), None)


def _own(rows: Sequence[Obligation], user: User) -> list[OwnEntry]:
    if not rows:
        return []
    labels = input_book().labels
    subjects = subjects_of({(row.subject_kind, row.subject_id) for row in rows}, user)
    steps = dict(
        FollowUp.objects.filter(obligation__in=rows, step__lte=Step.REMINDER)
        .order_by()
        .values_list("obligation")
        .annotate(last=Max("step"))
    )
    later = Snooze.objects.filter(obligation__in=rows).order_by("after_step")
    snoozes = {snooze.obligation_id: snooze for snooze in later}
    return [
        OwnEntry(
            row,
            subjects.get((row.subject_kind, row.subject_id), Subject("–")),
            labels.get(row.rule_id, row.rule_id),
            f"{enter_address(row)}?next={reverse('inputs:own_follow_ups')}",
            steps.get(row.pk, Step.BADGE),
            snoozes.get(row.pk),
        )
        for row in rows
    ]


def agreements_of(user: User) -> list[InquiryRow]:
    """What was agreed on about the person's entries and is still to come."""
    rows = Inquiry.objects.filter(person=user, promised_on__gte=today(), closed_at=None)
    found = rows.select_related("answered_by").order_by("promised_on", "pk")
    return _rows(found[:MOST], input_book())
