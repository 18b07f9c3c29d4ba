"""Handovers as subjects of input rules: whose they were, and what marketing answered when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from teichaku.engine.facts import Value
from teichaku.engine.input_facts import Entered, Subject
from teichaku.handover.models import Assignment, Handover, Reply, Return
from teichaku.inputs.book import InputBook
from teichaku.inputs.handover_moments import moments_of_handovers

_Values = Mapping[str, Value]


class _Step(NamedTuple):
    """Something was said of a handover; ``owner`` 0: whose it is stayed as it was."""

    at: datetime
    by: int | None
    values: _Values
    owner: int = 0


def handovers_asked(book: InputBook) -> Q:
    """The handovers that any rule can be about: those that went on since such rules are there."""
    live = book.live("handover")
    if live is None:
        return Q(pk__in=())
    returned = Return.objects.filter(at__gte=live).values("handover_id")
    return Q(released_at__gte=live) | Q(decided_at__gte=live) | Q(pk__in=returned)


def handover_subjects(handovers: Sequence[int], book: InputBook) -> list[Subject]:
    """The handovers that exist, each with its owners and marketing's answer in order."""
    rows = Handover.objects.filter(pk__in=handovers).order_by("pk")
    begun = dict(rows.values_list("pk", "released_at"))
    steps, moments = _steps(begun), moments_of_handovers(begun)
    return [
        Subject("handover", pk, _entered(at, steps.get(pk, [])), moments.get(pk, {}))
        for pk, at in begun.items()
    ]


def _steps(handovers: Mapping[int, datetime]) -> dict[int, list[_Step]]:
    found: dict[int, list[_Step]] = defaultdict(list)
    about = {"handover__in": list(handovers)}
    columns = ("at", "actor_user_id", "handover_id")
    for at, by, pk, owner in Assignment.objects.filter(**about).values_list(*columns, "owner_id"):
        found[pk].append(_Step(at, by, {}, owner))
    replies = Reply.objects.filter(
        returned__undone_at=None, returned__handover__in=about["handover__in"]
    ).values_list("at", "actor_user_id", "returned__handover_id", "text", "adopted")
    for at, by, pk, text, adopted in replies:
        found[pk].append(_Step(at, by, {"reply": text, "adopted": adopted}))
    return found


def _entered(begun: datetime, steps: Sequence[_Step]) -> tuple[Entered, ...]:
    values: dict[str, Value] = {}
    owner: int | None = None
    states = [Entered(begun, {}, {}, None)]
    for step in sorted(steps, key=lambda step: step.at):
        values, owner = {**values, **step.values}, step.owner or owner
        states.append(Entered(step.at, values, {}, owner, step.by))
    return tuple(states)
