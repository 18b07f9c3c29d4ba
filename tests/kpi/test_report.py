"""The shared KPIs from real rows: whose MQL, which day, which value, and how many queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.intake.importing import ACTOR, import_rows, import_text

from teichaku.core import clock
from teichaku.core.errors import InvalidInput
from teichaku.core.ids import uuid7
from teichaku.deals.models import Deal
from teichaku.engine.kpi import Figures
from teichaku.engine.rulebook.load import load
from teichaku.kpi.selectors import KpiReport, kpi_report
from teichaku.leads.models import Lead
from teichaku.leads.services import merges_record
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.scoring.models import Qualification

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 9, 30, 3, tzinfo=UTC)  # noon in Tokyo
LEADS = """\
external_id,company,owner,source,created_at,mql_at,attribute.size,attribute.visited
L1,甲商事,佐藤 健,web,2026-01-10,2026-02-01,3,true
L2,甲商事,佐藤 健,web,2026-01-10,2026-02-03,3,false
L3,乙工業,鈴木 花,exhibition,2026-01-10,2026-02-05,12,true
L4,乙工業,,,2026-01-10,2026-09-01,,
L5,,鈴木 花,web,2026-01-10,,3,
"""
DEALS = """\
external_id,lead,company,owner,stage,kind,created_on,closed_on
D1,L1,,鈴木 花,won,新規,2026-02-20,2026-03-31
D2,L2,乙工業,佐藤 健,lost,新規,2026-09-01,2026-09-20
D3,L3,,佐藤 健,won,追加,2026-02-05,2026-03-01
D4,L5,,佐藤 健,won,追加,2026-02-05,2026-04-01
D5,,乙工業,鈴木 花,lost,,2026-02-05,2026-02-06
D6,L3,,佐藤 健,negotiation,新規,2026-08-01,
"""
PEOPLE = """\
name,manager,team,department
佐藤 健,田中 実,東,営業部
鈴木 花,,西,営業部
"""
Counts = tuple[int, int, int, int, int, int]


@pytest.fixture(autouse=True)
def autumn() -> Iterator[None]:
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def company() -> None:
    for entity, text in (("users", PEOPLE), ("leads", LEADS), ("deals", DEALS)):
        assert import_text(entity, text).rejected == 0


def counts(found: Figures) -> Counts:
    """MQLs, matured, opportunities, MQLs won, deals won, deals lost."""
    return (found.mqls, found.matured, found.opportunities, found.won_mqls, found.won, found.lost)


def by(name: str) -> dict[object, Counts]:
    report = kpi_report(by=name)
    assert counts(report.figures) == counts(kpi_report().figures)
    return {group.key: counts(group.figures) for group in report.groups}


def qualify(lead: Lead, at: datetime, **others: object) -> Qualification:
    return Qualification.objects.create(
        uid=uuid7(), lead=lead, at=at, source=others.pop("source", "import"), recorded_at=NOW,
        **others,
    )  # fmt: skip


def lead(name: str) -> Lead:
    return Lead.objects.get(identities__external_id=name)


def months(report: KpiReport) -> dict[str, int]:
    return {month: n for month, n in report.figures.by_month if n}


def test_the_whole(company: None) -> None:
    report = kpi_report()
    assert (report.as_of, report.window_days) == (date(2026, 9, 30), 90)
    # L4 is too young, L2's deal came after its window, D4 and D5 belong to no MQL
    assert counts(report.figures) == (4, 3, 2, 2, 3, 2)
    assert report.figures.opportunity_rate.value == pytest.approx(2 / 3)
    assert report.figures.close_rate.value == pytest.approx(2 / 4)
    assert report.figures.win_rate.value == pytest.approx(3 / 5)
    assert months(report) == {"2026-02": 3, "2026-09": 1}
    assert (report.deals, report.linked, report.recycled) == (6, 5, [])
    assert [c.month for c in report.cohorts] == ["2026-02", "2026-09"]


def test_an_earlier_day(company: None) -> None:
    assert counts(kpi_report(as_of=date(2026, 2, 4)).figures) == (2, 0, 0, 0, 0, 0)
    march = kpi_report(as_of=date(2026, 3, 1))
    assert counts(march.figures) == (3, 0, 0, 1, 1, 1)
    assert (march.deals, march.linked) == (4, 3)
    assert counts(kpi_report(as_of=date(2026, 5, 4)).figures) == (3, 2, 1, 2, 3, 1)
    assert counts(kpi_report(as_of=date(2026, 5, 6)).figures) == (3, 3, 2, 2, 3, 1)


def test_by_a_field_of_the_lead(company: None) -> None:
    assert by("lead.source") == {
        "web": (2, 2, 1, 1, 2, 1), "exhibition": (1, 1, 1, 1, 1, 0), None: (1, 0, 0, 0, 0, 1),
    }  # fmt: skip


def test_by_an_attribute_with_its_type(company: None) -> None:
    sizes = by("lead.size")
    assert sizes == {3: (2, 2, 1, 1, 2, 1), 12: (1, 1, 1, 1, 1, 0), None: (1, 0, 0, 0, 0, 1)}
    assert all(isinstance(key, int) for key in sizes if key is not None)
    assert by("lead.visited") == {
        True: (2, 2, 2, 2, 2, 0), False: (1, 1, 0, 0, 0, 1), None: (1, 0, 0, 0, 1, 1),
    }  # fmt: skip


def test_by_the_owner_of_the_lead_and_of_the_deal(company: None) -> None:
    assert by("owner.name") == {
        "佐藤 健": (2, 2, 1, 1, 2, 1), "鈴木 花": (1, 1, 1, 1, 1, 1), None: (1, 0, 0, 0, 0, 0),
    }  # fmt: skip
    assert by("owner.team") == {
        "東": (2, 2, 1, 1, 2, 1), "西": (1, 1, 1, 1, 1, 1), None: (1, 0, 0, 0, 0, 0),
    }  # fmt: skip
    assert by("owner.manager")["田中 実"] == (2, 2, 1, 1, 2, 1)
    assert by("owner.department") == {
        "営業部": (3, 3, 2, 2, 3, 2), None: (1, 0, 0, 0, 0, 0),
    }  # fmt: skip


def test_by_the_company_of_the_deal_else_of_its_lead(company: None) -> None:
    assert by("company.name") == {
        "甲商事": (2, 2, 1, 1, 1, 0), "乙工業": (2, 1, 1, 1, 1, 2), None: (0, 0, 0, 0, 1, 0),
    }  # fmt: skip


def test_by_a_field_of_the_deal_against_all_mqls(company: None) -> None:
    assert by("deal.kind") == {
        "新規": (4, 3, 1, 1, 1, 1), "追加": (4, 3, 1, 1, 2, 0), None: (4, 3, 0, 0, 0, 1),
    }  # fmt: skip
    assert by("deal.stage")["won"] == (4, 3, 2, 2, 3, 0)


def test_by_month(company: None) -> None:
    report = kpi_report(by="month")
    assert [group.key for group in report.groups] == [
        "2026-02", "2026-03", "2026-04", "2026-09",
    ]  # fmt: skip
    assert [counts(group.figures) for group in report.groups] == [
        (3, 3, 2, 2, 0, 1), (0, 0, 0, 0, 2, 0), (0, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, 1),
    ]  # fmt: skip


def test_merged_leads_are_one_mql_by_the_earlier_day(company: None) -> None:
    first, second = lead("L1"), lead("L3")
    with transaction.atomic():
        merges_record(merges={first.pk: second.pk}, actor=ACTOR, reason="test", source="test")
    report = kpi_report(by="lead.source")
    assert counts(report.figures) == (3, 2, 1, 1, 3, 2)
    assert months(report) == {"2026-02": 2, "2026-09": 1}
    assert {g.key: g.figures.mqls for g in report.groups} == {"exhibition": 1, "web": 1, None: 1}
    assert report.recycled == [], "two records of one lead are not a lead that came back"


def test_a_deal_that_waits_for_its_exception_is_in_no_figure(company: None) -> None:
    Deal.objects.filter(external_id="D1").update(is_pending=True)
    report = kpi_report()
    assert (counts(report.figures), report.deals) == ((4, 3, 1, 1, 2, 2), 5)


def test_only_what_stands_counts(company: None) -> None:
    old = Qualification.objects.get(lead=lead("L1"))
    later = qualify(lead("L1"), datetime(2026, 3, 31, 16, tzinfo=UTC), supersedes=old)
    assert months(kpi_report()) == {"2026-02": 2, "2026-04": 1, "2026-09": 1}
    qualify(lead("L1"), later.at, supersedes=later, withdrawn=True)
    assert months(kpi_report()) == {"2026-02": 2, "2026-09": 1}


def test_a_lead_that_came_back_is_counted_apart(company: None) -> None:
    document = "rulebook: 1\ntitle: any\n"
    revision = revision_save(rulebook=load(document), document=document, actor=ACTOR)
    found = {"source": "engine", "revision": revision, "behaviour": 1, "fit": 1, "total": 2}
    qualify(lead("L1"), datetime(2026, 7, 1, tzinfo=UTC), **found)
    qualify(lead("L3"), datetime(2026, 1, 20, tzinfo=UTC), **found)  # the file names L3 later
    report = kpi_report()
    assert (report.recycled, report.figures.mqls) == ([("2026-07", 1)], 4)
    assert months(report) == {"2026-01": 1, "2026-02": 2, "2026-09": 1}
    assert kpi_report(as_of=date(2026, 6, 30)).recycled == []


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Tokyo", "Pacific/Auckland", "UTC",
                                  "Asia/Kathmandu", "Pacific/Honolulu"])  # fmt: skip
@pytest.mark.parametrize("day", ["2026-03-31", "2026-01-01", "2026-07-01"])
def test_a_date_alone_stays_that_date_wherever_its_file_lives(zone: str, day: str) -> None:
    columns = "columns: {external_id: external_id, mql_at: mql_at}"
    import_text("leads", f"external_id,mql_at\nL1,{day}\n",
                file_map=f"entity: leads\ntimezone: {zone}\n{columns}\n")  # fmt: skip
    assert months(kpi_report()) == {day[:7]: 1}
    [cohort] = kpi_report(as_of=date.fromisoformat(day)).cohorts
    assert cohort.mqls == 1


def test_an_instant_counts_on_its_day_in_the_zone_of_the_rulebook() -> None:
    import_rows("leads", [{"external_id": "L1", "mql_at": "2026-03-31T15:00:00Z"}])
    assert months(kpi_report()) == {"2026-04": 1}
    document = (
        "rulebook: 1\ntitle: UTC\ntimezone: Etc/UTC\nkpis:\n  opportunity_rate:"
        " {target: 0.1, window: 60d, owner: sales_manager, by: 2026-12-31}\n"
    )
    revision = revision_save(rulebook=load(document), document=document, actor=ACTOR)
    revision_activate(revision=revision, actor=ACTOR)
    report = kpi_report()
    assert (months(report), report.window_days) == ({"2026-03": 1}, 60)


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("lead.sorce", "lead.source"),
        ("lead.sise", "lead.size"),
        ("owner.teem", "owner.team"),
        ("mont", "month"),
        ("source", "lead.source"),
        ("lead", None),
        ("", None),
        ("owner.password", None),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest(
    company: None, given: str, near: str | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        kpi_report(by=given)
    if near:
        assert near in str(refused.value)


def test_the_queries_do_not_grow(company: None) -> None:
    def queries(name: str | None) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            kpi_report(by=name)
        return len(found)

    names = (None, "month", "lead.source", "owner.team", "company.name", "deal.kind")
    before = [queries(name) for name in names]
    rows = [{"external_id": f"N{n}", "mql_at": "2026-03-01", "source": f"s{n}"} for n in range(50)]
    import_rows("leads", rows)
    assert [queries(name) for name in names] == before
    assert max(before) <= 8


def test_nothing_at_all() -> None:
    report = kpi_report(by="lead.source")
    assert counts(report.figures) == (0, 0, 0, 0, 0, 0)
    assert (report.groups, report.cohorts, report.recycled) == ([], [], [])
    assert report.figures.win_rate == (None, None, None)
