"""The pages about consent: who may be mailed and why, recorded by hand, for many, and proved."""

from __future__ import annotations

import io

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.consent.consenting import ACTOR, days_ago, ground, lead, said

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.consent.models import Basis, Refusal
from teichaku.consent.refusals import refusal_record
from teichaku.consent.services import consent_text_keep
from teichaku.consent.statuses import statuses_refresh
from teichaku.core.actors import SYSTEM
from teichaku.core.models import AuditEntry
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db
TEXT = "当社（青葉株式会社）から広告メールをお送りします。"


def signed_in(role: Role) -> Client:
    user = user_create(name="担当", email=f"{role}@example.jp", password=None, actor=SYSTEM)
    role_grant(user=user, role=role, actor=SYSTEM)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return signed_in(Role.MARKETING_MANAGER)


def follow() -> None:
    statuses_refresh(list(Lead.objects.values_list("pk", flat=True)))


def text_of(answer) -> str:
    return answer.content.decode()


def test_the_overview_counts_and_an_empty_company_is_told_what_comes(client) -> None:
    assert "No leads yet" in text_of(client.get("/consent/"))
    ground(lead("a@aoba.co.jp"))
    lead("b@aoba.co.jp")
    follow()
    text = text_of(client.get("/consent/"))
    assert "1 of 2 people may be mailed" in text
    assert "?status=no_basis" in text
    assert "b@aoba.co.jp" in text_of(client.get("/consent/people/?status=no_basis"))
    assert client.get("/consent/people/?status=nonsense").status_code == 404


def test_long_lists_come_in_pages(client) -> None:
    for number in range(52):
        lead(f"p{number:02}@aoba.co.jp")
        refusal_record(address=f"r{number:02}@x.co.jp", channel="email", reason="refused",
                       source="manual", actor=ACTOR)  # fmt: skip
    follow()
    first = client.get("/consent/people/?status=no_basis").context["page"]
    rest = client.get(f"/consent/people/?status=no_basis&after={first.after}").context["page"]
    assert (len(first.rows), len(rest.rows), rest.after) == (50, 2, None)
    first = client.get("/consent/refusals/").context["page"]
    rest = client.get(f"/consent/refusals/?before={first.after}").context["page"]
    assert (len(first.rows), len(rest.rows)) == (50, 2)


def test_a_ground_is_recorded_for_a_selection_after_a_look_at_it(client) -> None:
    fair, web = lead("a@aoba.co.jp", source="fair"), lead("b@aoba.co.jp", source="web")
    follow()
    page = client.get("/consent/people/basis/?source=fair")
    assert page.context["preview"].count == 1
    told = {"source": "fair", "kind": "business_card", "obtained_on": "2026-04-08",
            "evidence": "booth 12"}  # fmt: skip
    checked = client.post("/consent/people/basis/", {**told, "check": "1"})
    assert "Check it once more" in text_of(checked)
    assert not Basis.objects.exists()
    wrong = client.post("/consent/people/basis/", {**told, "evidence": "", "record": "1"})
    assert (wrong.status_code, "without evidence" in text_of(wrong)) == (422, True)
    assert 'value="2026-04-08"' in text_of(wrong)
    assert client.post("/consent/people/basis/", {**told, "record": "1"}).url == "/consent/"
    assert said(fair.email).allowed
    assert not said(web.email).allowed
    assert client.get("/consent/people/basis/?source=fair").context["preview"].count == 0


def test_a_leads_page_says_whether_and_why_and_takes_both(client) -> None:
    person = lead("a@aoba.co.jp", name="青葉 太郎")
    text = text_of(client.get(f"/leads/{person.uid}/"))
    assert "no ground is recorded" in text
    file = SimpleUploadedFile("card.png", b"scan")
    told = {"channel": "email", "kind": "business_card", "obtained_on": "2026-04-08",
            "evidence": "booth 12", "document": file}  # fmt: skip
    assert client.post(f"/consent/leads/{person.uid}/basis/", told).status_code == 302
    assert "on a card or in writing" in text_of(client.get(f"/leads/{person.uid}/"))
    row = Basis.objects.get()
    document = client.get(f"/consent/bases/{row.uid}/document/")
    assert b"".join(document.streaming_content) == b"scan"
    told = {"channel": "phone", "reason": "refused"}
    none = client.post(f"/consent/leads/{person.uid}/refusal/", told)
    assert (none.status_code, "no address of this kind" in text_of(none)) == (422, True)
    client.post(f"/consent/leads/{person.uid}/refusal/", {**told, "channel": "email"})
    assert said(person.email).code == "refused"
    assert "asked for no more" in text_of(client.get(f"/leads/{person.uid}/"))


