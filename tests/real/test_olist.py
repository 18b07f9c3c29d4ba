"""Olist's funnel from its files to a backtest, beside figures counted from the same files."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from tests.cli.conftest import Cli
from tests.real.exports import DATA, HERE, import_real, interval, rows_of

from teichaku.core import clock
from teichaku.leads.models import Lead
from teichaku.scoring.models import DirtyLead, Qualification, Score

FOLDER = DATA / "olist_marketing_funnel"
MQLS = FOLDER / "olist_marketing_qualified_leads_dataset.csv"
DEALS = FOLDER / "olist_closed_deals_dataset.csv"
RULES = HERE / "olist.yaml"
BRAZIL = timezone(timedelta(hours=-3))
NOW = datetime(2018, 12, 1, tzinfo=BRAZIL)
WINDOW = 30
PER_MONTH = {
    "2017-06": 4, "2017-07": 239, "2017-08": 386, "2017-09": 312, "2017-10": 416, "2017-11": 445,
    "2017-12": 200, "2018-01": 1141, "2018-02": 1028, "2018-03": 1174, "2018-04": 1352,
    "2018-05": 1303,
}  # fmt: skip

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the Olist files are not in ../shared/data"),
]


def bring_in() -> list[tuple[int, int]]:
    """What changed and what did not, per file."""
    reports = [
        import_real(entity, path, "olist.yaml")
        for entity, path in (("leads", MQLS), ("events", MQLS), ("deals", DEALS))
    ]
    assert [(r.rejected, r.unlinked) for r in reports] == [(0, 0)] * 3
    return [(r.created + r.updated, r.unchanged + r.duplicates) for r in reports]


def contacts() -> dict[str, date]:
    return {row["mql_id"]: date.fromisoformat(row["first_contact_date"]) for row in rows_of(MQLS)}


def wins() -> dict[str, date]:
    """The days in the file's own clock, which is what a file's date means."""
    return {row["mql_id"]: date.fromisoformat(row["won_date"][:10]) for row in rows_of(DEALS)}


def test_from_the_files_to_the_backtest(cli: Cli) -> None:
    with clock.moved_to(NOW):
        assert bring_in() == [(8000, 0), (8000, 0), (842, 0)]
        assert cli("rulebook", "activate", RULES).code == 0
        scores(cli)
        backtest(cli)
        explain(cli)
        again(cli)


def scores(cli: Cli) -> None:
    answer = cli("score", "--json").json()
    assert (answer["leads"], answer["stored"], answer["qualified"]) == (8000, True, 0)
    assert Qualification.objects.filter(source="import").count() == 8000
    searching = {"organic_search", "paid_search", "direct_traffic"}
    fit: Counter[float] = Counter()
    for row in rows_of(MQLS):
        passing = row["origin"] in {"social", "email", "display"}
        fit[30 if row["origin"] in searching else -10 if passing else 0] += 1
    assert Counter(Score.objects.values_list("fit", flat=True)) == fit
    won = Score.objects.filter(behaviour__gte=50)
    assert won.count() == 842
    lead = Lead.objects.get(identities__external_id="dac32acd4db4c29c230538b72f8dd87d")
    # the form counts at the end of 1 February: in summer time 02:00 UTC of the 2nd
    age = NOW - datetime(2018, 2, 2, 2, tzinfo=UTC) + timedelta(microseconds=1)
    faded = 20 * 0.5 ** (age / timedelta(days=90))
    assert Score.objects.get(lead=lead).behaviour == round(faded, 6)


def backtest(cli: Cli) -> None:
    found = cli("backtest", "--rulebook", RULES, "--json").json()
    first, won = contacts(), wins()
    by_hand = Counter(f"{day:%Y-%m}" for day in first.values())
    assert by_hand == PER_MONTH
    assert {m["month"]: m["qualified"] for m in found["by_month"]} == by_hand
    assert (found["leads"], found["qualified"]) == (8000, 8000)
    in_time = sum((won[lead] - first[lead]).days <= WINDOW for lead in won)
    assert in_time == 555
    assert found["opportunities"] == in_time
    rate = found["opportunity_rate"]
    assert (rate["value"], rate["matured"], rate["n"]) == (in_time / 8000, 8000, 8000)
    assert (rate["low"], rate["high"]) == pytest.approx(interval(in_time, 8000), abs=1e-6)
    assert (found["wins"], found["win_rate"]["won"], found["win_rate"]["lost"]) == (842, 842, 0)
    assert found["win_rate"]["value"] == 1.0
    # one deal was won before the lead's first contact
    early = sum(won[lead] < first[lead] for lead in won)
    assert found["missed_wins"] == {"missed": early, "winners": 842}
    assert early == 1
    one_month(cli, first, won)


def one_month(cli: Cli, first: dict[str, date], won: dict[str, date]) -> None:
    span = ("--from", "2018-03-01", "--to", "2018-04-01")
    found = cli("backtest", "--rulebook", RULES, *span, "--json").json()
    cohort = {lead for lead, day in first.items() if (day.year, day.month) == (2018, 3)}
    in_time = sum((won[lead] - first[lead]).days <= WINDOW for lead in cohort & won.keys())
    assert (found["qualified"], found["opportunities"]) == (1174, in_time)
    assert found["wins"] == 167
    with clock.moved_to(datetime(2018, 4, 10, tzinfo=BRAZIL)):
        young = cli("backtest", "--rulebook", RULES, *span, "--json").json()
    matured = sum(day <= date(2018, 3, 11) for lead, day in first.items() if lead in cohort)
    assert young["opportunity_rate"]["matured"] == matured


def explain(cli: Cli) -> None:
    lead = "olist:5420aad7fec3549a85876ba1c529bd84"
    found = cli("explain", lead, "--json").json()
    assert [r["rule"] for r in found["reasons"] if r["kind"] == "award"] == ["S-1", "S-2"]
    assert sum(r["points"] for r in found["reasons"]) == pytest.approx(found["total"], abs=1e-9)
    [qualified] = found["qualified"]
    [recorded] = found["recorded"]
    day = contacts()[lead.partition(":")[2]]
    assert (qualified["at"][:10], recorded["at"][:10]) == (str(day), str(day))
    assert (qualified["source"], recorded["source"]) == ("engine", "import")


def again(cli: Cli) -> None:
    """The same files once more change nothing, and nothing is due."""
    marks = list(DirtyLead.objects.order_by("lead_id").values_list())
    before = cli("backtest", "--rulebook", RULES, "--json").json()
    assert bring_in() == [(0, 8000), (0, 8000), (0, 842)]
    assert list(DirtyLead.objects.order_by("lead_id").values_list()) == marks
    assert cli("score", "--json").json()["qualified"] == 0
    assert Qualification.objects.count() == 8000
    assert cli("backtest", "--rulebook", RULES, "--json").json() == before
