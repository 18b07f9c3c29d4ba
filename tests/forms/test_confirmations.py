"""A consent holds once a person has pressed a button; opening links changes nothing at all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from tests.forms.making import NOW, SENDER, TARO, newest, published, send

from teichaku.consent.models import Basis
from teichaku.consent.selectors import may_send
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.addresses import absolute
from teichaku.core.jobs import run_one
from teichaku.forms.models import Confirmation
from teichaku.leads.lead_writes import lead_update
from teichaku.notify.letter_sending import letters_send
from teichaku.notify.letters import ADVERTISING, NewLetter, letters_queue

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^\s\"<>]+")


def advertising_to(address):
    [decision] = may_send(addresses=[address], channel="email", purpose="advertising").values()
    return decision.allowed


def plain(mail):
    return mail.message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def path(link):
    return "/" + link.partition("://")[2].partition("/")[2]


def posted():
    """How many letters left when the worker came by a minute later."""
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        return letters_send()


def asked(browser, post_office):
    """The path of the link that the confirmation mail carries."""
    send(browser, consent="on", q1="Buy now https://spam.example")
    assert posted() == 1
    [link] = LINK.findall(plain(post_office.mails[-1]))
    return path(link)


def test_the_mail_asks_in_our_words_alone(browser, post_office):
    published()
    asked(browser, post_office)
    [mail] = post_office.mails
    text = plain(mail) + mail.message["Subject"]
    assert mail.to == [TARO["email"]]
    assert SENDER in text
    assert "資料請求" in text
    for typed in ("spam", "山田", "青葉", "0312345678"):
        assert typed not in text
    assert not advertising_to(TARO["email"])


def test_the_button_confirms_once_with_evidence(browser, post_office):
    published()
    page = asked(browser, post_office)
    shown = browser.get(page).content.decode()
    assert "はい、アドレスを確認する" in shown
    for private in (TARO["email"], "山田", "青葉"):
        assert private not in shown
    assert not Basis.objects.exists()
    with clock.moved_to(NOW + timedelta(days=1)):
        assert "確認しました" in browser.post(page, {"do": "confirm"}).content.decode()
        assert advertising_to(TARO["email"])
        again = browser.post(page, {"do": "confirm"})
        assert "確認しました" in again.content.decode()
        assert "確認しました" in browser.get(page).content.decode()
    basis = Basis.objects.get()
    assert (basis.kind, basis.source, basis.source_detail) == (
        "consent", "form", "document-request",
    )  # fmt: skip
    assert basis.text == newest().consent_text
    assert basis.obtained_at == NOW + timedelta(days=1)
    assert "第1版" in basis.evidence


def test_an_old_link_confirms_nothing_and_offers_a_new_one(browser, post_office):
    published()
    page = asked(browser, post_office)
    with clock.moved_to(NOW + timedelta(days=8)):
        shown = browser.get(page).content.decode()
        assert "期限が切れています" in shown
        late = browser.post(page, {"do": "confirm"})
        assert late.status_code == 422
        assert not Basis.objects.exists()
        assert "新しいメールを送りました" in browser.post(page, {"do": "again"}).content.decode()
        assert letters_send() == 1
        browser.post(page, {"do": "confirm"})
    assert Basis.objects.count() == 1


def test_the_mail_is_sent_again_on_request_within_limits(browser, post_office):
    published()
    answer = send(browser, consent="on")
    shown = browser.get(answer.url).content.decode()
    assert "ありがとうございました" in shown
    assert TARO["email"] not in shown
    assert browser.post(answer.url).status_code == 422  # a moment after the first
    for minutes, status in ((6, 200), (7, 422), (12, 200), (60, 422)):
        with clock.moved_to(NOW + timedelta(minutes=minutes)):
            assert browser.post(answer.url).status_code == status
    assert Confirmation.objects.get().asked == 3
    assert posted() == 1
    with clock.moved_to(NOW + timedelta(minutes=30)):
        assert letters_send() == 2


def test_a_lead_that_changed_its_address_gets_no_ground_for_the_new_one(browser, post_office):
    published()
    page = asked(browser, post_office)
    lead = newest().lead
    lead_update(lead=lead, values={"email": "new@a.example.jp"}, actor=SYSTEM, source="page")
    assert "確認しました" in browser.post(page, {"do": "confirm"}).content.decode()
    assert not advertising_to("new@a.example.jp")


@pytest.mark.parametrize("token", ["x", "x:y", "InVuZGVmIg:forged"])
def test_a_broken_link_says_so_and_nothing_else(browser, token):
    answer = browser.get(f"/confirm/{token}/")
    assert answer.status_code == 404
    assert "途中で切れています" in answer.content.decode()


def state_of_all_tables():
    """Every row of every table of ours, but the counters of sign-in and sessions."""
    return {
        model._meta.label: sorted(map(repr, model._default_manager.values_list()))
        for model in apps.get_models()
        if model.__module__.startswith("teichaku.")
    }


def work():
    while run_one("tests"):
        pass


def test_a_scanner_that_opens_every_link_of_every_mail_changes_nothing(browser, post_office):
    inside = absolute("/f/document-request/?utm_source=mail")
    published(mail_subject="資料", mail_body=f"フォームは {inside} にあります。")
    page = asked_all(browser, post_office)
    links = {path(link) for mail in post_office.mails for link in links_of(mail)}
    assert len(links) >= 3  # to confirm, to stop, and to the form
    before = state_of_all_tables()
    scanner = Client(headers={"user-agent": "LinkScanner/1.0"})
    colleague = Client()  # to whom the mail was forwarded
    for visitor in (scanner, colleague):
        for link in sorted(links):
            visitor.head(link)
            visitor.get(link, follow=True)
        assert not visitor.cookies
    with clock.moved_to(NOW + timedelta(minutes=2)):
        work()
    assert state_of_all_tables() == before
    assert page in links


def asked_all(browser, post_office):
    """The path of the confirmation, after each kind of mail to people outside was sent."""
    send(browser, consent="on")
    advert = NewLetter("ad", "hanako@b.example.jp", ADVERTISING, "案内", "新製品")
    letters_queue(rows=[advert], actor=SYSTEM)
    allow("hanako@b.example.jp")
    with clock.moved_to(NOW + timedelta(minutes=1)):
        work()
    assert len(post_office.mails) == 3
    confirming = [mail for mail in post_office.mails if "確認" in mail.message["Subject"]]
    return path(LINK.findall(plain(confirming[0]))[0])


def allow(address):
    from teichaku.consent.services import basis_record
    from teichaku.leads.new_leads import NewLead, lead_create

    lead = lead_create(lead=NewLead(email=address), actor=SYSTEM)
    basis_record(
        lead=lead, channel="email", kind="consent", obtained_at=NOW, evidence="紙",
        source="manual", actor=SYSTEM,
    )  # fmt: skip


def links_of(mail):
    html = mail.message.get_body(("html",)).get_content()
    header = mail.message.get("List-Unsubscribe", "")
    return {*LINK.findall(plain(mail)), *LINK.findall(html), *LINK.findall(header)}
