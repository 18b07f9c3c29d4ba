"""Rules that do not work: their owner proposes a change, or says why they stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.engine.ladder import DEFECT_SPAN
from teichaku.inputs.book import input_book
from teichaku.inputs.models import Inquiry, RuleDefect
from teichaku.inputs.rule_lines import role_answering, rules_asked
from teichaku.notify.kinds import Kind, task_kinds
from teichaku.notify.services import task_create, task_done

DEFECT = "inputs.rule_defect"
DECIDE_BD = 5
LONGEST_REASON = 2_000
MOST_DECIDED = 50


def rule_defects_register() -> None:
    """Nothing; the sentence about rules to look at is known."""
    text = gettext_lazy("Decide about a rule that does not work: %(rule)s")
    task_kinds.register(DEFECT, Kind(text, "wrench"))


def rule_defect_raise(
    *, rule_id: str, people: int, actor: Actor, cause: str = "", of_people: int | None = None
) -> RuleDefect | None:
    """The open ticket about the rule, a new one where there was none; none for 30 days after a
    decision, unless a cause was given anew, and none once the rule is withdrawn.
    """
    book, now = input_book(), clock.now()
    rule = rules_asked(book).get(rule_id)
    earlier = RuleDefect.objects.filter(rule_id=rule_id)
    found = earlier.filter(decided_at=None).first()
    decided = decided_at(rule_id)
    rests = decided is not None and decided > now - DEFECT_SPAN and not cause
    if found is not None or rule is None or rests:
        return found
    role = role_answering(rule)
    with transaction.atomic():
        task = task_create(
            kind=DEFECT,
            key=f"{DEFECT}:{rule_id}:{earlier.count()}",
            actor=actor,
            role=role,
            params={"rule": book.labels.get(rule_id, rule_id)},
            address=reverse("inputs:rule_defects"),
            due_at=book.staff.company.add_bd(now, DECIDE_BD),
        )
        defect, new = RuleDefect.objects.get_or_create(
            rule_id=rule_id,
            decided_at=None,
            defaults={
                "role": role, "people": people, "of_people": of_people, "cause": cause,
                "task": task, "opened_at": now,
            },
        )  # fmt: skip
        if new:
            _record(defect, "inputs.rule_defect_raise", actor)
    return defect


def rule_defect_decide(
    *, defect: RuleDefect, decision: str, reason: str, actor: Actor
) -> RuleDefect:
    """The decided ticket; either way people read why."""
    reason = reason.strip()[:LONGEST_REASON]
    if decision not in RuleDefect.Decision.values:
        raise InvalidInput(_("Choose whether the rule changes or stays."), field="decision")
    if not reason:
        raise InvalidInput(
            _("Say what you propose, or why the rule stays as it is."), field="reason"
        )
    with transaction.atomic():
        row = RuleDefect.objects.select_for_update(of=("self",)).select_related("task")
        defect = row.get(pk=defect.pk)
        if defect.decided_at is not None:
            raise Conflict(_("This was decided already. Reload the page."))
        if actor.user_id is None:
            raise Conflict(_("Only a person can decide about a rule."))
        defect.decision, defect.reason = decision, reason
        defect.decided_at, defect.decided_by_id = clock.now(), actor.user_id
        defect.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
        task_done(task=defect.task, actor=actor)
        _record(defect, "inputs.rule_defect_decide", actor)
    return defect


def decided_at(rule_id: str) -> datetime | None:
    """When the rule was last decided about."""
    found: datetime | None = RuleDefect.objects.filter(rule_id=rule_id).aggregate(
        at=Max("decided_at")
    )["at"]
    return found


def rule_defect_for_roles(uid: str, roles: Collection[str]) -> RuleDefect | None:
    """The open ticket of that uid, if one of the roles answers for its rule."""
    try:
        wanted = UUID(uid)
    except ValueError:
        return None
    return RuleDefect.objects.filter(uid=wanted, decided_at=None, role__in=list(roles)).first()


@dataclass(frozen=True, slots=True)
class DefectRow:
    """A ticket as it is shown: how many people gave which cause in its last 30 days, no names."""

    defect: RuleDefect
    label: str
    causes: Sequence[tuple[str, int]]
    may_decide: bool


def rule_defect_rows(roles: Collection[str]) -> tuple[list[DefectRow], list[DefectRow]]:
    """The open tickets, the oldest first, and the latest decided ones."""
    labels = input_book().labels
    shown = RuleDefect.objects.select_related("decided_by")
    waiting = list(shown.filter(decided_at=None).order_by("opened_at", "pk"))
    decided = list(shown.filter(decided_at__isnull=False).order_by("-decided_at")[:MOST_DECIDED])
    causes = _causes([defect.rule_id for defect in waiting])
    return (
        [
            DefectRow(
                d, labels.get(d.rule_id, d.rule_id), causes.get(d.rule_id, ()), d.role in roles
            )
            for d in waiting
        ],
        [DefectRow(d, labels.get(d.rule_id, d.rule_id), (), may_decide=False) for d in decided],
    )


def _causes(rules: Collection[str]) -> Mapping[str, list[tuple[str, int]]]:
    since = clock.now() - DEFECT_SPAN
    rows = Inquiry.objects.filter(rule_id__in=rules, answered_at__gt=since).order_by()
    counted = rows.values_list("rule_id", "cause").annotate(people=Count("person", distinct=True))
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for rule, cause, people in sorted(counted, key=lambda row: (row[0], -row[2], row[1])):
        found[rule].append((str(Inquiry.Cause(cause).label), people))
    return found


def _record(defect: RuleDefect, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type=DEFECT, object_id=defect.pk)
    outbox_emit(topic="inputs.rule_defects_changed", payload={"defect": defect.pk})
