"""Rules that may themselves be what is wrong, as rows of an agenda."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.monitoring import monitoring_allows
from teichaku.deals.conformance import attempts
from teichaku.deals.gate_rules import gate_book
from teichaku.engine.input_rates import is_unread
from teichaku.engine.promotion import FEWEST_ATTEMPTS, MOST_OVERRIDDEN
from teichaku.inputs.book import input_book
from teichaku.inputs.selectors import read_rates, rules_blamed
from teichaku.meetings.agenda import Frame, Row

LOOKED_BACK = timedelta(days=28)
RULES: Mapping[str, Promise] = {
    "missed": _("%(missing)d of the %(people)d people who owe it miss it. Look at the rule first."),
    "unread": _("Of %(entries)d entries %(read)d were read by somebody else."),
    "overridden": _("Of %(stopped)d attempts that it stopped %(overridden)d went on nevertheless."),
}


def rule_rows(frame: Frame) -> list[Row]:
    """Rules that most people miss, whose entries hardly anybody reads, or that are passed by."""
    begin = frame.as_of - LOOKED_BACK
    book = input_book()
    why: dict[str, list[tuple[str, Mapping[str, int]]]] = {}
    for blame in rules_blamed(begin, frame.as_of):
        said = {"missing": blame.missing, "people": blame.people}
        why.setdefault(blame.rule_id, []).append(("missed", said))
    reads = read_rates(begin, frame.as_of) if monitoring_allows("reading") else None
    for rule, rate in (reads or {}).items():
        if is_unread(rate.read, rate.entries):
            told = {"entries": rate.entries, "read": rate.read}
            why.setdefault(rule, []).append(("unread", told))
    rows = [Row(book.labels.get(rule, rule), about=rule, why=why[rule]) for rule in sorted(why)]
    return rows + _gates(frame)


def _gates(frame: Frame) -> list[Row]:
    rows = []
    for gate in gate_book().gates:
        stopped, overridden = attempts(gate.rule.id, frame.as_of - LOOKED_BACK, frame.as_of)
        if stopped >= FEWEST_ATTEMPTS and overridden > MOST_OVERRIDDEN * stopped:
            rows.append(
                Row(
                    gate.rule.label or gate.rule.id,
                    about=gate.rule.id,
                    address=f"{reverse('deals:gates')}#{gate.rule.id}",
                    why=[("overridden", {"stopped": stopped, "overridden": overridden})],
                )
            )
    return rows
