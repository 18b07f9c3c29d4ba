"""Points as people read them: lines that add up, totals that never look larger than they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation
from tests.console.test_pages import RULEBOOK

from teichaku.console.lead_advice import advice
from teichaku.console.points import change_text, points_text, shown_change
from teichaku.console.score_lines import score_lines
from teichaku.engine.explain import Reason
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.predicates import ScoreClause
from teichaku.scoring.explanations import Condition, Explanation


@pytest.fixture(autouse=True)
def _japanese():
    with translation.override("ja"):
        yield


def test_lines_add_up_to_what_is_shown_as_the_total():
    rulebook = load(RULEBOOK)
    reasons = [
        Reason("award", "S-01", 8_333_333, hits=1, latest=0),
        Reason("decay", "S-01", -1_111_111),
        Reason("award", "S-02", 5_555_555, hits=2, latest=0),
        Reason("clamp", "web", -2_777_777),
        Reason("fit", "F-01", 5_050_000),
        Reason("range", "", -50_000),
    ]
    lines = score_lines(reasons, rulebook)
    plain = [line for line in lines if not line.is_sum]

    def number(line):
        return round(float(line.points.replace("＋", "").replace("－", "-")), 1)

    assert round(sum(map(number, plain)), 1) == number(lines[-1]) == 15.0
    assert [line.text for line in lines if line.is_sum] == ["行動", "属性", "合計"]
    assert lines[1].latest == datetime(1970, 1, 1, tzinfo=UTC)
    ends = [float(line.start) + float(line.width) for line in lines]
    assert max(ends) == pytest.approx(100, abs=0.01)
    assert all(float(line.start) >= 0 for line in lines)


def test_points_never_look_larger_than_they_are():
    assert points_text(59.999999) == "59.9"
    assert points_text(83.9) == "83.9"
    assert points_text(-0.05) == "-0.1"
    assert change_text(shown_change(-0.06)) == "0.0"
    assert change_text(shown_change(-1.46)) == "－1.4"


def explanation(total, *others):
    wanted = ScoreClause(score="total", at_least=20)
    fit = ScoreClause(score="fit", at_least=5)
    conditions = [
        Condition(wanted, total >= 20, total, 20, True, None),
        *(Condition(fit, holds, 0, 5, True, None) for holds in others),
    ]
    return Explanation(
        rulebook=load(RULEBOOK), lead=1, as_of=datetime(2026, 4, 1, tzinfo=UTC), behaviour=0, fit=0,
        total=total, rising=0, grade="", next_at=None, reasons=(), holds=False,
        conditions=conditions, would_qualify=(), recorded=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("total", "missing", "above"),
    [(14, "6", ""), (13.96, "6.1", ""), (19.999999, "0.1", ""), (20, "", "0"), (24.57, "", "4.5")],
)
def test_the_distance_and_the_total_shown_make_the_threshold(total, missing, above):
    told = advice(explanation(total))
    assert (told.missing, told.above) == (missing, above)
    gap = float(missing) if missing else -float(above)
    assert round(float(points_text(total)) + gap, 1) == 20.0


def test_the_likely_actions_are_those_that_give_most():
    told = advice(explanation(14, True))
    assert told.likely == [("料金ページの閲覧", "＋10.0"), ("資料請求", "＋8.0")]
    assert told.alone
    assert not advice(explanation(14, False)).alone
    assert advice(explanation(21)).likely == ()
