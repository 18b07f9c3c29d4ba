"""Each of the 20 items: one vector per status, worked out by hand from the item's page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.engine.checklist_facts import ALL, DAY, HALF, IN_ORDER, KPIS, NONE, changed, judged

from teichaku.engine.checklist.clauses import Status
from teichaku.engine.checklist.facts import Facts, KpiTerms, Share
from teichaku.engine.checklist.items import FORMULAS, findings
from teichaku.engine.checklist.standing import with_claims

Parts = dict[str, dict[str, Any] | None]

PARTIAL: list[tuple[int, Parts]] = [
    (1, {"approvals": {"charter_signatures": 0}}),
    (1, {"approvals": None}),
    (1, {"charter": {"kpis": KPIS[:1]}}),
    (2, {"agreement": None, "handovers": None}),  # signed alone
    (2, {"agreement": None, "handovers": {"accepted": Share(15, 20)}}),  # 0.75, the floor
    (3, {"scores": {"fresh": Share(94, 100)}}),  # 1 of 2 figures
    (4, {"input_rules": {"complete": Share(4, 5)}}),  # 0.8, the floor
    (4, {"attestations": None}),  # 3 of 4
    (5, {"duplicates": {"people": Share(5, 100)}}),  # above 1 %, not above 5 %
    (6, {"handovers": {"touched": Share(16, 20)}}),  # 0.8, the floor
    (7, {"training": {"unaided": None}}),  # a record alone
    (7, {"training": {"unaided": NONE}}),
    (8, {"scenarios": {"stuck": Share(6, 100), "enrolled": 0}}),  # 2 of 4
    (10, {"meetings": {"unrecorded": Share(2, 10)}}),
    (11, {"input_rates": {"managers": Share(3, 5)}}),  # 2 of 3
    (12, {"follow_ups": {"recovered": HALF}}),
    (13, {"decisions": {"results": HALF}}),
    (14, {"feedback": {"verdicts": Share(8, 10)}}),  # 0.8, the floor
    (15, {"reviews": {"outcomes": 29}}),
    (16, {"effects": {"decided": Share(3, 4)}}),
    (17, {"hollow": {"precision": HALF}}),
    (18, {"stories": {"reuses": 0}}),
    (19, {"reports": {"opened": False}}),
    (20, {"approvals": None, "attestations": None}),  # 3 of 6
]

UNMET: list[tuple[int, Parts]] = [
    (1, {"charter": {"purpose": False}}),
    (1, {"charter": {"kpis": ()}}),
    (1, {"charter": {"kpis": (KpiTerms("win_rate", date(2026, 11, 21), has_window=True),)}}),
    (2, {"definition": {"written": False}}),
    (2, {"approvals": {"mql_sales": False}}),
    (2, {"approvals": {"mql_on": date(2026, 5, 25)}}),  # 181 days ago
    (2, {"agreement": {"kappa": 0.381}, "handovers": {"accepted": Share(14, 20)}}),
    (3, {"scoring_rules": {"decays": 0}}),
    (3, {"scores": {"fresh": NONE, "reproduced": Share(49, 50)}}),
    (4, {"input_rules": {"rules": 0, "complete": Share(0, 0), "tested": Share(0, 0)}}),
    (4, {"input_rules": {"complete": Share(3, 4)}}),  # below the floor
    (5, {"sync": {"connected": False}}),
    (5, {"duplicates": {"people": Share(6, 100)}}),
    (6, {"handover_rules": {"deadlines": False}}),
    (6, {"handovers": {"touched": Share(15, 20)}}),
    (7, {"training": {"recorded": Share(94, 100)}}),
    (8, {"scenarios": {"segments": Share(2, 3)}}),
    (9, {"meeting_rules": {"departments": 1}}),
    (9, {"meetings": {"held": Share(3, 5)}}),  # the one figure there is
    (10, {"meetings": {"frozen": Share(3, 5)}}),
    (11, {"input_rates": {"hours": 25}}),
    (12, {"follow_ups": {"followed": Share(8, 10), "recovered": HALF}}),
    (13, {"decisions": {"managers": Share(1, 2)}}),
    (14, {"feedback": {"verdicts": Share(7, 10)}}),
    (15, {"scoring_revisions": {"changed_on": None}, "reviews": {"scoring_on": date(2026, 8, 21)}}),
    (15, {"scoring_revisions": {"changed_on": None}, "reviews": {"scoring_on": None}}),
    (16, {"effects": {"measured": Share(7, 10), "decided": Share(3, 4)}}),
    (17, {"hollow": {"audited": 19}}),
    (18, {"stories": {"traced": 0}}),
    (19, {"reports": {"days": 32}}),
    (20, {"revisions": {"unaltered": Share(4, 5)}}),
]

NO_DATA: list[tuple[int, Parts]] = [
    (1, {"charter": None}),
    (2, {"definition": None}),
    (2, {"approvals": None}),
    (3, {"scores": None}),
    (4, {"input_rules": None}),
    (5, {"sync": {"connected": None}}),
    (6, {"handovers": {"decided": Share(9, 9), "touched": Share(9, 9), "breaches": Share(0, 0)}}),
    (7, {"training": None}),
    (8, {"scenarios": None}),
    (9, {"meetings": None}),
    (10, {"meetings": None}),
    (11, {"input_rates": None}),
    (12, {"follow_ups": None}),
    (12, {"follow_ups": {"breaches": 0, "due": 19}}),
    (13, {"decisions": None}),
    (14, {"feedback": None}),
    (15, {"reviews": None, "scoring_revisions": {"changed_on": None}}),
    (16, {"effects": None}),
    (17, {"hollow": None}),
    (18, {"stories": None}),
    (19, {"reports": None}),
    (20, {"revisions": None}),
]

CONFIRMED: list[tuple[int, Parts]] = [
    (2, {"agreement": None}),  # borne out by handovers: 0.9 accepted, 0.1 outside the definition
    (2, {"handovers": None}),  # borne out by sorting alone
    (6, {"handovers": {"unowned": None}}),  # read from the leads instead
    (12, {"follow_ups": {"breaches": 0, "due": 20, "followed": None, "recovered": None}}),
    (15, {"scoring_revisions": {"changed_on": None}}),  # a review without a change
]


def _named(vectors: list[tuple[int, Parts]]) -> list[Any]:
    return [
        pytest.param(item, parts, id=f"{item}-{place}")
        for place, (item, parts) in enumerate(vectors)
    ]


@pytest.mark.parametrize("item", FORMULAS)
def test_a_company_in_order_is_confirmed(item: int) -> None:
    assert judged(item).status is Status.CONFIRMED


@pytest.mark.parametrize(("item", "parts"), _named(CONFIRMED))
def test_confirmed_the_other_way(item: int, parts: Parts) -> None:
    assert judged(item, **parts).status is Status.CONFIRMED


@pytest.mark.parametrize(("item", "parts"), _named(PARTIAL))
def test_partial(item: int, parts: Parts) -> None:
    found = judged(item, **parts)
    assert found.status is Status.PARTIAL
    assert found.judge_on is None


@pytest.mark.parametrize(("item", "parts"), _named(UNMET))
def test_unmet(item: int, parts: Parts) -> None:
    found = judged(item, **parts)
    assert (found.status, found.valid_until) == (Status.UNMET, None)


@pytest.mark.parametrize(("item", "parts"), _named(NO_DATA))
def test_no_data(item: int, parts: Parts) -> None:
    found = judged(item, **parts)
    assert (found.status, found.valid_until) == (Status.NO_DATA, None)
    assert found.needs


def test_every_item_has_a_vector_of_every_status_that_it_can_have() -> None:
    # Item 9 has one figure beside what it requires: never half of them.
    assert {item for item, _ in PARTIAL} == set(FORMULAS) - {9}
    assert {item for item, _ in UNMET} == set(FORMULAS)
    assert {item for item, _ in NO_DATA} == set(FORMULAS)


@pytest.mark.parametrize("item", FORMULAS)
def test_what_nothing_tells_is_no_data_and_ticked_only_claimed(item: int) -> None:
    found = findings(Facts(), DAY)
    assert found[item - 1].status is Status.NO_DATA
    claimed = with_claims(found, {item: True, item % 20 + 1: False})
    assert [one.item for one in claimed if one.status is Status.CLAIMED] == [item]


def test_a_claim_changes_nothing_that_is_told() -> None:
    found = findings(changed(stories={"traced": 0}), DAY)
    assert with_claims(found, dict.fromkeys(FORMULAS, True)) == found


def test_scenarios_wait_for_three_months() -> None:
    found = judged(16, effects={"first_live_on": date(2026, 8, 25)})
    assert (found.status, found.judge_on) == (Status.WAITING, date(2026, 11, 23))
    assert found.needs == ()


def test_young_scoring_rules_wait_for_their_first_review() -> None:
    found = judged(
        15, reviews=None, scoring_revisions={"since": date(2026, 9, 1), "changed_on": None}
    )
    assert (found.status, found.judge_on) == (Status.WAITING, date(2026, 12, 2))


def test_a_change_of_the_scoring_rules_is_a_review_but_its_figures_are_missing() -> None:
    found = judged(15, reviews=None, scoring_revisions={"changed_on": date(2026, 11, 1)})
    # required: reviewed and reasoned hold; measured: 0 of 2 hold, neither has failed
    assert found.status is Status.NO_DATA
    assert found.needs == ("reviews",)


def test_what_is_proven_ends() -> None:
    ends = {finding.item: finding.valid_until for finding in findings(IN_ORDER, DAY)}
    assert ends == {
        1: date(2027, 3, 31),  # the KPIs' date, before a year is over
        2: date(2027, 4, 30),  # 180 days from the approval on 1 November
        3: date(2027, 2, 22), 4: None, 5: date(2026, 11, 29), 6: date(2026, 12, 22), 7: None,
        8: date(2027, 2, 22), 9: date(2026, 12, 27), 10: date(2026, 12, 27),
        11: date(2026, 11, 29), 12: date(2026, 12, 22), 13: date(2026, 12, 23),
        14: date(2026, 12, 22),
        15: date(2026, 12, 11),  # 92 days from the review on 10 September
        16: date(2027, 2, 22), 17: date(2026, 12, 23), 18: date(2027, 2, 22),
        19: date(2026, 12, 23), 20: date(2026, 12, 11),
    }  # fmt: skip


def test_notes_decide_nothing() -> None:
    quiet = judged(17)
    loud = judged(17, traces={"next_actions": NONE, "placeholders": ALL})
    assert (quiet.status, loud.status) == (Status.CONFIRMED, Status.CONFIRMED)
    notes = [clause for clause in loud.clauses if clause.key == "next_actions"]
    assert [(clause.value, clause.n, clause.passed) for clause in notes] == [(0, 20, False)]
