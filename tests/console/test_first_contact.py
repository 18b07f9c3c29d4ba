"""The card of the first contact: four ways, one activity, on the lead's page afterwards."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.deals.pipeline import activate, company, lead, local, on, person, user_of

from teichaku.accounts.models import Role, User
from teichaku.core import clock
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.core.settings import setting_write
from teichaku.deals.home import pipeline_home
from teichaku.deals.models import Activity
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db
NOW = "2026-11-24 10:00"


@pytest.fixture(autouse=True)
def present():
    with clock.moved_to(local(NOW)):
        yield


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


@pytest.fixture
def page(rep):
    return browser(rep)


@pytest.fixture
def known(rep):
    row = lead("青木", of=company())
    Lead.objects.update(owner=rep.user_id)
    return row


def browser(actor):
    rows = User.objects.filter(pk=actor.user_id)
    rows.update(email=f"{actor.user_id}@example.co.jp", can_sign_in=True)
    found = Client(headers={"accept-language": "en"})
    found.force_login(user_of(actor))
    return found


@pytest.mark.parametrize(
    ("way", "day", "stored"),
    [
        ("called", "", ("call", "", "", None)),
        ("mailed", "2026-11-27", ("mail", "", "Get in touch again", "2026-11-27")),
        ("no_answer", "", ("call", "つながらなかった", "", None)),
        ("scheduled", "2026/12/1", ("call", "予定を入れた", "Appointment", "2026-12-01")),
    ],
)
def test_one_card_becomes_one_activity(page, known, rep, way, day, stored):
    assert "Record the first contact" in page.get(f"/leads/{known.uid}/").content.decode()
    told = {"way": way, "next_day": day, "note": "資料を希望"}
    answer = page.post(f"/leads/{known.uid}/contact/", told)
    assert answer.status_code == 302
    row = Activity.objects.get()
    on_day = row.next_action_on.isoformat() if row.next_action_on else None
    assert (row.kind, row.outcome, row.next_action, on_day) == stored
    assert (row.lead, row.company, row.owner_id, row.note) == (
        known, known.company, rep.user_id, "資料を希望",
    )  # fmt: skip
    assert row.at == local(NOW)
    assert AuditEntry.objects.filter(action="deals.activity_record").count() == 1
    assert OutboxMessage.objects.filter(topic="deals.activities_written").count() == 1
    shown = page.get(answer.url.partition("#")[0]).content.decode()
    assert "資料を希望" in shown
    assert "Record a contact" in shown


def test_what_is_missing_is_said_and_what_was_typed_stays(page, known):
    answer = page.post(f"/leads/{known.uid}/contact/", {"way": "scheduled", "note": "来週で調整"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Enter the day of the appointment." in text
    assert "来週で調整" in text
    assert page.post(f"/leads/{known.uid}/contact/", {}).status_code == 422
    assert not Activity.objects.exists()


def test_leads_of_others_and_an_outside_pipeline_have_no_card(page, known, rep):
    other = browser(person("佐々木", Role.SALES_REP))
    assert other.get(f"/leads/{known.uid}/contact/").status_code == 404
    assert "contact/" not in other.get(f"/leads/{known.uid}/").content.decode()
    setting_write(declaration=pipeline_home, value="salesforce", actor=rep)
    assert page.get(f"/leads/{known.uid}/contact/").status_code == 404


def test_the_card_asks_the_database_little(page, known, django_assert_max_num_queries):
    activate("2026-11-01 09:00")
    with on("2026-11-24 11:00"), django_assert_max_num_queries(20):
        page.get(f"/leads/{known.uid}/contact/")


def test_only_who_may_write_deals_is_offered_to_create_one(page, known):
    address = f"/deals/new/?lead={known.uid}"
    assert address in page.get(f"/leads/{known.uid}/").content.decode()
    for role in (Role.MARKETER, Role.EXECUTIVE, Role.COACH):
        assert (
            address
            not in browser(person(str(role), role)).get(f"/leads/{known.uid}/").content.decode()
        )
