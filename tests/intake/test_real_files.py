"""Real exports with the mapping files beside the tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.intake.importing import ACTOR

from teichaku.accounts.models import User
from teichaku.deals.selectors import deal_outcomes
from teichaku.intake.mapping import mapping_for
from teichaku.intake.services import import_file
from teichaku.leads.models import Lead
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
OLIST = DATA / "olist_marketing_funnel"
HELPDESK = DATA / "helpdesk_log" / "helpdesk_events.csv"


def import_real(entity, path, mapping):
    text = (ROOT / "tests" / "mappings" / mapping).read_text(encoding="utf-8")
    return import_file(entity=entity, path=path, actor=ACTOR, file_map=mapping_for(text, entity))


@pytest.mark.skipif(not OLIST.is_dir(), reason="the Olist files are not in ../shared/data")
def test_olist_leads_events_and_deals():
    leads = OLIST / "olist_marketing_qualified_leads_dataset.csv"
    deals = OLIST / "olist_closed_deals_dataset.csv"
    for entity, path, rows in (
        ("leads", leads, 8000),
        ("events", leads, 8000),
        ("deals", deals, 842),
    ):
        report = import_real(entity, path, "olist.yaml")
        assert (report.created, report.rejected, report.unlinked) == (rows, 0, 0)
        again = import_real(entity, path, "olist.yaml")
        assert (again.created, again.updated, again.unchanged + again.duplicates) == (0, 0, rows)
    assert Lead.objects.count() == 8000
    assert User.objects.count() == 22
    won = [row for row in deal_outcomes() if row.outcome == "won"]
    assert len(won) == len({row.lead for row in won}) == 842
    by_origin = Lead.objects.filter(pk__in=[row.lead for row in won], source="organic_search")
    assert by_origin.count() == 271


@pytest.mark.skipif(not HELPDESK.is_file(), reason="the help desk's log is not in ../shared/data")
def test_a_help_desks_tickets_and_log():
    leads = import_real("leads", HELPDESK, "helpdesk.yaml")
    assert (leads.created, leads.left_out) == (4580, 21348 - 4580)
    events = import_real("events", HELPDESK, "helpdesk.yaml")
    assert (events.created, events.duplicates, events.leads_created) == (21348, 0, 0)
    assert Event.objects.filter(signature__type="call").count() == 5060
    assert import_real("events", HELPDESK, "helpdesk.yaml").duplicates == 21348
