"""What the rulebook's gates ask of a meeting before it is closed."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.engine.gates import GateFacts, Verdict, gate_check, gate_of
from teichaku.engine.rulebook.vocabulary import CLOSING_A_MEETING
from teichaku.meetings.agenda import UNENTERED
from teichaku.meetings.models import Meeting
from teichaku.rulebook.selectors import activation_in_force, rulebook_of, zone_in_force

FIELDS: Mapping[str, Promise] = {
    "decisions": gettext_lazy("at least one decision"),
    "outcomes": gettext_lazy("an outcome of every point"),
    "check_ins": gettext_lazy("who was there"),
}


def close_verdicts(meeting: Meeting) -> list[Verdict]:
    """What the gates say that are not satisfied by the meeting as it stands.

    A meeting from before a rulebook took effect is recorded by it and never refused.
    """
    activation = activation_in_force()
    if activation is None:
        return []
    rulebook = rulebook_of(activation.revision.document)
    rules = [rule for rule in rulebook.gates if rule.before == CLOSING_A_MEETING]
    if not rules:
        return []
    facts = _facts(meeting)
    verdicts = [
        gate_check(gate_of(rulebook, rule, activation.effective_from), facts) for rule in rules
    ]
    return [verdict for verdict in verdicts if verdict.failing]


def verdict_text(verdict: Verdict) -> str:
    """What the gate asks for that is not there, in a sentence."""
    asked = ", ".join(str(FIELDS[failing.field]) for failing in verdict.failing)
    return _("“%(gate)s” asks for %(fields)s.") % {"gate": verdict.why, "fields": asked}


def _facts(meeting: Meeting) -> GateFacts:
    points = meeting.items.exclude(kind=UNENTERED)
    has = {
        "decisions": meeting.decisions.exists(),
        "outcomes": not points.filter(outcome="").exists(),
        "check_ins": meeting.check_ins.exists(),
    }
    return GateFacts(
        created_at=meeting.begins_at,
        today=clock.now().astimezone(zone_in_force()).date(),
        values={name: True for name, there in has.items() if there},
    )
