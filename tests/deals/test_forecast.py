"""The forecast against sums made row by row, and the daily report."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.deals.pipeline import activate, company, create, lead, local, on, person, user_of

from teichaku.accounts.models import Role, User
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.daily_report import daily_report
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move
from teichaku.deals.forecast import forecast
from teichaku.deals.models import Deal, Stage

pytestmark = pytest.mark.django_db

CHANCES = {"hearing": "0.1", "proposal": "0.4", "verbal": "0.9", "won": "1"}
TODAY = date(2026, 11, 24)


@pytest.fixture
def reps():
    activate("2026-11-01 09:00", mode="shadow", fields="shadow")
    return [person("鈴木", Role.SALES_REP), person("田中", Role.SALES_REP)]


def cells(as_of=TODAY, **options):
    with on("2026-11-24 09:00"):
        found = forecast(as_of, **options)
    return {
        (c.owner, c.month, c.stage): (c.deals, c.without_amount, c.amount, c.weighted)
        for c in found.cells
    }


def test_a_forecast_by_hand(reps):
    one, other = reps
    for amount, on_day, stage, who in (
        (1_000_005, date(2026, 12, 10), "hearing", one),
        (2_000_000, date(2026, 12, 25), "hearing", one),
        (500_000, date(2026, 12, 1), "verbal", one),
        (None, date(2027, 1, 5), "proposal", other),
        (700_000, None, "proposal", other),
    ):
        create(who, "2026-11-20 10:00", stage=stage, values={"amount": amount, "close_on": on_day})
    past = create(one, "2026-11-20 10:00", values={"amount": 9, "close_on": date(2026, 11, 23)})
    pending = create(one, "2026-11-20 10:00", values={"amount": 10**9})
    Deal.objects.filter(pk=pending.pk).update(is_pending=True)
    won = create(other, "2026-11-20 10:00")
    with on("2026-11-22 10:00"):
        deal_close(
            deal=won, closing=Closing("won", amount=300_000, deciding_factor="納期"), actor=other
        )
    december = date(2026, 12, 1)
    assert cells() == {
        # 3,000,005 × 0.1 = 300,000.5, half to the even yen
        (one.user_id, december, "hearing"): (2, 0, 3_000_005, 300_000),
        (one.user_id, december, "verbal"): (1, 0, 500_000, 450_000),
        (one.user_id, date(2026, 11, 1), "hearing"): (1, 0, 9, 1),
        (other.user_id, date(2027, 1, 1), "proposal"): (1, 1, 0, 0),
        (other.user_id, None, "proposal"): (1, 0, 700_000, 280_000),
        (other.user_id, date(2026, 11, 1), "won"): (1, 0, 300_000, 300_000),
    }
    assert forecast(TODAY).overdue == 1
    assert past.pk
    assert (other.user_id, date(2026, 11, 1), "won") not in cells(date(2026, 12, 1))
    assert (other.user_id, date(2026, 11, 1), "won") in cells(date(2026, 12, 1), months_back=1)


def test_a_stage_without_a_probability_weighs_nothing_and_says_so(reps):
    Stage.objects.create(key="own", label="独自", position=9)
    deal = create(reps[0], "2026-11-20 10:00", values={"amount": 5})
    Deal.objects.filter(pk=deal.pk).update(stage=Stage.objects.get(key="own"))
    assert cells() == {(reps[0].user_id, None, "own"): (1, 0, 5, None)}


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["hearing", "proposal", "verbal", "won", "lost"]),
        st.none() | st.integers(0, 10**9),
        st.none() | st.dates(date(2026, 10, 1), date(2027, 4, 30)),
        st.booleans(),
    ),
    max_size=12,
)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(DEALS)
def test_every_yen_is_in_one_cell(reps, rows):
    Deal.objects.all().delete()
    stages = {stage.key: stage for stage in Stage.objects.all()}
    user = User.objects.get(pk=reps[0].user_id)
    at = local("2026-11-20 10:00")
    expected = defaultdict(lambda: [0, 0])
    for k, (key, amount, day, pending) in enumerate(rows):
        Deal.objects.create(
            system="default", external_id=str(k), stage=stages[key], amount=amount, owner=user,
            close_on=day, closed_on=day, is_pending=pending, recorded_at=at,
        )  # fmt: skip
        counts = key not in {"won", "lost"} or (key == "won" and day and day >= date(2026, 11, 1))
        if counts and not pending:
            cell = expected[(user.pk, day and day.replace(day=1), key)]
            cell[0] += 1
            cell[1] += amount or 0
    found = cells()
    assert {place: (row[0], row[2]) for place, row in found.items()} == {
        place: tuple(cell) for place, cell in expected.items()
    }
    for (_, _, key), row in found.items():
        share = (row[2] * Decimal(CHANCES[key])).quantize(Decimal(1), ROUND_HALF_EVEN)
        assert row[3] == share


def test_the_daily_report_says_what_was_entered_and_nothing_else(reps):
    rep = reps[0]
    firm, known = company(), lead("青木 翔", seen="2026-11-10 10:00")
    deal = create(rep, "2026-11-20 10:00", lead=known, values={"company": firm.pk})
    with on("2026-11-24 15:00"):
        activity_record(
            entry=Entry(
                "visit", at=local("2026-11-24 14:00"), outcome="前進", note="課題を確認した",
                next_action="見積を送る", next_action_on=date(2026, 12, 1),
            ),
            deal=deal, actor=rep,
        )  # fmt: skip
        activity_record(entry=Entry("call"), lead=known, actor=rep)
        deal_stage_move(deal=deal, stage="proposal", actor=rep)
        other = person("別の人", Role.SALES_REP)
        activity_record(entry=Entry("mail"), lead=known, actor=other)
    with translation.override("en"):
        text = daily_report(user_of(rep), TODAY)
        assert text == (
            "Daily report 2026-11-24 鈴木\n"
            "\n■ Activities\n"
            "- Visit 青葉製作所 “勤怠刷新” 前進\n"
            "  課題を確認した\n"
            "- Call 青木 翔\n"
            "\n■ Deals that moved\n"
            "- “勤怠刷新”: 提案\n"
            "\n■ What is next\n"
            "- 2026-12-01 青葉製作所 “勤怠刷新”: 見積を送る"
        )
        empty = daily_report(user_of(rep), date(2026, 11, 25))
        assert empty.endswith("Nothing was entered on this day.")
