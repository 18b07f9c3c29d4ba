"""Olist's funnel from its files to the shared KPIs, beside pandas on the same files."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pandas as pd
import pytest
from tests.cli.conftest import Cli
from tests.real.exports import HERE, interval
from tests.real.test_olist import DEALS, FOLDER, MQLS, PER_MONTH, bring_in

from teichaku.core import clock

TODAY = "2018-12-01"
NOW = datetime(2018, 12, 1, 12, tzinfo=timezone(timedelta(hours=-3)))
WON_PER_COHORT = [0, 2, 9, 7, 14, 18, 11, 152, 149, 167, 183, 130]
BY_ORIGIN = {
    "organic_search": (2296, 271), "paid_search": (1586, 195), "social": (1350, 75),
    "unknown": (1099, 179), "direct_traffic": (499, 56), "email": (493, 15),
    "referral": (284, 24), "other": (150, 4), "display": (118, 6), "other_publicities": (65, 3),
    None: (60, 14),
}  # fmt: skip
MOST_DEALS = {"4ef15afb": 133, "d3d1e91a": 82, "6565aa9c": 74, "85fc447d": 64, "495d4e95": 63}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the Olist files are not in ../shared/data"),
]


def funnel() -> pd.DataFrame:
    """Every MQL with the day on which it was won, in whole days."""
    mqls = pd.read_csv(MQLS, parse_dates=["first_contact_date"])
    deals = pd.read_csv(DEALS, parse_dates=["won_date"])
    whole = mqls.merge(deals, on="mql_id", how="left")
    whole["won_day"] = whole.won_date.dt.normalize()
    whole["wait"] = (whole.won_day - whole.first_contact_date).dt.days
    return whole.assign(month=whole.first_contact_date.dt.strftime("%Y-%m"))


def rates(part: pd.DataFrame, *, window: int, today: str) -> tuple[int, int, int, int]:
    """MQLs, matured, opportunities, won; by pandas."""
    day = pd.Timestamp(today)
    part = part[part.first_contact_date <= day]
    ripe = part[part.first_contact_date + pd.Timedelta(days=window) <= day]
    won = int((part.won_day <= day).sum())
    return len(part), len(ripe), int((ripe.wait <= window).sum()), won


def figures(answer: dict) -> tuple[int, int, int, int]:
    rate, close = answer["opportunity_rate"], answer["close_rate"]
    assert answer["mql_count"]["value"] == rate["n"] == close["n"]
    part, whole = rate["opportunities"], rate["matured"]
    if whole:
        assert rate["value"] == pytest.approx(part / whole, abs=1e-12)
        assert (rate["low"], rate["high"]) == pytest.approx(interval(part, whole), abs=1e-6)
    else:
        assert rate["value"] is rate["low"] is rate["high"] is None
    return rate["n"], whole, part, close["won"]


@pytest.mark.parametrize("rulebook", [False, True], ids=["without a rulebook", "with one"])
def test_from_the_files_to_the_kpis(cli: Cli, rulebook: bool) -> None:
    with clock.moved_to(NOW):
        bring_in()
        if rulebook:  # its zone is twelve hours away from the usual one, and its window 30 days
            assert cli("rulebook", "activate", HERE / "olist.yaml").code == 0
        window = 30 if rulebook else 90
        whole = funnel()
        answer = cli("kpi", "--json").json()
        assert (answer["as_of"], answer["window_days"]) == ("2018-12-01" if rulebook else
                                                            "2018-12-02", window)  # fmt: skip
        months = {m["month"]: m["value"] for m in answer["mql_count"]["by_month"]}
        assert months == PER_MONTH == whole.month.value_counts().to_dict()
        assert figures(answer) == rates(whole, window=window, today=TODAY)
        assert figures(answer) == (8000, 8000, 555 if rulebook else 692, 842)
        close = answer["close_rate"]
        assert close["value"] == pytest.approx(0.10525, abs=1e-12)
        assert (close["low"], close["high"]) == pytest.approx(interval(842, 8000), abs=1e-6)
        assert (answer["win_rate"]["won"], answer["win_rate"]["value"]) == (842, 1.0)
        assert (answer["recycled"]["value"], answer["links"]) == (0, {"deals": 842, "linked": 842})
        by_origin(cli, whole, window)
        by_month(cli)
        by_person(cli)


def by_origin(cli: Cli, whole: pd.DataFrame, window: int) -> None:
    answer = cli("kpi", "--by", "lead.source", "--json").json()
    found = {group["key"]: figures(group) for group in answer["groups"]}
    assert {key: (n, won) for key, (n, _, _, won) in found.items()} == BY_ORIGIN
    for origin, sums in found.items():
        part = whole[whole.origin.isna() if origin is None else whole.origin == origin]
        assert sums == rates(part, window=window, today=TODAY)
    assert answer["groups"][-1]["key"] is None
    # pages are texts that a lead has of its own
    pages = cli("kpi", "--by", "lead.landing_page", "--json").json()["groups"]
    best = {g["key"][:8]: (g["close_rate"]["won"], g["mql_count"]["value"]) for g in pages}
    assert (best["40dec9f3"], best["b76ef374"], len(best)) == ((67, 330), (171, 912), 495)


def by_month(cli: Cli) -> None:
    groups = cli("kpi", "--by", "month", "--json").json()["groups"]
    # months of contact, and after the last of them months in which deals were only won
    assert [group["close_rate"]["won"] for group in groups[:12]] == WON_PER_COHORT
    assert [group["key"] for group in groups[:12]] == list(PER_MONTH)
    won = {group["key"]: group["win_rate"]["won"] for group in groups}
    assert (won["2017-12"], won["2018-04"], won["2018-11"]) == (3, 207, 6)
    assert [round(group["close_rate"]["value"], 4) for group in groups[7:12]] == [
        0.1332, 0.1449, 0.1422, 0.1354, 0.0998,
    ]  # fmt: skip


def by_person(cli: Cli) -> None:
    groups = cli("kpi", "--by", "owner.name", "--json").json()["groups"]
    won = {group["key"][:8]: group["win_rate"]["won"] for group in groups if group["key"]}
    assert len(won) == 22
    assert MOST_DEALS.items() <= won.items()


def test_an_earlier_day_leaves_the_young_out(cli: Cli) -> None:
    with clock.moved_to(NOW):
        bring_in()
        whole = funnel()
        for day in ("2018-04-15", "2018-05-31", "2017-06-13"):
            answer = cli("kpi", "--as-of", day, "--by", "lead.source", "--json").json()
            assert figures(answer) == rates(whole, window=90, today=day)
            for group in answer["groups"]:
                source = group["key"]
                part = whole[whole.origin.isna() if source is None else whole.origin == source]
                assert figures(group) == rates(part, window=90, today=day)
        cohorts(cli("kpi", "--as-of", "2018-05-31", "--json").json(), whole)


def cohorts(answer: dict, whole: pd.DataFrame) -> None:
    for cohort in answer["cohorts"]:
        part = whole[whole.month == cohort["month"]]
        sums = (cohort["n"], cohort["matured"], cohort["opportunities"])
        assert sums == rates(part, window=90, today="2018-05-31")[:3]
        last = part.first_contact_date.max().date() + timedelta(days=90)
        young = last > date(2018, 5, 31)
        assert cohort["judged_on"] == (last.isoformat() if young else None)
        assert (cohort["estimate"] is not None) == young
        if young:  # what became of the whole month in the end lies within the interval
            end = int((part.wait <= 90).sum()) / len(part)
            assert cohort["estimate"]["low"] <= end <= cohort["estimate"]["high"]
