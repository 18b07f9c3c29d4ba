"""Letters to people outside leave once, only to whom they may go, and say who sends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.notify.people import at

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import run_one
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.core.settings import setting_write
from teichaku.notify import letter_sending
from teichaku.notify.letter_gates import LetterGate, letter_gates
from teichaku.notify.letter_sending import letters_send
from teichaku.notify.letter_text import contact, legal_name, postal_address
from teichaku.notify.letters import (
    ADVERTISING,
    TRANSACTIONAL,
    NewLetter,
    letter_counts,
    letters_by_key,
    letters_cancel,
    letters_queue,
)
from teichaku.notify.models import Letter, Task
from teichaku.notify.settling import INTERRUPTED_AFTER

pytestmark = pytest.mark.django_db
PAGE = "/settings/notifications/letters/"
NOW = at("2026-11-16T10:00")


@pytest.fixture(autouse=True)
def _monday(monkeypatch):
    monkeypatch.setattr(letter_gates, "_items", {})
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def gate():
    """Says no to ``refused@…``, and offers everybody else a way out."""

    def refusals(*, addresses, purpose):
        return {a: f"refused {purpose}"[:40] for a in addresses if a.startswith("refused@")}

    def way_out(address):
        page = "https://t.example.jp/stop/1/"
        return page, {
            "List-Unsubscribe": f"<{page}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    reasons = {"refused advertising": "The person refused."}
    letter_gates.register("tests", LetterGate(refusals, way_out, reasons))


@pytest.fixture
def sender():
    setting_write(declaration=legal_name, value="株式会社北の金属", actor=SYSTEM)
    setting_write(declaration=postal_address, value="札幌市中央区1-2-3", actor=SYSTEM)
    setting_write(declaration=contact, value="info@north.example.jp", actor=SYSTEM)


@pytest.fixture
def admin():
    user = user_create(name="admin", email="admin@example.co.jp", actor=SYSTEM)
    role_grant(user=user, role=Role.ADMINISTRATOR, actor=SYSTEM)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def letter(key="k1", to="taro@example.co.jp", purpose=TRANSACTIONAL, **more):
    return NewLetter(
        key=key, address=to, purpose=purpose, subject="お礼", body="一行目\n二行目", **more
    )


def queue(*rows):
    return letters_queue(rows=rows, actor=SYSTEM)


def ends():
    return list(Letter.objects.order_by("pk").values_list("state", "reason"))


def plain(mail):
    return mail.message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_a_letter_leaves_once_however_often_it_is_asked_for(post_office):
    assert len(queue(letter(), letter("k2"))) == 2
    assert queue(letter(), letter()) == []
    assert AuditEntry.objects.get(action="notify.letters_queue").count == 2
    assert OutboxMessage.objects.filter(topic="notify.letters_queued").count() == 1
    assert run_one("tests", kinds=["notify.letters_now"])
    assert letters_send() == 0
    assert [mail.to for mail in post_office.mails] == [["taro@example.co.jp"]] * 2
    assert ends() == [("sent", "")] * 2


def test_it_says_who_sends_and_carries_the_link_but_no_way_out_of_an_answer(post_office, sender):
    queue(letter(link="https://t.example.jp/x/", link_label="確認のページ"))
    assert letters_send() == 1
    [mail] = post_office.mails
    text = plain(mail)
    assert "一行目\n二行目" in text
    assert "確認のページ\nhttps://t.example.jp/x/" in text
    assert "株式会社北の金属" in text
    assert "札幌市中央区1-2-3" in text
    assert "info@north.example.jp" in text
    assert mail.message["From"].startswith("株式会社北の金属")
    assert mail.message["List-Unsubscribe"] is None
    html = mail.message.get_body(("html",)).get_content()
    assert 'href="https://t.example.jp/x/"' in html
    assert "一行目<br>二行目" in html


def test_advertising_offers_its_way_out_in_the_text_and_to_the_mail_program(
    post_office, sender, gate
):
    queue(letter(purpose=ADVERTISING))
    assert letters_send() == 1
    [mail] = post_office.mails
    assert "https://t.example.jp/stop/1/" in plain(mail)
    assert mail.message["List-Unsubscribe"] == "<https://t.example.jp/stop/1/>"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_whoever_may_not_be_written_to_is_left_out_at_the_last_moment(post_office, sender, gate):
    queue(letter("a", "refused@example.co.jp", ADVERTISING), letter("b", purpose=ADVERTISING))
    assert letters_send() == 1
    assert ends() == [("skipped", "refused advertising"), ("sent", "")]
    assert letter_counts("a") == {("skipped", "refused advertising"): 1}


def test_advertising_without_rules_or_without_a_sender_does_not_leave(post_office, monkeypatch):
    queue(letter(purpose=ADVERTISING))
    assert letters_send() == 0
    assert ends() == [("skipped", "no gate")]


def test_advertising_waits_for_a_decision_while_nobody_said_who_sends(post_office, gate, admin):
    queue(letter(purpose=ADVERTISING))
    assert letters_send() == 0
    assert ends() == [("parked", "no sender")]
    page = admin.get(f"{PAGE}?state=parked").content.decode()
    assert "Enter registered name" in page
    fields = {"legal_name": "株式会社A", "postal_address": "東京都", "contact": "03-0000-0000"}
    admin.post("/settings/notifications/company/", {"name": "A"} | fields)
    admin.post(f"{PAGE}decide/", {"again": "1"})
    assert letters_send() == 1
    assert not Task.objects.filter(kind="notify.letters_parked", dismissed_at=None).exists()


def test_it_waits_for_its_time_and_can_be_called_off_until_then(post_office):
    later = NOW + timedelta(hours=22)
    queue(letter("ex:1", due_at=later), letter("ex:2", due_at=later))
    assert letters_send() == 0
    assert letters_cancel(keys=["ex:1", "other"], actor=SYSTEM) == 1
    assert letters_cancel(keys=["ex:1"], actor=SYSTEM) == 0
    with clock.moved_to(later):
        assert letters_send() == 1
    assert letter_counts("ex:") == {("skipped", "cancelled"): 1, ("sent", ""): 1}
    assert letters_by_key(["ex:2"])["ex:2"].state == "sent"
    assert letters_cancel(keys=["ex:2"], actor=SYSTEM) == 0


def test_a_busy_server_is_asked_again_and_a_refusal_waits_for_a_decision(post_office, admin):
    post_office.refusals["RCPT"] = "451 busy"
    queue(letter())
    assert letters_send() == 0
    assert ends() == [("waiting", "smtp 451")]
    post_office.refusals["RCPT"] = "550 unknown"
    with clock.moved_to(NOW + timedelta(minutes=2)):
        assert letters_send() == 0
    assert ends() == [("parked", "smtp 550")]
    assert Task.objects.filter(kind="notify.letters_parked", done_at=None).count() == 1
    page = admin.get(PAGE).content.decode()
    assert "taro@example.co.jp" in page
    assert "一行目" not in page
    uid = str(Letter.objects.get().uid)
    admin.post(f"{PAGE}decide/", {"one": uid})
    assert ends() == [("skipped", "smtp 550")]


def test_a_server_that_says_nothing_leaves_a_letter_that_is_not_sent_again(post_office):
    post_office.silent = True
    queue(letter())
    assert letters_send() == 0
    assert ends() == [("parked", "no answer")]
    post_office.silent = False
    with clock.moved_to(NOW + timedelta(days=2)):
        assert letters_send() == 0


def test_a_sender_that_died_half_way_leaves_a_letter_for_a_decision(post_office, monkeypatch):
    def die(_mail):
        raise KeyboardInterrupt

    queue(letter())
    with monkeypatch.context() as patched:
        patched.setattr(letter_sending, "mail_send", die)
        with pytest.raises(KeyboardInterrupt):
            letters_send()
    assert letters_send() == 0
    assert ends() == [("sending", "")]
    with clock.moved_to(NOW + INTERRUPTED_AFTER * 1.1):
        assert letters_send() == 0
    assert ends() == [("parked", "interrupted")]
    assert post_office.mails == []


def test_lines_in_a_subject_or_an_address_add_no_headers(post_office):
    rows = letters_queue(
        rows=[
            NewLetter("a", "taro@example.co.jp", TRANSACTIONAL, "A\r\nBcc: x@example.com", "b"),
            NewLetter("b", "t@example.co.jp\nBcc: x@example.com", TRANSACTIONAL, "B", "b"),
        ],
        actor=SYSTEM,
    )
    assert len(rows) == 2
    assert letters_send() == 1
    [mail] = post_office.mails
    assert mail.message["Bcc"] is None
    assert ends()[1][0] == "parked"
