"""The four lists and the input beside pandas: the same rows, counted another way."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from django.utils import translation
from tests.checklist.made_up_company import AS_OF, company_rows, folder_write
from tests.intake.importing import ACTOR

from teichaku.checklist.diagnosis import Diagnosis, diagnosis
from teichaku.checklist.diagnosis_import import folder_files, folder_import
from teichaku.checklist.diagnosis_names import names_for
from teichaku.checklist.pain_lists import PainList
from teichaku.core import clock

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = pd.Timestamp(AS_OF)
REPEAT = "リピート"


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    rows = {kind: pd.DataFrame(lines) for kind, lines in company_rows().items()}
    for kind, columns in {
        "deals": ("created_on", "close_on", "closed_on"),
        "leads": ("mql_at", "created_at"),
        "activities": ("next_action_on",),
    }.items():
        for column in columns:
            rows[kind][column] = pd.to_datetime(rows[kind][column].replace("", None))
    for column in ("at", "recorded_at"):
        rows["activities"][column] = pd.to_datetime(rows["activities"][column])
    rows["deals"]["amount"] = pd.to_numeric(rows["deals"]["amount"].replace("", None))
    return rows


@pytest.fixture
def found(tmp_path: Path) -> Diagnosis:
    folder = folder_write(tmp_path / "exports", company_rows())
    with clock.moved_to(NOW), translation.override("en"):
        sources = folder_import(folder_files(folder), actor=ACTOR)
        assert {source.kind for source in sources} == set(company_rows())
        assert all(source.rejected == 0 for source in sources)
        return diagnosis(as_of=AS_OF, names=names_for(hide=False), recorded_before=NOW)


def by_key(found: Diagnosis, key: str) -> PainList:
    return next(pain for pain in found.lists if pain.key == key)


def owners(pain: PainList) -> dict[str, tuple[int, int]]:
    return {line.owner: (line.count, line.amount) for line in pain.owners}


def owners_by_hand(rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {
        str(owner): (len(own), int(own["amount"].sum())) for owner, own in rows.groupby("owner")
    }


def open_deals(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The open deals with the next action that the latest activity tells."""
    deals, activities = frames["deals"], frames["activities"]
    latest = activities.sort_values(["at", "external_id"]).groupby("deal").tail(1)
    joined = deals.merge(
        latest[["deal", "next_action_on"]], left_on="external_id", right_on="deal", how="left"
    )
    return joined[~joined["stage"].isin(["won", "lost"])]


def test_deals_standing_still(found: Diagnosis, frames: dict[str, pd.DataFrame]) -> None:
    deals = open_deals(frames)
    still = deals[
        (deals["close_on"] < TODAY)
        | deals["next_action_on"].isna()
        | (deals["next_action_on"] < TODAY)
    ]
    pain = by_key(found, "stalled_deals")
    assert (pain.count, pain.whole) == (len(still), len(deals))
    assert pain.amount == int(still["amount"].sum())
    assert pain.without_amount == int(still["amount"].isna().sum())
    assert owners(pain) == owners_by_hand(still)
    assert {row.cells[0] for row in pain.rows} == set(still["name"])
    reasons = Counter(part for row in pain.rows for part in str(row.cells[3]).split(", "))
    assert reasons["past its close date"] == int((still["close_on"] < TODAY).sum())
    assert reasons["no next action"] == int(still["next_action_on"].isna().sum())
    amounts = [row.amount for row in pain.rows if row.amount is not None]
    assert amounts == sorted(amounts, reverse=True)
    assert 0 < len(still) < len(deals)


def test_the_estimate_of_amounts_nobody_entered(
    found: Diagnosis, frames: dict[str, pd.DataFrame]
) -> None:
    deals = frames["deals"]
    won, lost = deals[deals["stage"] == "won"], deals[deals["stage"] == "lost"]
    rate = len(won) / (len(won) + len(lost))
    pain = by_key(found, "stalled_deals")
    assert pain.estimate is not None
    expected = pain.without_amount * won["amount"].mean() * rate
    assert pain.estimate.amount == round(expected)


