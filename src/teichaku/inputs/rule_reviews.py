"""Asking for a rule that most people miss to be looked at, before anybody is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict, NotFound
from teichaku.inputs.models import RuleDefect
from teichaku.inputs.rule_defects import rule_defect_raise
from teichaku.inputs.rule_lines import rule_page


def rule_review_ask(*, rule_id: str, actor: Actor) -> RuleDefect:
    """The ticket for whoever answers for the rule; the one that waits where there is one."""
    line = next((line for line in rule_page().lines if line.id == rule_id), None)
    if line is None:
        raise NotFound(_("This rule is not in force."))
    if line.blame is None:
        raise Conflict(_("Most people keep this rule, so nothing speaks against it at present."))
    found = rule_defect_raise(
        rule_id=rule_id, people=line.blame.missing, of_people=line.blame.people, actor=actor
    )
    if found is None:
        raise Conflict(_("This rule was decided about less than 30 days ago. Read why below."))
    return found
