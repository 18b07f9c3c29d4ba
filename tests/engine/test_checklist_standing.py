"""The evaluation rule, phase scores, what to do next, the index, and the gap to what is claimed."""

from __future__ import annotations

from datetime import date
from itertools import product
from math import isclose, sqrt

import pytest
from tests.engine.checklist_facts import DAY, IN_ORDER, changed

from teichaku.engine.checklist.clauses import Clause, Part, Status, share_of, status_of
from teichaku.engine.checklist.facts import Share
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import DEPENDENTS, FORMULAS, PHASES, findings
from teichaku.engine.checklist.standing import Standing, standing

C, P, U, W, N = (
    Status.CONFIRMED, Status.PARTIAL, Status.UNMET, Status.WAITING, Status.NO_DATA,
)  # fmt: skip
R, M = Part.REQUIRED, Part.MEASURED
YES, NO, UNKNOWN, YOUNG = "yes", "no", "unknown", "young"


def clause(part: Part, answer: str) -> Clause:
    value = {YES: 1.0, NO: 0.0}.get(answer)
    young = date(2026, 12, 1) if answer == YOUNG else None
    return Clause("any", part, "number", "at_least", value, 1.0, "need", judge_on=young)


@pytest.mark.parametrize(
    ("required", "measured", "expected"),
    [
        ([YES], [YES, YES], C),
        ([], [YES], C),
        ([YES], [], C),
        ([YES], [YES, NO], P),
        ([YES], [YES, UNKNOWN], P),
        ([YES], [YES, NO, NO], U),
        ([YES], [YES, UNKNOWN, UNKNOWN], N),
        ([NO], [YES, YES], U),
        ([UNKNOWN], [YES, YES], N),
        ([UNKNOWN], [YES, NO], U),
        ([YES], [YOUNG], W),
        ([YES], [YOUNG, UNKNOWN], N),
        ([YES], [YOUNG, NO, NO], U),
        ([], [UNKNOWN], N),
    ],
)
def test_the_evaluation_rule(required, measured, expected) -> None:
    clauses = [clause(R, a) for a in required] + [clause(M, a) for a in measured]
    assert status_of(clauses) is expected


def test_the_evaluation_rule_against_its_own_words() -> None:
    """All combinations of two required and three measured clauses, by the sentence of the rule."""
    answers = (YES, NO, UNKNOWN)
    for a, b, x, y, z in product(answers, repeat=5):
        every = [a, b, x, y, z]
        if every.count(YES) == 5:
            expected = C
        elif a == b == YES and [x, y, z].count(YES) >= 2:
            expected = P
        elif UNKNOWN in every and NO not in every:
            expected = N
        else:
            expected = U
        clauses = [clause(R, a), clause(R, b), *(clause(M, one) for one in (x, y, z))]
        assert status_of(clauses) is expected, every


def test_a_share_needs_a_whole_and_enough_of_it() -> None:
    assert share_of("s", Share(0, 0), 0.9, "need").passed is None
    assert share_of("s", Share(9, 9), 0.9, "need", enough=10).passed is None
    assert share_of("s", Share(9, 10), 0.9, "need", enough=10).passed is True
    assert share_of("s", Share(1, 10), 0.1, "need", bound="at_most").passed is True


def stand(default: Status, **others: Status) -> Standing:
    status = dict.fromkeys(FORMULAS, default) | {int(k[1:]): s for k, s in others.items()}
    return standing([Finding(i, s, (), None, None, ()) for i, s in status.items()])


def test_a_phase_is_the_mean_of_its_items_without_those_that_wait() -> None:
    # introduction: 2 confirmed, 2 partial, 1 waits, 3 score nothing → (2 + 1) ÷ 7
    found = stand(U, i1=C, i2=C, i3=P, i4=P, i5=W, i6=N, i7=Status.CLAIMED)
    introduction, operation, adoption = found.phases
    assert isclose(introduction.value or 0, 3 / 7)
    assert (introduction.confirmed, introduction.items) == (2, 8)
    assert (operation.value, adoption.value) == (0, 0)
    assert [len(items) for items in PHASES.values()] == [8, 6, 6]


def test_a_phase_in_which_all_waits_has_no_score() -> None:
    found = stand(C, **{f"i{item}": W for item in PHASES["adoption"]})
    assert (found.phases[2].value, found.next_item) == (None, None)


def test_next_is_the_item_that_holds_up_most_of_the_earliest_weak_phase() -> None:
    # 4 and 5 hold up four each; 4 comes first.
    assert stand(U).next_item == 4
    # 11, 12, 17 done: 4 holds up only 20; 1 (2, 10, 19), 2 (6, 14, 15), 5 (6, 14, 18) three each.
    assert stand(U, i11=C, i12=C, i17=C).next_item == 1
    assert stand(U, i11=C, i12=C, i17=C, i19=C).next_item == 2
    assert stand(U, i11=C, i12=C, i17=C, i19=C, i15=C).next_item == 5
    # Item 5 is done itself; 1 holds up 2, 10 and 19.
    assert stand(U, i4=C, i5=C).next_item == 1
    # What waits is nothing to work on.
    assert stand(U, i4=W, i5=C).next_item == 1


def test_a_phase_is_left_behind_at_0_8() -> None:
    introduction = dict.fromkeys((f"i{item}" for item in range(1, 9)), C)
    # (6 + 0.5) ÷ 8 = 0.8125 is enough, so operation comes next: 9 holds up two.
    assert stand(U, **{**introduction, "i7": P, "i8": U}).next_item == 9
    # (6 + 0) ÷ 8 = 0.75 is not; 8 holds up item 16, 7 nothing.
    assert stand(U, **{**introduction, "i7": U, "i8": U}).next_item == 8
    assert stand(C).next_item is None


def test_dependents_point_forward_at_items() -> None:
    assert all(one > item for item, dependents in DEPENDENTS.items() for one in dependents)
    assert {one for found in DEPENDENTS.values() for one in found} <= set(FORMULAS)


def test_the_index_is_the_root_of_both_legs() -> None:
    # rules (2–6, 20): 5 confirmed, 1 partial → 5.5 ÷ 6; management (9–13, 17): 3 of 6
    found = stand(C, i2=P, i9=U, i10=U, i11=N)
    assert isclose(found.index.rules or 0, 5.5 / 6)
    assert isclose(found.index.management or 0, 0.5)
    assert isclose(found.index.value or 0, sqrt(5.5 / 6 * 0.5))


def test_the_index_of_rules_0_9_and_management_0_4_is_0_60() -> None:
    # One item waits in each leg, so that five count: 4 + 0.5 of 5, and 2 of 5.
    found = stand(C, i2=W, i3=P, i9=W, i10=U, i11=U, i12=U)
    assert (found.index.rules, found.index.management) == (0.9, 0.4)
    assert isclose(found.index.value or 0, 0.60)


def test_a_leg_that_waits_leaves_no_index() -> None:
    found = stand(C, **{f"i{item}": W for item in (2, 3, 4, 5, 6, 20)})
    assert (found.index.value, found.index.rules, found.index.management) == (None, None, 1.0)


def test_the_gap_between_claimed_and_proven() -> None:
    found = findings(changed(stories=None, reports={"days": 99}, training={"unaided": None}), DAY)
    claims = standing(found, {1: True, 7: True, 18: True, 19: True, 20: False}).claims
    assert claims is not None
    assert (claims.claimed, claims.proven, claims.gap) == (4, 1, 3)
    assert claims.unproven == (7, 18, 19)
    assert standing(findings(IN_ORDER, DAY)).claims is None