def test_the_evidence_of_one_person_shows_the_exact_text(client) -> None:
    person = lead("a@aoba.co.jp", name="青葉 太郎")
    kept = consent_text_keep(text=TEXT, actor=ACTOR)
    row = ground(person, obtained_at=days_ago(9), source="form:contact", text_hash=kept.hash)
    ground(lead("other@aoba.co.jp"))
    text = text_of(client.get(f"/consent/leads/{person.uid}/evidence/"))
    assert TEXT in text
    assert "other@" not in text
    sheet = client.get(f"/consent/leads/{person.uid}/evidence/?format=xlsx").content
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheet))
    head, line = book.get_sheet_by_index(0).to_python()
    cells = dict(zip(head, line, strict=True))
    assert (cells["Text shown"], cells["Address"]) == (TEXT, "a@aoba.co.jp")
    assert cells["Where it came from"] == "Form: contact"
    client.post(f"/consent/bases/{row.uid}/withdraw/", {"why": "asked by mail"})
    assert "asked by mail" in text_of(client.get(f"/consent/leads/{person.uid}/evidence/"))
    assert not said(person.email).allowed


def test_all_evidence_goes_out_and_it_is_known_who_took_it(client) -> None:
    ground(lead("a@aoba.co.jp", name="=cmd()"))
    refusal_record(address="b@aoba.co.jp", channel="email", reason="refused", source="manual",
                   actor=ACTOR)  # fmt: skip
    text = client.get("/consent/evidence/csv/").content.decode("utf-8-sig")
    assert "a@aoba.co.jp" in text
    assert "b@aoba.co.jp" in text
    assert "'=cmd()" in text
    assert AuditEntry.objects.filter(action="consent.evidence_export").count() == 1
    assert client.get("/consent/evidence/pdf/").status_code == 404


def test_refusals_are_added_found_lifted_and_taken_in_and_out(client) -> None:
    told = {"address": "@rival.co.jp", "channel": "email", "reason": "competitor"}
    client.post("/consent/refusals/", told)
    wrong = client.post("/consent/refusals/", {**told, "address": "nothing"})
    assert (wrong.status_code, 'value="nothing"' in text_of(wrong)) == (422, True)
    file = SimpleUploadedFile(
        "list.csv", "名前,アドレス\n山田,x@aoba.co.jp\n,y@aoba.co.jp\n".encode()
    )
    client.post("/consent/refusals/import/", {"file": file})
    assert Refusal.objects.count() == 3
    found = client.get("/consent/refusals/?q=x@aoba").context["page"].rows
    assert [row.address for row in found] == ["x@aoba.co.jp"]
    out = client.get("/consent/refusals/export/").content.decode("utf-8-sig")
    assert "'@rival.co.jp,email,competitor" in out
    row = found[0]
    assert client.post(f"/consent/refusals/{row.uid}/lift/", {"why": ""}).status_code == 422
    client.post(f"/consent/refusals/{row.uid}/lift/", {"why": "wrote to us"})
    assert not client.get("/consent/refusals/?q=x@aoba").context["page"].rows
    empty = SimpleUploadedFile("list.csv", b"nothing\n")
    answer = client.post("/consent/refusals/import/", {"file": empty})
    assert (answer.status_code, "no mail address" in text_of(answer)) == (422, True)
    client.post("/consent/refusals/import/", {"file": SimpleUploadedFile("l.csv", out.encode())})
    assert Refusal.objects.filter(lifted_at=None).count() == 3


def test_who_may_only_look_sees_no_forms() -> None:
    executive = signed_in(Role.EXECUTIVE)
    text = text_of(executive.get("/consent/refusals/"))
    assert "Stop an address" not in text
    told = {"address": "a@x.co.jp", "channel": "email", "reason": "refused"}
    executive.post("/consent/refusals/", told)
    assert not Refusal.objects.exists()
    assert executive.get("/consent/evidence/csv/").status_code == 403
