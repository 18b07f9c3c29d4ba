"""The list of deals standing still on public CRM data, counted by pandas from the same files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from django.utils import translation
from tests.intake.importing import ACTOR
from tests.real.exports import DATA

from teichaku.checklist.diagnosis_day import day_to_judge
from teichaku.checklist.diagnosis_import import folder_files, folder_import
from teichaku.checklist.diagnosis_names import names_for
from teichaku.checklist.pain_list_deals import stalled_deals
from teichaku.checklist.pain_lists import Asked
from teichaku.core import clock
from teichaku.rulebook.selectors import zone_in_force

FOLDER = DATA / "crm_sales_opportunities"
LAST = date(2017, 12, 31)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the CRM files are not in ../shared/data"),
]


def test_open_deals_past_their_date(tmp_path: Path) -> None:
    """Open deals get the date and the amount that the file lacks: 75 days, the list price."""
    deals = pd.read_csv(FOLDER / "sales_pipeline.csv")
    prices = pd.read_csv(FOLDER / "products.csv").set_index("product")["sales_price"]
    prices["GTXPro"] = prices["GTX Pro"]
    engaged = deals["deal_stage"] == "Engaging"
    due = pd.to_datetime(deals["engage_date"]) + pd.Timedelta(days=75)
    deals.loc[engaged, "close_date"] = due[engaged].dt.strftime("%Y-%m-%d")
    deals.loc[engaged, "close_value"] = deals.loc[engaged, "product"].map(prices)
    deals["close_value"] = deals["close_value"].astype("Int64")
    deals.to_csv(tmp_path / "sales_pipeline.csv", index=False)
    for name in ("sales_teams.csv", "accounts.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    with translation.override("en"):
        folder_import(folder_files(tmp_path), actor=ACTOR)
        pain = stalled_deals(Asked(LAST, clock.now(), zone_in_force(), names_for(hide=False)))
    past = deals[engaged & (due < pd.Timestamp(LAST))]
    rows = [row for row in pain.rows if "past its close date" in str(row.cells[3])]
    assert len(rows) == len(past) > 500
    assert sum(row.amount or 0 for row in rows) == int(past["close_value"].sum())
    nothing = deals[deals["deal_stage"] == "Prospecting"]
    assert (pain.count, pain.whole) == (len(past) + len(nothing), 2_089)
    owners = {line.owner: line.count for line in pain.owners}
    assert owners == pd.concat([past, nothing])["sales_agent"].value_counts().to_dict()


def test_an_old_export_is_judged_as_of_its_end() -> None:
    folder_import(folder_files(FOLDER), actor=ACTOR)
    assert day_to_judge(date(2026, 11, 22), zone_in_force()) == LAST
    assert day_to_judge(date(2018, 1, 15), zone_in_force()) == date(2018, 1, 15)
