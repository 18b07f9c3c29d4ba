"""The worked examples on the pages of the four lists and of late input."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from tests.intake.importing import import_rows, import_text

from teichaku.checklist.diagnosis_kpi import baseline
from teichaku.checklist.diagnosis_names import names_for
from teichaku.checklist.pain_list_companies import duplicate_companies
from teichaku.checklist.pain_list_deals import stalled_deals, unlinked_deals
from teichaku.checklist.pain_list_leads import hot_leads_untouched
from teichaku.checklist.pain_lists import Asked, PainList
from teichaku.core import clock
from teichaku.deals.input_state import input_lags
from teichaku.rulebook.selectors import zone_in_force

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)


def asked(**rates: float) -> Asked:
    return Asked(DAY, NOW, zone_in_force(), names_for(hide=False), **rates)


def cells(pain: PainList, *places: int) -> set[tuple[object, ...]]:
    return {tuple(row.cells[place] for place in places) for row in pain.rows}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"), clock.moved_to(NOW):
        yield


def test_hot_leads_left_alone() -> None:
    hot = {1: "09-01", 2: "09-01", 3: "09-01", 4: "10-22", 5: "09-01", 6: "09-01"}
    import_rows(
        "leads",
        [
            {"external_id": f"{n}", "name": f"見本 {n}", "mql_at": f"2026-{day}"}
            for n, day in hot.items()
        ],
    )
    import_text(
        "deals",
        "external_id,lead,stage,created_on,closed_on\n"
        "D5,5,open,2026-09-10,\nD6,6,lost,2026-09-10,2026-10-01\n",
    )
    import_text("activities", "external_id,lead,at\nA2,2,2026-10-21\nA3,3,2026-10-22\n")
    pain = hot_leads_untouched(asked(), baseline(DAY, NOW, zone_in_force()))
    assert cells(pain, 0, 5) == {("見本 1", 80), ("見本 2", 30), ("見本 6", 50)}
    assert (pain.count, pain.whole) == (3, 6)


def test_open_deals_standing_still() -> None:
    import_text(
        "deals",
        "external_id,stage,close_on,amount\n1,open,2026-11-19,1000000\n2,open,2026-11-20,\n"
        "3,open,2026-12-31,500000\n4,open,,700000\n",
    )
    import_text(
        "activities",
        "external_id,deal,at,next_action_on\na,1,2026-11-18,2026-12-01\n"
        "b,2,2026-11-01,2026-11-10\nc,3,2026-11-18,\nd,4,2026-11-25,\n",
    )
    pain = stalled_deals(asked(won_average=800_000, win_rate=0.4))
    assert cells(pain, 0, 3, 6) == {
        ("1", "past its close date", 1),
        ("2", "past its next action", 10),
        ("3", "no next action", None),
    }
    assert (pain.count, pain.whole, pain.amount, pain.without_amount) == (3, 4, 1_500_000, 1)
    assert pain.estimate is not None
    assert pain.estimate.amount == 320_000


def test_new_deals_without_a_lead() -> None:
    import_text("leads", "external_id,name\nL1,見本 一郎\n")
    import_text(
        "deals",
        "external_id,company,created_on,kind,lead,stage,closed_on\n"
        "1,A,2026-10-01,新規,,open,\n2,A,2026-10-01,リピート,,open,\n"
        "3,B,2026-10-01,,,open,\n4,A,2026-10-01,,L1,open,\n5,A,2025-11-20,,,open,\n"
        "6,B,2025-02-01,,,won,2026-03-01\n",
    )
    pain = unlinked_deals(asked())
    assert (cells(pain, 0), pain.whole) == ({("1",)}, 2)


def test_companies_entered_twice() -> None:
    names = (
        "株式会社架空山製作所", "架空山製作所（株）", "仮谷精密電機工業株式会社",
        "仮谷精密電器工業株式会社", "試沢精密工業 第1工場", "試沢精密工業 第2工場",
    )  # fmt: skip
    import_rows(
        "companies", [{"external_id": f"C{i}", "name": name} for i, name in enumerate(names)]
    )
    pain = duplicate_companies(asked())
    assert (pain.count, pain.whole) == (2, 5)
    assert {cell for (cell,) in cells(pain, 2)} == {2}


def test_late_entries() -> None:
    import_text(
        "activities",
        "external_id,at,recorded_at\n1,2026-11-16 10:00,2026-11-16 11:00\n"
        "2,2026-11-16 10:00,2026-11-17 10:00\n3,2026-11-16 10:00,2026-11-18 10:00\n"
        "4,2026-11-25 10:00,2026-11-18 10:00\n5,2026-11-16 10:00,\n",
    )
    [lag] = input_lags(before=NOW)
    assert (lag.entries, lag.median, lag.late) == (3, 24, 1)
