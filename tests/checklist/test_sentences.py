"""Every clause, item and need has words, and the figures in them are as a person writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation
from tests.engine.checklist_facts import DAY, IN_ORDER

from teichaku.checklist.sentences import (
    evidence_text,
    item_title,
    need_text,
    phase_title,
    status_text,
)
from teichaku.checklist.wording import CLAUSES, NEEDS
from teichaku.engine.checklist.clauses import Clause, Part, Status
from teichaku.engine.checklist.facts import Facts, InputTraceFacts, Share
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import FORMULAS, PHASES, findings

NOBODY_BEHIND = replace(IN_ORDER.follow_ups, breaches=0)
TOLD = replace(IN_ORDER, traces=InputTraceFacts(Share(1, 2), Share(1, 2), Share(1, 2)))
EVERY = [
    clause
    for facts in (TOLD, replace(IN_ORDER, follow_ups=NOBODY_BEHIND))
    for finding in findings(facts, DAY)
    for clause in finding.clauses
]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def clause(unit: str, value: object, limit: object, bound: str = "at_least", **more: object):
    return Clause("next_actions", Part.MEASURED, unit, bound, value, limit, "deals", **more)


def test_every_clause_has_its_words_and_every_word_its_clause():
    assert {clause.key for clause in EVERY} == set(CLAUSES)


def test_every_need_has_its_sentence_and_every_sentence_its_need():
    assert {clause.need for clause in EVERY} == set(NEEDS)


def test_everything_can_be_said():
    for found in (*findings(TOLD, DAY), *findings(Facts(), DAY)):
        said = [item_title(found.item), status_text(found), *map(need_text, found.needs)]
        said += map(evidence_text, found.clauses)
        assert all(said)
        assert not any("%(" in text for text in said)
    assert len({item_title(item) for item in FORMULAS}) == 20
    assert len({phase_title(phase) for phase in PHASES}) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (clause("share", 0.62, 0.9, n=210), "62% (n=210; needed: 90% or more)"),
        (clause("share", 1 / 3, 0.05, "at_most", n=1200), "33.3% (n=1,200; needed: 5% or less)"),
        (clause("share", 1.0, 1.0, n=3), "100% (n=3; needed: 100%)"),
        (clause("share", 0.0, 0, "at_most", n=3), "0% (n=3; needed: 0%)"),
        (clause("share", 0.9999, 1.0, n=9999), ">99.9% (n=9,999; needed: 100%)"),
        (clause("share", 0.0001, 0, "at_most", n=9999), "<0.1% (n=9,999; needed: 0%)"),
        (clause("count", 1234, 30), "1,234 (needed: 30 or more)"),
        (clause("count", 2, 0, "at_most"), "2 (needed: 0)"),
        (clause("number", 0.381, 0.6), "0.38 (needed: 0.6 or more)"),
        (clause("days", 7, 31, "at_most"), "7 days (needed: within 31 days)"),
        (clause("hours", 2.54, 24, "at_most"), "2.5 hours (needed: within 24 hours)"),
        (clause("minutes", 12.0, 15, "at_most"), "12 minutes (needed: within 15 minutes)"),
    ],
)
def test_figures(given, said):
    assert evidence_text(given) == f"Open deals with a next action {said}"


def test_what_is_not_a_figure():
    about = "Open deals with a next action"
    assert evidence_text(clause("yes", True, True)) == f"{about}: yes"
    assert evidence_text(clause("yes", False, True)) == f"{about}: no"
    assert evidence_text(clause("yes", None, True)) == f"{about}: no data"
    few = clause("share", 1.0, 0.9, n=9, enough=10)
    assert evidence_text(few) == f"{about}: too few to judge (n=9, 10 are needed)"
    young = clause("yes", None, True, judge_on=date(2026, 12, 1))
    assert evidence_text(young) == f"{about}: to be judged on 2026-12-01"
    signatures = Clause("charter_signatures", Part.REQUIRED, "count", "at_least", 0, 3, "approvals")
    assert evidence_text(signatures) == "Approvals 0/3"


def test_a_waiting_item_says_when_it_will_be_judged():
    finding = Finding(16, Status.WAITING, (), None, date(2026, 12, 1), ())
    assert status_text(finding) == "To be judged (on 2026-12-01)"
