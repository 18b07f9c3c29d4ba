"""Managers are asked why a person's entries for a rule are missing, and what was agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Deputy, User
from teichaku.accounts.monitoring import monitoring_allows
from teichaku.accounts.selectors import holding, people_with_role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.engine.ladder import DEFECT_SPAN, Answer, rule_defects
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.managing import Manager, manager_of
from teichaku.inputs.models import OPEN, FollowUp, Inquiry, Obligation
from teichaku.inputs.rule_defects import decided_at, rule_defect_raise
from teichaku.inputs.services import obligation_waive
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds
from teichaku.notify.models import Task
from teichaku.notify.services import (
    notifications_create,
    task_create,
    task_dismiss,
    task_done,
    task_reopen,
)

ASK, AGREED = "inputs.inquiry", "inputs.inquiry_agreed"
OBJECT = "inputs.inquiry"
ANSWER_BD, LONGEST_PROMISE_BD = 1, 10
LONGEST_WORDS = 2_000
WAITING = Q(answered_at=None, closed_at=None)


def inquiries_register() -> None:
    """Nothing; the sentences about questions to managers are known."""
    asking = gettext_lazy("Ask %(person)s what keeps the entries back: %(rule)s")
    task_kinds.register(ASK, Kind(asking, "message-circle-question-mark"))
    notification_kinds.register(
        ASK, Kind(asking, "message-circle-question-mark", "inputs", "digest")
    )
    agreed = gettext_lazy("Agreed on with %(manager)s: %(rule)s is entered by %(day)s")
    notification_kinds.register(AGREED, Kind(agreed, "calendar-check", "inputs", "digest"))


def inquiries_open(
    obligations: Sequence[Obligation],
    book: InputBook,
    *,
    actor: Actor,
    manager: Manager | None = None,
) -> dict[int, int]:
    """By task, the question it belongs to: one that runs about the person and the rule, or a new
    one, to ``manager`` or whoever leads the person. Part of the caller's transaction, which holds
    the tasks.
    """
    groups: dict[tuple[int, str], list[Obligation]] = defaultdict(list)
    for row in obligations:
        if row.owner_id is not None:
            groups[row.owner_id, row.rule_id].append(row)
    # Whoever holds these people decides alone whether there is a question about them.
    held = User.objects.select_for_update(no_key=True).order_by("pk")
    people = {user.pk: user for user in held.filter(pk__in={person for person, _rule in groups})}
    managers = User.objects.in_bulk({user.manager_id for user in people.values()} - {None})
    today = book.staff.day(clock.now())
    found: dict[int, int] = {}
    for (person, rule), rows in groups.items():
        user = people[person]
        user.manager = managers.get(user.manager_id or 0)
        inquiry = _running(person, rule, today)
        if inquiry is None:
            asked = manager or manager_of(user, rows[0].role, today)
            inquiry = _open(user, rule, asked, book, actor)
        found |= {row.pk: inquiry.pk for row in rows}
    return found


def _running(person: int, rule: str, today: date) -> Inquiry | None:
    """The question that waits, or whose promised day is still to come."""
    promised = Q(promised_on__gte=today, closed_at=None)
    mine = Inquiry.objects.filter(WAITING | promised, person=person, rule_id=rule)
    return mine.order_by("-pk").first()


def _open(person: User, rule: str, manager: Manager, book: InputBook, actor: Actor) -> Inquiry:
    now, uid = clock.now(), uuid7()
    calendar = book.staff.calendar(manager.user.pk if manager.user else None)
    params = {"person": person.name, "rule": book.labels.get(rule, rule)}
    address = reverse("inputs:inquiry", args=[uid])
    task = task_create(
        kind=ASK,
        key=f"{ASK}:{uid}",
        actor=actor,
        owner=manager.user,
        role=manager.role,
        params=params,
        address=address,
        due_at=calendar.add_bd(now, ANSWER_BD),
    )
    inquiry = Inquiry.objects.create(uid=uid, rule_id=rule, person=person, task=task, opened_at=now)
    if manager.user is not None:
        asked = [manager.user]
    else:
        asked = list(people_with_role(manager.role, book.staff.day(now)))
    notifications_create(
        users=asked, kind=ASK, actor=actor, params=params, address=address, key=task.key
    )
    _record(inquiry, "inputs.inquiry_open", actor)
    return inquiry


def inquiry_answer(
    *, inquiry: Inquiry, cause: str, promised_on: date, actor: Actor, words: str = ""
) -> Inquiry:
    """The answered question: the cause, and by when the entries will be made. The person reads it
    too, and a cause that several people give becomes a question about the rule.
    """
    words = words.strip()[:LONGEST_WORDS]
    book = input_book()
    if cause not in Inquiry.Cause.values:
        raise InvalidInput(_("Choose what keeps the entries back."), field="cause")
    if cause == Inquiry.Cause.OTHER and not words:
        raise InvalidInput(_("Say in your own words what keeps them back."), field="words")
    _promise_check(promised_on, book)
    with transaction.atomic():
        inquiry = _held(inquiry, actor)
        inquiry.cause, inquiry.words, inquiry.promised_on = cause, words, promised_on
        inquiry.answered_at, inquiry.answered_by_id = clock.now(), actor.user_id
        inquiry.save(update_fields=["cause", "words", "promised_on", "answered_at", "answered_by"])
        task_done(task=inquiry.task, actor=actor)
        _tell(inquiry, book, actor)
        _doubt(inquiry)
        _record(inquiry, "inputs.inquiry_answer", actor)
    return inquiry


def inquiry_waive(*, inquiry: Inquiry, reason: str, actor: Actor) -> int:
    """How many of the missing entries were excepted, for one reason; the question is over."""
    with transaction.atomic():
        inquiry = _held(inquiry, actor)
        missing = list(obligations_of(inquiry))
        for row in missing:
            obligation_waive(obligation=row, reason=reason, actor=actor)
        _close(inquiry, actor)
    return len(missing)


def inquiries_settle(*, actor: Actor = SYSTEM) -> int:
    """How many questions were closed, as nothing is missing any more. Whoever ticked a task off
    without an answer is asked again.
    """
    missing = FollowUp.objects.filter(inquiry=OuterRef("pk"), obligation__state=OPEN)
    waiting = Inquiry.objects.filter(WAITING).annotate(is_missing=Exists(missing))
    closed = 0
    for inquiry in waiting.select_related("task").order_by("pk"):
        with transaction.atomic():
            if not inquiry.is_missing:
                _close(inquiry, actor)
                closed += 1
            elif inquiry.task.done_at is not None:
                task_reopen(task=inquiry.task, actor=actor)
    return closed


def inquiries_for_user(user: User, roles: Collection[str], on: date) -> QuerySet[Inquiry]:
    """The questions that the person may answer on the day, never one about the person; none while
    no policy allows them.
    """
    if not monitoring_allows("checks"):
        return Inquiry.objects.none()
    away = Deputy.objects.filter(holding(on), deputy=user).values("user")
    tasks = Task.objects.filter(Q(owner=user) | Q(role__in=list(roles)) | Q(owner__in=away))
    mine = Inquiry.objects.filter(task__in=tasks.values("pk")).exclude(person=user)
    return mine.select_related("person", "task", "answered_by").order_by("opened_at", "pk")


def obligations_of(inquiry: Inquiry) -> QuerySet[Obligation]:
    """What is still missing of the entries that a question is about."""
    rows = Obligation.objects.filter(follow_ups__inquiry=inquiry, state=OPEN)
    return rows.distinct().order_by("due_at", "pk")


def _held(inquiry: Inquiry, actor: Actor) -> Inquiry:
    row = Inquiry.objects.select_for_update(of=("self",), no_key=True).select_related(
        "task", "person"
    )
    found = row.get(pk=inquiry.pk)
    if found.answered_at is not None or found.closed_at is not None:
        raise Conflict(_("This question was answered or is over already. Reload the page."))
    if actor.user_id is None or actor.user_id == found.person_id:
        raise Conflict(_("Nobody answers this about themselves. Someone else has to."))
    return found


def _promise_check(day: date, book: InputBook) -> None:
    now = clock.now()
    last = book.staff.day(book.staff.company.add_bd(now, LONGEST_PROMISE_BD))
    if not book.staff.day(now) <= day <= last:
        raise InvalidInput(
            _("Choose a day from today to %(last)s.") % {"last": f"{last:%Y/%m/%d}"},
            field="promised_on",
        )


def _tell(inquiry: Inquiry, book: InputBook, actor: Actor) -> None:
    notifications_create(
        users=[inquiry.person],
        kind=AGREED,
        actor=actor,
        params={
            "manager": actor.name,
            "rule": book.labels.get(inquiry.rule_id, inquiry.rule_id),
            "day": f"{inquiry.promised_on:%Y/%m/%d}",
        },
        address=reverse("inputs:own_follow_ups"),
        key=f"{AGREED}:{inquiry.uid}",
    )


def _doubt(inquiry: Inquiry) -> None:
    """Nothing; where several people gave this cause for the rule, the rule is asked about."""
    now = clock.now()
    since = max(now - DEFECT_SPAN, decided_at(inquiry.rule_id) or now - DEFECT_SPAN)
    rows = Inquiry.objects.filter(rule_id=inquiry.rule_id, answered_at__gt=since)
    answers = [
        Answer(rule, cause, person, at)
        for rule, cause, person, at in rows.values_list("rule_id", "cause", "person", "answered_at")
        if at is not None
    ]
    for defect in rule_defects(answers, now):
        if defect.cause == inquiry.cause:
            rule_defect_raise(
                rule_id=defect.rule_id, people=defect.people, cause=defect.cause, actor=SYSTEM
            )


def _close(inquiry: Inquiry, actor: Actor) -> None:
    inquiry.closed_at = clock.now()
    inquiry.save(update_fields=["closed_at"])
    task_dismiss(task=inquiry.task, actor=actor)
    _record(inquiry, "inputs.inquiry_close", actor)


def _record(inquiry: Inquiry, action: str, actor: Actor) -> None:
    values = {"cause": str(inquiry.cause)} if inquiry.cause else {}
    audit_record(
        actor=actor, action=action, object_type=OBJECT, object_id=inquiry.pk, values=values
    )
    outbox_emit(topic="inputs.inquiries_changed", payload={"inquiry": inquiry.pk})
