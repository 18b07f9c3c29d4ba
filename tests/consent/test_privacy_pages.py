"""What is held about a person is told, taken out and erased through pages."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from tests.consent.consenting import ACTOR, ground, lead
from tests.consent.test_pages import signed_in, text_of
from tests.intake.importing import import_text

from teichaku.accounts.models import Role
from teichaku.accounts.role_rights import people_with_right
from teichaku.accounts.selectors import today
from teichaku.consent.erasures import erasure_ask
from teichaku.consent.models import Erasure
from teichaku.core import clock
from teichaku.core.jobs import run_one
from teichaku.core.models import AuditEntry
from teichaku.core.retention import retentions
from teichaku.core.settings import setting_read
from teichaku.intake.models import RejectedRow
from teichaku.intake.quarantine_sweep import quarantine_days, quarantine_sweep
from teichaku.notify.models import Notification

pytestmark = pytest.mark.django_db


def test_all_that_is_held_about_one_person_goes_out_and_nothing_about_others() -> None:
    person = lead("a@aoba.co.jp", name="青葉 太郎")
    ground(person, evidence="booth 12")
    ground(lead("other@aoba.co.jp", name="別の 人"))
    client = signed_in(Role.ADMINISTRATOR)
    answer = client.get(f"/privacy/leads/{person.uid}/export/")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(archive.read("person.json"))["data"]
    assert told["leads"]["lead"][0]["name"] == "青葉 太郎"
    assert told["consent"]["basis"][0]["evidence"] == "booth 12"
    assert "other@" not in json.dumps(told)
    assert archive.read("person.xlsx").startswith(b"PK")
    assert AuditEntry.objects.filter(action="consent.person_export").count() == 1


def told_of(kind: str) -> list[tuple[str, str]]:
    """Who was told of it, and where it leads."""
    rows = Notification.objects.filter(kind=kind).select_related("user").order_by("user__pk")
    return [(row.user.email, row.address) for row in rows]


def test_those_who_may_decide_are_told_and_so_is_whoever_asked() -> None:
    person = lead("a@aoba.co.jp", name="青葉 太郎")
    manager = signed_in(Role.SALES_MANAGER)
    executive, _administrator, _rep = (
        signed_in(role) for role in (Role.EXECUTIVE, Role.ADMINISTRATOR, Role.SALES_REP)
    )
    manager.post(f"/privacy/leads/{person.uid}/", {"reason": "青葉さんの手紙"})
    deciders = people_with_right("privacy.decide", today())
    emails = list(deciders.order_by("pk").values_list("email", flat=True))
    assert told_of("consent.erasure_asked") == [(email, "/privacy/") for email in emails]
    row = Erasure.objects.get()
    executive.post(f"/privacy/erasures/{row.uid}/", {"approve": "1"})
    [(_email, address)] = told_of("consent.erasure_approved")
    while run_one("test", kinds=["consent.erase"]):
        pass
    assert manager.get(address).status_code == 200
    told = Notification.objects.values_list("params", "body")
    assert "青葉" not in str(list(told))


def test_an_erasure_is_asked_for_by_one_and_approved_by_another() -> None:
    person = lead("a@aoba.co.jp", name="青葉 太郎")
    ground(person)
    manager = signed_in(Role.MARKETING_MANAGER)
    page = text_of(manager.get(f"/privacy/leads/{person.uid}/"))
    assert "What stays after erasing, and why" in page
    blank = manager.post(f"/privacy/leads/{person.uid}/", {"reason": ""})
    assert (blank.status_code, "Say why" in text_of(blank)) == (422, True)
    manager.post(f"/privacy/leads/{person.uid}/", {"reason": "asked by letter"})
    row = Erasure.objects.get()
    address = f"/privacy/erasures/{row.uid}/"
    own = manager.post(address, {"approve": "1"})
    assert (own.status_code, "Somebody else has to decide" in text_of(own)) == (422, True)
    assert "Approve and erase" not in text_of(manager.get("/privacy/"))
    executive = signed_in(Role.EXECUTIVE)
    assert "Approve and erase" in text_of(executive.get("/privacy/"))
    executive.post(address, {"approve": "1", "note": "checked"})
    while run_one("test", kinds=["consent.erase"]):
        pass
    text = text_of(executive.get("/privacy/"))
    assert "(erased person)" in text
    assert "青葉" not in text
    assert manager.get(f"/leads/{person.uid}/").status_code == 200
    assert "data are erased" in text_of(manager.get(f"/privacy/leads/{person.uid}/"))


def test_a_request_can_be_turned_down_and_sales_see_none_of_it() -> None:
    person = lead("a@aoba.co.jp", name="青葉 太郎")
    row = erasure_ask(lead=person, reason="asked", actor=ACTOR)
    client = signed_in(Role.ADMINISTRATOR)
    client.post(f"/privacy/erasures/{row.uid}/", {"reject": "1", "note": "an open order"})
    assert "an open order" in text_of(client.get("/privacy/"))
    sales = signed_in(Role.SALES_REP)
    assert sales.get("/privacy/").status_code == 403
    assert sales.get(f"/privacy/leads/{person.uid}/").status_code == 403


def test_how_long_data_are_kept_is_decided_on_a_page_and_the_sweep_follows() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert "Rows in quarantine" in text_of(client.get("/privacy/retention/"))
    told = dict.fromkeys(retentions, "60")
    wrong = client.post("/privacy/retention/", told | {"intake.quarantine_days": "3"})
    assert (wrong.status_code, 'value="3"' in text_of(wrong)) == (422, True)
    assert client.post("/privacy/retention/", told).status_code == 302
    assert setting_read(quarantine_days) == 60
    import_text("leads", "email,created_at\na@aoba.co.jp,someday\n")
    assert RejectedRow.objects.count() == 1
    assert quarantine_sweep() == 0
    with clock.moved_to(clock.now() + timedelta(days=61)):
        assert quarantine_sweep() == 1
    assert not RejectedRow.objects.exists()