def test_leads_left_alone(found: Diagnosis, frames: dict[str, pd.DataFrame]) -> None:
    leads, deals, activities = frames["leads"], frames["deals"], frames["activities"]
    same = {"C1": "C0"}  # one company under two ids
    leads, deals = leads.replace({"company": same}), deals.replace({"company": same})
    limit = TODAY - timedelta(days=30)
    acts = activities.merge(deals, left_on="deal", right_on="external_id", suffixes=("", "_deal"))
    acts["day"] = acts["at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None).dt.normalize()
    nameless = deals[(deals["lead"] == "") & (deals["company"] != "")]
    alone = set()
    for lead in leads.itertuples():
        own = deals[deals["lead"] == lead.external_id]
        theirs = nameless[nameless["company"] == lead.company]
        busy = pd.concat([own, theirs])
        if pd.isna(lead.mql_at) or lead.mql_at > limit or (busy["stage"] != "lost").any():
            continue
        whose = acts[acts["external_id_deal"].isin(busy["external_id"])]
        days = pd.concat([busy["created_on"], busy["closed_on"], whose["day"]])
        if not (days > limit).any():
            alone.add(lead.name)
    pain = by_key(found, "hot_leads")
    assert {row.cells[0] for row in pain.rows} == alone
    assert pain.whole == int(leads["mql_at"].notna().sum())
    assert len(alone) > 3


def test_new_deals_without_a_lead(found: Diagnosis, frames: dict[str, pd.DataFrame]) -> None:
    deals = frames["deals"]
    won = deals[deals["stage"] == "won"]
    year = deals[deals["created_on"] > TODAY - timedelta(days=365)]
    new = [
        deal
        for deal in year.itertuples()
        if deal.kind != REPEAT
        and not (
            (won["company"] == deal.company)
            & (won["company"] != "")
            & (won["closed_on"] < deal.created_on)
            & (won["closed_on"] > deal.created_on - pd.DateOffset(months=24))
        ).any()
    ]
    pain = by_key(found, "unlinked_deals")
    without = [deal for deal in new if deal.lead == ""]
    assert (pain.count, pain.whole) == (len(without), len(new))
    assert {row.cells[0] for row in pain.rows} == {deal.name for deal in without}
    assert (pain.amount or 0) == sum(int(d.amount) for d in without if not pd.isna(d.amount))
    assert len(without) > 0


def test_companies_entered_twice(found: Diagnosis, frames: dict[str, pd.DataFrame]) -> None:
    pain = by_key(found, "duplicate_companies")
    rows = {frozenset(str(row.cells[0]).split(", ")): row.cells for row in pain.rows}
    one, other = "仮谷精密電機工業株式会社", "仮谷精密電器工業株式会社"
    [joined] = rows.keys() - {frozenset((one, other))}
    assert "架空山製作所" in "".join(joined)
    assert rows[joined][1:3] == ("several ids in one system", 2)
    # seven of eight letters agree
    assert rows[frozenset((one, other))][1] == "nearly the same name (88 %)"
    assert (pain.count, pain.whole) == (2, frames["companies"].shape[0] - 1)


def test_missing_input_and_lag(found: Diagnosis, frames: dict[str, pd.DataFrame]) -> None:
    deals, activities = open_deals(frames), frames["activities"]
    activities = activities[activities["recorded_at"] < pd.Timestamp(NOW)]
    lines = {line.person: line.missing for line in found.inputs.missing}
    assert lines.keys() == set(deals["owner"])
    for owner, own in deals.groupby("owner"):
        line = lines[str(owner)]
        assert (line.open, line.amount, line.close_date, line.next_action) == (
            len(own), own["amount"].isna().sum(), own["close_on"].isna().sum(),
            own["next_action_on"].isna().sum(),
        )  # fmt: skip
    hours = (activities["recorded_at"] - activities["at"]) / pd.Timedelta(hours=1)
    by_owner = hours.groupby(activities["owner"])
    assert {line.person: line.lag.median for line in found.inputs.lags} == pytest.approx(
        by_owner.median().to_dict()
    )
    assert {line.person: line.lag.late for line in found.inputs.lags} == (
        (hours > 24).groupby(activities["owner"]).sum().to_dict()
    )


def test_the_funnel_and_the_first_three(found: Diagnosis, frames: dict[str, pd.DataFrame]) -> None:
    mqls = set(frames["leads"].dropna(subset="mql_at")["external_id"])
    deals = frames["deals"]
    linked = deals[deals["lead"].isin(mqls)]
    funnel = found.kpi.funnel
    assert (funnel.leads, funnel.mqls) == (60, len(mqls))
    assert funnel.with_deal == linked["lead"].nunique()
    assert funnel.won == linked[linked["stage"] == "won"]["lead"].nunique()
    assert len(found.fixes) == 3
    richest = max((p for p in found.lists if p.count), key=lambda p: (p.worth, p.count))
    assert found.fixes[0].anchor == richest.key
    assert found.fixes[1].anchor == "checklist"
