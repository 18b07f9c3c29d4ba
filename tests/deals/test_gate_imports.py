"""New deals of a file pass the same check; history is recorded, mirrored pipelines are let in."""

from __future__ import annotations

from datetime import date

import pytest
from tests.deals.pipeline import activate, create, on, person
from tests.intake.importing import ACTOR, import_rows, import_text

from teichaku.accounts.models import Role
from teichaku.core.errors import Conflict
from teichaku.core.settings import setting_write
from teichaku.deals.home import pipeline_home
from teichaku.deals.models import Deal, GateDecision
from teichaku.intake.models import RejectedRow

pytestmark = pytest.mark.django_db

EVENT = {"external_id": "e1", "lead": "1", "at": "2026-11-10", "type": "page_view"}


def deal(name, **more):
    return {"external_id": name, "created_on": "2026-11-20", "lead": "", **more}


@pytest.fixture
def known():
    with on("2026-11-15 10:00"):
        import_rows("leads", [{"external_id": "1"}, {"external_id": "2"}])
        import_rows("events", [EVENT])


def bring(*rows, **options):
    with on("2026-11-20 18:00"):
        return import_rows("deals", rows, **options)


def decisions():
    rows = GateDecision.objects.order_by("deal__external_id", "pk")
    return list(rows.values_list("deal__external_id", "result", "source", "taken"))


def test_rows_without_a_known_lead_go_into_quarantine_with_the_reason(known):
    activate("2026-11-01 09:00")
    report = bring(deal("D1", lead="1"), deal("D2", lead="2"), deal("D3"))
    assert (report.created, report.rejected) == (1, 2)
    assert list(Deal.objects.values_list("external_id", "source")) == [("D1", "import")]
    rows = RejectedRow.objects.order_by("line")
    assert [(row.reason, row.raw["external_id"]) for row in rows] == [
        ("gate_refused", "D2"),
        ("gate_refused", "D3"),
    ]
    assert "G-link" in rows[0].message
    refused = GateDecision.objects.filter(deal=None)
    assert [row.failing for row in refused.order_by("pk")] == [
        [["no_event_before", "lead"]],
        [["no_lead", "lead"]],
    ]
    assert ("D1", "allow", "import", "") in decisions()


def test_a_corrected_file_brings_the_rest_in(known):
    activate("2026-11-01 09:00")
    bring(deal("D1"), deal("D2", lead="1"))
    report = bring(deal("D1", lead="1"), deal("D2", lead="1"))
    assert (report.created, report.unchanged, report.rejected) == (1, 1, 0)


def test_imported_history_is_recorded_and_let_in(known):
    activate("2026-11-01 09:00")
    old = [deal("D1", created_on="2026-10-31"), deal("D2", created_on="2026-10-31", lead="1")]
    report = bring(*old)
    assert (report.created, report.rejected) == (2, 0)
    # D2's lead first did something later, so it is recorded as well
    assert decisions() == [("D1", "record", "import", ""), ("D2", "record", "import", "")]


@pytest.mark.parametrize(
    ("mode", "told"), [("shadow", ("record", "")), ("warn", ("warn", "imported"))]
)
def test_softer_modes_let_everything_in(known, mode, told):
    activate("2026-11-01 09:00", mode=mode)
    assert bring(deal("D1")).created == 1
    assert decisions() == [("D1", told[0], "import", told[1])]


def test_deals_of_another_system_have_their_home_there(known):
    activate("2026-11-01 09:00")
    file_map = "entity: deals\nsystem: sfa\ncolumns: {external_id: external_id, created_on: day}\n"
    with on("2026-11-20 18:00"):
        report = import_text("deals", "external_id,day\nD1,2026-11-20\n", file_map=file_map)
    assert (report.created, report.rejected) == (1, 0)
    assert not GateDecision.objects.exists()


def test_while_another_tool_is_the_home_imports_pass_and_nothing_is_entered_here(known):
    activate("2026-11-01 09:00")
    setting_write(declaration=pipeline_home, value="Salesforce", actor=ACTOR)
    assert bring(deal("D1")).created == 1
    with pytest.raises(Conflict, match="Salesforce"):
        create(person("鈴木", Role.SALES_REP), "2026-11-20 10:00")


def test_the_check_costs_no_statement_per_row(known, django_assert_max_num_queries):
    activate("2026-11-01 09:00")
    rows = [deal(f"D{k}", lead=str(1 + k % 3)) for k in range(60)]
    with django_assert_max_num_queries(90):
        report = bring(*rows)
    assert (report.created, report.rejected) == (20, 40)


def test_a_dry_run_tells_the_same_and_leaves_nothing(known):
    activate("2026-11-01 09:00")
    report = bring(deal("D1"), deal("D2", lead="1"), dry_run=True)
    assert (report.created, report.rejected) == (1, 1)
    assert not Deal.objects.exists()
    assert not GateDecision.objects.exists()
    assert Deal.objects.filter(created_on=date(2026, 11, 20)).count() == 0
