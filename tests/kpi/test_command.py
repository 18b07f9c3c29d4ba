"""``teichaku kpi``: the object that programs read, and the tables that people read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Cli, cli, write

from teichaku.core import clock

__all__ = ["cli", "write"]
pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 9, 30, 3, tzinfo=UTC)
LEADS = "external_id,source,mql_at\n" + "".join(
    f"A{n},web,2026-05-0{n}\n" for n in range(1, 5)
) + "B1,,2026-09-10\nB2,展示会,2026-09-20\n"  # fmt: skip
DEALS = """\
external_id,lead,stage,created_on,closed_on
1,A1,won,2026-05-20,2026-06-01
2,A2,lost,2026-07-01,2026-08-01
3,B1,negotiation,2026-09-10,
"""
RATE = {"value", "low", "high"}


@pytest.fixture
def company(cli: Cli, write) -> None:
    for entity, text in (("leads", LEADS), ("deals", DEALS)):
        path: Path = write(f"{entity}.csv", text)
        assert cli("import", entity, path).code == 0


def test_the_object(cli: Cli, company: None) -> None:
    found = cli("kpi", "--as-of", "2026-09-30", "--by", "lead.source", "--json").json()
    assert found["mql_count"] == {
        "value": 6,
        "by_month": [
            {"month": "2026-05", "value": 4}, {"month": "2026-06", "value": 0},
            {"month": "2026-07", "value": 0}, {"month": "2026-08", "value": 0},
            {"month": "2026-09", "value": 2},
        ],
    }  # fmt: skip
    contract = {
        "mql_count": {"value", "by_month"},
        "opportunity_rate": RATE | {"n", "matured", "opportunities"},
        "close_rate": RATE | {"n", "won"},
        "win_rate": RATE | {"won", "lost"},
    }
    for figures in (found, *found["groups"]):
        assert {name: set(figures[name]) for name in contract} == contract
    assert [set(group) for group in found["groups"]] == [{"key", *contract}] * 3
    assert [group["key"] for group in found["groups"]] == ["web", "展示会", None]
    rate = found["opportunity_rate"]
    assert (rate["n"], rate["matured"], rate["opportunities"], rate["value"]) == (6, 4, 2, 0.5)
    # rates are whole, not shortened for the eye
    assert found["close_rate"]["value"] == 1 / 6
    empty = found["groups"][2]["win_rate"]
    assert empty == {"value": None, "low": None, "high": None, "won": 0, "lost": 0}
    may, september = found["cohorts"]
    assert (may["judged_on"], may["estimate"], may["value"]) == (None, None, 0.5)
    assert (september["matured"], september["value"]) == (0, None)
    assert september["judged_on"] == "2026-12-19"
    # half at once by themselves; of those who had waited longer than 20 days one of three more
    assert september["estimate"]["value"] == pytest.approx(1 - 1 / 2 * 2 / 3)


def test_without_a_breakdown_there_are_no_groups(cli: Cli, company: None) -> None:
    with clock.moved_to(NOW):
        found = cli("kpi", "--json").json()
    assert (found["groups"], found["as_of"], found["window_days"]) == ([], "2026-09-30", 90)


def test_the_tables(cli: Cli, company: None) -> None:
    said = cli("kpi", "--as-of", "2026-09-30", "--by", "lead.source").out
    for text in (
        "共通KPI（2026/09/30 時点の全期間）",
        "MQL数 6件",
        "商談化率（MQL→商談、90日以内） 50.0%（95%信頼区間 15.0%～85.0%）",
        "MQL 6件のうち、判定できるのは4件、商談になったのは2件",
        "受注率（MQL→受注） 16.7%",
        "受注率（決着分） 50.0%",
        "受注 1件、失注 1件",
        "判定待ち（12/19に判定） 推定 66.7%（95%信頼区間",
        "(空)",
        "50.0%（1/2）",
        "―（0/0）",
    ):
        assert text in said
    said = cli("kpi", "--as-of", "2026-09-30", "--by", "month", "--lang", "en").out
    for text in (
        "Opportunity rate (MQL to deal within 90 days): 50.0% (95% interval 15.0%–85.0%)",
        "old enough to judge: 4 of 6 MQLs; with a deal: 2",
        "pending (judged on 2026-12-19) estimate 66.7%",
        "with a lead: 3 of 3 deals",
    ):
        assert text in said


def test_before_there_is_anything(cli: Cli) -> None:
    said = cli("kpi").out
    assert "MQL数 0件" in said
    assert said.count("まだ算出できません") == 3


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--by", "lead.sorce"), 1, "lead.source"),
        (("--by", "team"), 1, "owner.team"),
        (("--as-of", "2026-02-30"), 2, "2026-02-30"),
        (("--as-of", "yesterday"), 2, "2026-11-22"),
    ],
)
def test_mistakes_name_the_way_out(
    cli: Cli, arguments: tuple[str, ...], code: int, word: str
) -> None:
    answer = cli("kpi", *arguments, "--lang", "en")
    assert (answer.code, answer.out) == (code, "")
    assert word in answer.err
