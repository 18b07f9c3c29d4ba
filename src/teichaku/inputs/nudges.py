"""What people are told about their own missing entries: one message for all due together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.accounts.selectors import people_with_role
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.deals.gate_words import field_label
from teichaku.engine.ladder import Step
from teichaku.inputs.book import InputBook
from teichaku.inputs.ladder_turns import Turn
from teichaku.inputs.models import Obligation
from teichaku.inputs.rate_rows import Subject, subjects_of
from teichaku.inputs.rule_lines import rules_asked
from teichaku.notify.kinds import Kind, notification_kinds
from teichaku.notify.messages import read_in
from teichaku.notify.services import notifications_create

ONE, SEVERAL = "inputs.missing_one", "inputs.missing_several"
MOST_LISTED = 20


def nudges_register() -> None:
    """Nothing; the sentences about missing entries are known."""
    for name, text in (
        (ONE, gettext_lazy("1 entry is missing: %(subject)s (%(rule)s)")),
        (SEVERAL, gettext_lazy("%(count)s entries are missing, the first: %(subject)s (%(rule)s)")),
    ):
        notification_kinds.register(name, Kind(text, "pencil-line", "inputs", "at_once"))


def nudges_send(turns: Sequence[Turn], book: InputBook, actor: Actor) -> set[int]:
    """The tasks that somebody was told of; part of the caller's transaction."""
    together: dict[tuple[int | None, str], list[Turn]] = defaultdict(list)
    for turn in turns:
        row = turn.obligation
        together[row.owner_id, "" if row.owner_id else row.role].append(turn)
    owners = User.objects.filter(is_active=True).in_bulk([owner for owner, _role in together])
    told: set[int] = set()
    for (owner, role), mine in together.items():
        people = [owners[owner]] if owner in owners else []
        if role:
            people = list(people_with_role(role, book.staff.day(clock.now())))
        for person in people:
            _send(person, mine, book, actor)
            told.update(turn.obligation.pk for turn in mine)
    return told


def _send(person: User, turns: Sequence[Turn], book: InputBook, actor: Actor) -> None:
    step = max(turn.step for turn in turns)
    rows = sorted({turn.obligation for turn in turns}, key=lambda row: (row.due_at, row.pk))
    first, about = rows[0], {(row.subject_kind, row.subject_id) for row in rows}
    with read_in(person):
        subjects = subjects_of(about, person)
        body, subject = _body(rows, step, subjects, book), _name(first, subjects)
    notifications_create(
        users=[person],
        kind=ONE if len(rows) == 1 else SEVERAL,
        actor=actor,
        params={
            "count": len(rows),
            "subject": subject,
            "rule": book.labels.get(first.rule_id, first.rule_id),
        },
        address=_address(rows),
        key=f"inputs.nudge:{first.pk}:{step}",
        body=body,
    )


def _address(rows: Sequence[Obligation]) -> str:
    """Where to enter it; for several of one's own the list of them."""
    if len(rows) > 1 and rows[0].owner_id is not None:
        return reverse("inputs:own_follow_ups")
    return enter_address(rows[0])


def enter_address(obligation: Obligation) -> str:
    """The page on which only what this task asks for is entered."""
    return reverse("console:enter", args=[obligation.uid])


_Subjects: TypeAlias = Mapping[tuple[str, int], Subject]


def _body(rows: Sequence[Obligation], step: int, subjects: _Subjects, book: InputBook) -> str:
    """The draft of what to enter: each task with its deadline and the fields it asks for."""
    asked = _asked(book)
    lines = [
        _("%(subject)s: %(fields)s (due %(due)s)")
        % {
            "subject": _name(row, subjects),
            "fields": _(", ").join(asked.get(row.rule_id, ())) or row.rule_id,
            "due": f"{row.due_at.astimezone(book.zone):%m/%d %H:%M}",
        }
        for row in rows[:MOST_LISTED]
    ]
    if len(rows) > MOST_LISTED:
        lines.append(_("and %(count)s more") % {"count": len(rows) - MOST_LISTED})
    if step == Step.REMINDER:
        lines.append(_("Not known yet? Say so on the page and choose the day to be asked again."))
    return "\n".join(lines)


def _name(row: Obligation, subjects: _Subjects) -> str:
    subject = subjects.get((row.subject_kind, row.subject_id))
    return subject.label if subject else row.rule_id


def _asked(book: InputBook) -> Mapping[str, Sequence[str]]:
    return {
        name: [field_label(asked.name) for asked in rule.what.fields]
        for name, rule in rules_asked(book).items()
    }
