"""Public exports, brought in by guess alone, and what each file of a real folder is taken for."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from tests.intake.importing import ACTOR

from teichaku.accounts.models import User
from teichaku.deals.models import Deal
from teichaku.intake.guess import guess_file
from teichaku.intake.guess_folder import guess_folder
from teichaku.intake.services import import_file
from teichaku.leads.models import Company, Lead

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
OLIST = DATA / "olist_marketing_funnel"
CRM = DATA / "crm_sales_opportunities"
EXPORTS = DATA / "crm_exports"
JAPAN = DATA / "japan"

pytestmark = pytest.mark.django_db


def needs(folder: Path) -> pytest.MarkDecorator:
    name = folder.name
    return pytest.mark.skipif(not folder.is_dir(), reason=f"{name} is not in ../shared/data")


def import_folder(folder: Path) -> list[tuple[str, int, int, int]]:
    done = []
    for step in guess_folder(folder.glob("*.csv")).steps:
        assert step.certain, step
        report = import_file(
            entity=step.file_map.entity, path=step.path, actor=ACTOR, file_map=step.file_map
        )
        done.append((report.entity, report.read, report.rejected, report.unlinked))
    return done


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@needs(OLIST)
def test_the_olist_funnel():
    assert import_folder(OLIST) == [("leads", 8000, 0, 0), ("deals", 842, 0, 0)]
    rows = rows_of(OLIST / "olist_marketing_qualified_leads_dataset.csv")
    origins = Counter(row["origin"] for row in rows)
    assert Counter(Lead.objects.values_list("source", flat=True)) == origins
    won = Deal.objects.filter(stage__kind="won", lead__isnull=False)
    assert won.count() == won.values("lead").distinct().count() == 842
    closed = rows_of(OLIST / "olist_closed_deals_dataset.csv")
    days = {row["mql_id"]: row["won_date"][:10] for row in closed}
    assert {d.external_id: d.closed_on.isoformat() for d in won} == days
    sellers = Counter(row["sr_id"] for row in closed)
    assert Counter(won.values_list("owner__name", flat=True)) == sellers


@needs(CRM)
def test_the_crm_opportunities():
    assert import_folder(CRM) == [
        ("users", 35, 0, 0),
        ("companies", 85, 0, 0),
        ("deals", 8800, 0, 8800),
    ]
    kinds = Counter(Deal.objects.values_list("stage__kind", flat=True))
    assert kinds == {"won": 4238, "lost": 2473, "open": 1589 + 500}
    rows = rows_of(CRM / "sales_pipeline.csv")
    revenue = sum(int(row["close_value"]) for row in rows if row["deal_stage"] == "Won")
    won = Deal.objects.filter(stage__kind="won")
    assert sum(won.values_list("amount", flat=True)) == revenue == 10_005_534
    assert Company.objects.count() == 85
    agents = Counter(row["sales_agent"] for row in rows)
    assert Counter(Deal.objects.values_list("owner__name", flat=True)) == agents
    # Five agents of the list own no deals; six managers are people too.
    assert User.objects.filter(name__in=agents).count() == 30
    assert not Deal.objects.filter(stage__kind="open", closed_on__isnull=False).exists()


@needs(CRM)
def test_files_that_are_no_records_are_named():
    others = {file.path.name for file in guess_folder(CRM.glob("*.csv")).others}
    assert others == {"products.csv", "data_dictionary.csv"}


# Judged by eye from the columns; what is not listed must not come in unasked.
KNOWN = {
    "hubspot_fivetran": {
        "company_data": "companies", "contact_data": "leads", "deal_data": "deals",
        "deal_stage_data": "stages", "email_event_data": "events", "owner_data": "users",
        "users_data": "users", "contact_form_submission_data": "events",
        "engagement_call_data": "activities", "engagement_communication_data": "activities",
        "engagement_email_data": "activities", "engagement_meeting_data": "activities",
        "engagement_note_data": "activities", "engagement_task_data": "activities",
    },
    "salesforce_fivetran": {
        "sf_account_data": "companies", "sf_contact_data": "leads", "sf_lead_data": "leads",
        "sf_event_data": "activities", "sf_task_data": "activities",
        "sf_opportunity_data": "deals", "sf_opportunity_history_data": "stages",
        "sf_user_data": "users",
    },
    "marketo_fivetran": {
        "marketo_lead_data": "leads", "marketo_activity_click_email_data": "events",
        "marketo_activity_open_email_data": "events",
        "marketo_activity_unsubscribe_email_data": "events",
    },
    "mautic_fixtures": {
        "10contacts": "leads", "contacts": "leads", "fakecompanydata": "companies",
        "fakeleaddata": "leads",
    },
    "salesforce_dataloader": {"opportunity_success0413060133": "deals"},
}  # fmt: skip


@needs(EXPORTS)
@pytest.mark.parametrize("tool", KNOWN)
def test_every_file_of_an_export(tool):
    folder = guess_folder((EXPORTS / tool).glob("*.csv"))
    certain = {file.path.stem: file.guess.entity for file in folder.files if file.guess.certain}
    assert certain == KNOWN[tool]


@needs(JAPAN)
@pytest.mark.parametrize("name", ["dummy_persons_utf8.csv", "dummy_persons_cp932.csv"])
def test_dummy_persons(name):
    path = JAPAN / name
    guess = guess_file(path)
    report = import_file(entity="leads", path=path, actor=ACTOR, file_map=guess.file_map)
    assert (report.created + report.merged, report.rejected) == (5000, 0)
    lead = Lead.objects.get(email="hina3588@bbap.ll")
    assert (lead.name, lead.kana) == ("大熊 日菜", "オオクマ ヒナ")
    assert "パスワード" in guess.unmapped
    assert not any("07087338" in str(row.attributes) for row in Lead.objects.all()[:50])
