"""A pipeline of 8,800 deals from its files to win rates, beside pandas on the same files."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.cli.conftest import Cli
from tests.real.exports import DATA, import_real, interval

FOLDER = DATA / "crm_sales_opportunities"
PER_MONTH = [0.8207, 0.4863, 0.5441, 0.8284, 0.4912, 0.5682, 0.7921, 0.4929, 0.5286, 0.7849]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the CRM files are not in ../shared/data"),
]


def bring_in() -> None:
    files = (("users", "sales_teams"), ("companies", "accounts"), ("deals", "sales_pipeline"))
    for entity, name in files:
        report = import_real(entity, FOLDER / f"{name}.csv", "crm.yaml")
        assert report.rejected == 0


def pipeline() -> pd.DataFrame:
    """Every closed deal beside its agent's team and its account."""
    deals = pd.read_csv(FOLDER / "sales_pipeline.csv")
    teams = pd.read_csv(FOLDER / "sales_teams.csv")
    accounts = pd.read_csv(FOLDER / "accounts.csv")
    whole = deals.merge(teams, on="sales_agent").merge(accounts, on="account", how="left")
    closed = whole[whole.deal_stage.isin(["Won", "Lost"])].copy()
    closed["month"] = closed.close_date.str[:7]
    return closed.assign(won=closed.deal_stage == "Won")


def wins(answer: dict, *, but_empty: bool = False) -> dict[object, tuple[int, int]]:
    return {
        group["key"]: (group["win_rate"]["won"], group["win_rate"]["lost"])
        for group in answer["groups"]
        if not but_empty or group["key"] is not None
    }


def counted(closed: pd.DataFrame, column: str) -> dict[object, tuple[int, int]]:
    sums = closed.groupby(column).won.agg(["sum", "count"])
    return {key: (int(won), int(n - won)) for key, won, n in sums.itertuples()}


def test_from_the_files_to_the_win_rates(cli: Cli) -> None:
    bring_in()
    closed = pipeline()
    answer = cli("kpi", "--json").json()
    rate = answer["win_rate"]
    assert (rate["won"], rate["lost"]) == (4238, 2473)
    assert rate["value"] == pytest.approx(closed.won.mean(), abs=1e-12)
    assert round(rate["value"], 4) == 0.6315
    assert (rate["low"], rate["high"]) == pytest.approx(interval(4238, 6711), abs=1e-6)
    assert answer["mql_count"] == {"value": 0, "by_month": []}
    assert answer["opportunity_rate"]["value"] is answer["close_rate"]["value"] is None
    assert answer["links"] == {"deals": 8800, "linked": 0}
    breakdowns = {
        "owner.name": "sales_agent",
        "owner.manager": "manager",
        "owner.team": "regional_office",
        "company.sector": "sector",
        "company.name": "account",
        "deal.product": "product",
        "month": "month",
    }
    for by, column in breakdowns.items():
        found = cli("kpi", "--by", by, "--json").json()
        assert found["win_rate"] == rate
        mine = {key: both for key, both in wins(found).items() if both != (0, 0)}
        assert mine == counted(closed, column), by
    some_by_name(cli)


def some_by_name(cli: Cli) -> None:
    """Figures that were published with the data."""
    agents = wins(cli("kpi", "--by", "owner.name", "--json").json())
    assert len(agents) == 30
    assert agents["Hayden Neloms"] == (107, 45)
    assert agents["Lajuana Vencill"] == (127, 104)
    managers = wins(cli("kpi", "--by", "owner.manager", "--json").json())
    assert managers["Cara Losch"] == (480, 265)
    regions = wins(cli("kpi", "--by", "owner.team", "--json").json())
    assert regions == {"Central": (1629, 975), "East": (1171, 687), "West": (1438, 811)}
    months = cli("kpi", "--by", "month", "--json").json()["groups"]
    assert [group["key"] for group in months] == [f"2017-{n:02d}" for n in range(3, 13)]
    assert [round(group["win_rate"]["value"], 4) for group in months] == PER_MONTH


def test_an_earlier_day_knows_no_later_decision(cli: Cli) -> None:
    bring_in()
    closed = pipeline()
    for day in ("2017-06-30", "2017-07-01", "2017-02-28"):
        found = cli("kpi", "--as-of", day, "--json").json()["win_rate"]
        known = closed[closed.close_date <= day]
        assert (found["won"], found["lost"]) == (known.won.sum(), (~known.won).sum())
        assert found["value"] == (pytest.approx(known.won.mean()) if len(known) else None)
