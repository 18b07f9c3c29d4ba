"""Gates as plain data: what fails, what is refused, and the ways out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from teichaku.engine.gates import Failing, GateFacts, gate_check, gate_of, is_placeholder
from teichaku.engine.rulebook.load import load

SINCE = datetime(2026, 4, 1, tzinfo=UTC)
TODAY = date(2026, 11, 24)
NEW = GateFacts(created_at=datetime(2026, 11, 24, 1, tzinfo=UTC), today=TODAY)
BOOK = """\
rulebook: 1
title: 登録前チェック
deal:
  created_when: 面談を終えたとき
  stages: [{id: proposal, label: 提案}]
inputs:
  - id: R-1
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
  - id: R-2
    who: {role: sales_rep}
    when: {after: deal.created, due: 1bd}
    what: {object: deal, fields: [{name: budget, choices: [あり, なし]}, {name: met_on, is: past}]}
    unknown_allowed: true
  - id: R-3
    who: {role: sales_rep}
    when: {after: deal.created, due: 1bd}
    what: {object: lead, fields: [{name: amount, choices: [大, 小]}]}
gates:
  - {id: G-link, label: リードが要る, before: deal.create, mode: block,
     require: {linked_lead: true}, waiver: {approver: sales_manager, max: 14d}}
  - {id: G-event, before: deal.create, mode: warn,
     require: {linked_lead: true, lead_has_event_before: true},
     applies_to: {attribute: company.is_customer, is: false}}
  - {id: G-fields, before: deal.stage.proposal, mode: block,
     require: {fields: [amount, next_action, next_action_on, budget, met_on]}}
  - {id: G-past, before: deal.create, mode: block, require: {linked_lead: true},
     applies_to: {count: {event: page_view}, at_least: 1}}
"""
BOOKED = load(BOOK)


def gate(name: str, mode: str | None = None):
    [rule] = [rule for rule in BOOKED.gates if rule.id == name]
    rule = rule.model_copy(update={"mode": mode}) if mode else rule
    return gate_of(BOOKED, rule, SINCE)


FILLED = {
    "amount": 1_200_000,
    "next_action": "見積を送る",
    "next_action_on": date(2026, 12, 1),
    "budget": "なし",
    "met_on": date(2026, 11, 20),
}


def test_a_deal_with_its_lead_may_be_written() -> None:
    verdict = gate_check(gate("G-link"), replace(NEW, lead=True))
    assert (verdict.result, verdict.applied, verdict.failing) == ("allow", True, ())


@pytest.mark.parametrize(
    ("mode", "result", "remedies"),
    [
        ("shadow", "record", ("link", "create_and_link")),
        ("warn", "warn", ("link", "create_and_link", "proceed")),
        ("block", "block", ("link", "create_and_link", "waiver")),
    ],
)
def test_a_deal_without_a_lead_by_mode(mode: str, result: str, remedies: tuple[str, ...]) -> None:
    verdict = gate_check(gate("G-link", mode), NEW)
    assert (verdict.result, verdict.failing) == (result, (Failing("no_lead", "lead"),))
    assert verdict.remedies == remedies
    assert verdict.why == "リードが要る"


def test_without_a_waiver_policy_no_exception_is_offered() -> None:
    assert "waiver" not in gate_check(gate("G-fields"), NEW).remedies


def test_a_lead_that_did_nothing_before_is_not_enough() -> None:
    facts = replace(NEW, lead=True, attributes={"company.is_customer": False})
    assert gate_check(gate("G-event"), facts).failing == (Failing("no_event_before", "lead"),)
    assert gate_check(gate("G-event"), replace(facts, lead_event_before=True)).failing == ()
    assert gate_check(gate("G-event"), replace(facts, lead=False)).failing == (
        Failing("no_lead", "lead"),
    )


def test_customers_are_not_asked() -> None:
    facts = replace(NEW, attributes={"company.is_customer": True})
    verdict = gate_check(gate("G-event"), facts)
    assert (verdict.result, verdict.applied) == ("allow", False)


def test_a_deal_older_than_the_gate_is_recorded_only() -> None:
    before = replace(NEW, created_at=SINCE - timedelta(microseconds=1))
    assert gate_check(gate("G-link"), before).result == "record"
    assert gate_check(gate("G-link"), replace(NEW, created_at=SINCE)).result == "block"


def test_what_only_a_history_could_tell_is_never_refused() -> None:
    verdict = gate_check(gate("G-past"), NEW)
    assert verdict.result == "record"
    assert Failing("cannot_judge") in verdict.failing


def test_all_fields_filled() -> None:
    assert gate_check(gate("G-fields"), replace(NEW, values=FILLED)).failing == ()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("amount", None, "missing"),
        ("amount", 0, ""),  # a number is an answer; whether it means anything is another check
        ("amount", "大", ""),  # choices of another object's field do not count here
        ("next_action", "", "missing"),
        ("next_action", "　", "missing"),
        ("next_action", "なし", "placeholder"),
        ("next_action", "未定", "placeholder"),
        ("next_action", "－", "placeholder"),
        ("next_action", "Ｎ／Ａ", "placeholder"),
        ("next_action", "ああああ", "placeholder"),
        ("next_action", "来週訪問", ""),
        ("next_action_on", date(2026, 11, 24), ""),  # today is not over
        ("next_action_on", date(2026, 11, 23), "not_future"),
        ("next_action_on", "来週", "no_date"),
        ("budget", "なし", ""),  # one of the choices, so an answer
        ("budget", "たぶん", "no_choice"),
        ("met_on", date(2026, 11, 25), "not_past"),
        ("met_on", date(2026, 11, 24), ""),
    ],
)
def test_what_counts_as_an_answer(name: str, value: object, code: str) -> None:
    verdict = gate_check(gate("G-fields"), replace(NEW, values={**FILLED, name: value}))
    assert verdict.failing == ((Failing(code, name),) if code else ())


@pytest.mark.parametrize(
    ("name", "again", "code"),
    [
        ("amount", TODAY, ""),  # no rule describes it: 不明 with a day to ask again will do
        ("amount", TODAY - timedelta(days=1), "ask_again_due"),
        ("budget", TODAY + timedelta(days=7), ""),
        ("next_action", TODAY + timedelta(days=7), "unknown_refused"),  # its rule does not allow it
    ],
)
def test_unknown_with_a_day_to_ask_again(name: str, again: date, code: str) -> None:
    values = {key: value for key, value in FILLED.items() if key != name}
    verdict = gate_check(gate("G-fields"), replace(NEW, values=values, unknown={name: again}))
    assert verdict.failing == ((Failing(code, name),) if code else ())


def test_the_way_out_of_missing_fields() -> None:
    remedies = gate_check(gate("G-fields"), NEW).remedies
    assert remedies == ("fill", "ask_again_on")
    only = replace(NEW, values={**FILLED, "next_action": ""})
    assert gate_check(gate("G-fields"), only).remedies == ("fill",)


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("N/A", True), ("tbd", True), ("ー", True), ("ーー", True), ("--", True), ("…", True),
        ("1", True), ("特になし", True), ("検討中", True), ("xxx", True), ("12", False),
        ("来週訪問", False), ("なし崩しに進む", False), ("A社", False),
    ],
)  # fmt: skip
def test_placeholders(text: str, empty: bool) -> None:
    assert is_placeholder(text) is empty
