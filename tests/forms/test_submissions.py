"""What is handed in is kept with the text shown, finds its lead, and overwrites nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.forms.making import (
    CONSENT,
    NOW,
    SENDER,
    TARO,
    carried,
    definition,
    newest,
    published,
    send,
)

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.consent.selectors import may_send
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry, AuditValue, Change, OutboxMessage
from teichaku.forms.definition import FieldSpec
from teichaku.forms.form_leads import suggestion_leave, suggestion_use
from teichaku.forms.models import Confirmation, Submission, Suggestion
from teichaku.leads.campaigns import CampaignValues, campaign_save
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.notify.models import Letter, Notification
from teichaku.tracking.assets import asset_archive, asset_save
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db


def advertising_to(address):
    [decision] = may_send(addresses=[address], channel="email", purpose="advertising").values()
    return decision.allowed


def test_a_new_person_becomes_a_lead_with_the_event_and_the_text_that_was_shown(browser):
    form = published(confirm=False, source="Web", mail_subject="資料", mail_body="お礼")
    answer = send(browser, consent="on", q1="納期は？")
    assert answer.status_code == 302
    row = newest()
    assert row.state == "taken"
    assert row.revision == form.published
    assert row.revision.hash == form.published.hash
    assert row.consent_text.text == f"{CONSENT}\n配信メールの送信者：{SENDER}"
    assert row.values["q1"] == "納期は？"
    lead = row.lead
    assert (lead.name, lead.email, lead.phone) == ("山田 太郎", TARO["email"], "0312345678")
    assert lead.company.name == "青葉精機株式会社"
    assert lead.source == "Web"
    event = Event.objects.get(lead=lead)
    assert (event.signature.type, event.signature.form) == ("form_submit", "document-request")
    assert event.origin == "human"
    assert event.at == row.at
    assert advertising_to(TARO["email"])
    [letter] = Letter.objects.all()
    assert (letter.address, letter.subject, letter.purpose) == (
        TARO["email"], "資料", "transactional",
    )  # fmt: skip


def test_without_the_tick_there_is_no_ground_but_the_text_is_on_record(browser):
    published(confirm=False)
    send(browser)
    row = newest()
    assert row.consented is False
    assert row.consent_text.text.startswith(CONSENT)
    assert not advertising_to(TARO["email"])
    assert not Confirmation.objects.exists()


def test_the_same_page_sent_twice_is_one_submission(browser):
    published()
    page = browser.get("/f/document-request/").content

    with clock.moved_to(NOW + timedelta(minutes=1)):
        for _ in range(2):
            answer = browser.post("/f/document-request/", {**carried(page), **TARO})
            assert answer.status_code == 302
    assert Submission.objects.count() == 1
    assert Event.objects.count() == 1


def test_a_strangers_form_fills_blanks_and_suggests_what_differs(browser):
    lead = lead_create(
        lead=NewLead(name="山田太郎", email=TARO["email"], title="課長"), actor=SYSTEM
    )
    published()
    send(browser, values=TARO | {"company": "別の会社"})
    lead.refresh_from_db()
    assert newest().lead == lead
    assert Lead.objects.count() == 1
    assert lead.name == "山田太郎"  # only a space differs, so nothing is suggested
    assert lead.phone == "0312345678"
    assert lead.company.name == "別の会社"
    assert set(Change.objects.values_list("field", "source")) >= {("phone", "form")}
    with clock.moved_to(NOW + timedelta(hours=1)):
        send(browser, values=TARO | {"name": "山田 次郎", "phone": "090-1111-2222"})
    lead.refresh_from_db()
    assert (lead.name, lead.phone) == ("山田太郎", "0312345678")
    said = dict(Suggestion.objects.values_list("field", "text"))
    assert said == {
        "name": "山田 次郎", "phone": "09011112222", "company": "青葉精機株式会社",
    }  # fmt: skip
    suggestion_use(suggestion=Suggestion.objects.get(field="phone"), actor=SYSTEM)
    suggestion_leave(suggestion=Suggestion.objects.get(field="name"), actor=SYSTEM)
    lead.refresh_from_db()
    assert (lead.name, lead.phone) == ("山田太郎", "09011112222")
    with pytest.raises(Conflict):
        suggestion_use(suggestion=Suggestion.objects.get(field="name"), actor=SYSTEM)


def test_a_shared_address_never_finds_a_person(browser):
    lead_create(lead=NewLead(name="総務", email="info@aoba.example.co.jp"), actor=SYSTEM)
    published(role_mail="mark")
    send(browser, values=TARO | {"email": "info@aoba.example.co.jp"})
    assert Lead.objects.count() == 2
    assert newest().marks == ["role_mail"]


def test_a_campaign_in_the_address_counts_only_where_it_is_known(browser):
    campaign_save(values=CampaignValues("秋の展示会"), actor=SYSTEM)
    fields = (*definition().fields, FieldSpec("utm_campaign", "hidden"))
    published(fields=fields, campaign="定番")
    for number, named in enumerate(("秋の展示会", "spam")):
        page = browser.get("/f/document-request/", {"utm_campaign": named}).content

        hidden = carried(page)
        assert hidden["utm_campaign"] == named
        with clock.moved_to(NOW + timedelta(hours=number + 1)):
            values = TARO | {"email": f"p{number}@aoba.example.co.jp"}
            browser.post("/f/document-request/", {**hidden, **values})
    assert list(Lead.objects.order_by("pk").values_list("campaign", flat=True)) == [
        "秋の展示会", "定番",
    ]  # fmt: skip


def test_receivers_are_told_and_outbox_and_audit_carry_no_values(browser):
    user = user_create(name="佐藤", email="sato@example.co.jp", actor=SYSTEM)
    role_grant(user=user, role=Role.MARKETER, actor=SYSTEM)
    published(receivers=(str(user.uid),))
    send(browser, q1="社外秘の質問")
    [told] = Notification.objects.filter(user=user)
    assert told.kind == "forms.submitted"
    assert told.params == {"form": "資料請求フォーム"}
    assert AuditEntry.objects.filter(action="forms.submission_receive").count() == 1
    assert OutboxMessage.objects.filter(topic="forms.submitted").count() == 1
    kept = "".join(AuditValue.objects.values_list("document", flat=True))
    kept += repr(list(OutboxMessage.objects.values_list("payload", flat=True)))
    for secret in (*TARO.values(), "社外秘の質問", "0312345678"):
        assert secret not in kept


def test_the_leads_page_shows_its_forms_and_what_they_say_otherwise(browser, marketer):
    published()
    send(browser)
    with clock.moved_to(NOW + timedelta(hours=1)):
        send(browser, values=TARO | {"phone": "090-1111-2222"})
        lead = newest().lead
        page = f"/leads/{lead.uid}/"
        shown = marketer.get(page).content.decode()
        assert "0312345678 → <b>09011112222</b>" in shown
        assert shown.count(f"/forms/submissions/{newest().uid}/") == 2  # its list, and the history
        assert "Entered by hand" not in shown
        [suggestion] = Suggestion.objects.all()
        answer = marketer.post(f"/forms/suggestions/{suggestion.uid}/", {"use": "1", "next": page})
        assert answer.url == page
        lead.refresh_from_db()
        assert lead.phone == "09011112222"
        assert "→ <b>" not in marketer.get(page).content.decode()


def test_after_sending_a_file_is_offered_until_it_is_put_away(browser):
    asset = asset_save(
        title="製品カタログ", sent=SimpleUploadedFile("catalogue.pdf", b"%PDF-1.7"), actor=SYSTEM
    )
    published(asset=str(asset.uid))
    answer = send(browser)
    shown = browser.get(answer.url).content.decode()
    assert f"/a/{asset.uid}/" in shown
    assert "製品カタログ" in shown
    asset_archive(asset=asset, actor=SYSTEM)
    assert "製品カタログ" not in browser.get(answer.url).content.decode()
