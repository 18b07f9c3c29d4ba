"""Machines and misuse: suspicious forms wait for a person, addresses are refused politely."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.forms.making import NOW, TARO, carried, definition, newest, published, send

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry
from teichaku.forms import guards
from teichaku.forms.models import BlockedAddress, Submission
from teichaku.forms.retention import submissions_sweep
from teichaku.forms.services import blocked_write, form_edit, form_publish
from teichaku.forms.submissions import submission_accept, submission_discard
from teichaku.leads.models import Lead
from teichaku.notify.models import Letter, Task
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db
PAGE = "/f/document-request/"


def nothing_came_of_it():
    return not (Lead.objects.exists() or Event.objects.exists() or Letter.objects.exists())


@pytest.mark.parametrize(
    ("reason", "changes", "after"),
    [
        ("trap", {"homepage": "http://x"}, 30),
        ("fast", {}, 1),
        ("links", {"name": "Buy https://spam.example"}, 30),
        ("links", {"q1": "www.a.jp www.b.jp [url=x]"}, 30),
    ],
)
def test_what_looks_like_a_machine_waits_for_a_look_and_is_not_dropped(
    browser, reason, changes, after
):
    published(mail_subject="資料", mail_body="お礼")
    answer = send(browser, values=TARO | changes, after=timedelta(seconds=after), consent="on")
    assert answer.status_code == 302  # a machine is not told
    row = newest()
    assert (row.state, row.suspicions) == ("review", [reason])
    assert nothing_came_of_it()
    assert Task.objects.filter(kind="forms.review").count() == 1


def test_a_person_accepts_or_discards_and_only_then_anything_comes_of_it(browser, marketer):
    published()
    for number in range(2):
        send(browser, values=TARO | {"email": f"p{number}@a.example.jp"}, after=timedelta(0))
    asked = Task.objects.filter(kind="forms.review", dismissed_at=None)
    assert asked.count() == 1
    page = marketer.get("/forms/review/").content.decode()
    assert "faster than anybody types" in page
    first, second = Submission.objects.order_by("pk")
    marketer.post(f"/forms/submissions/{first.uid}/decide/", {"accept": "1"})
    marketer.post(f"/forms/submissions/{second.uid}/decide/")
    assert not asked.exists()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("taken", "discarded")
    assert Event.objects.get().origin == "human"
    assert Lead.objects.get().email == "p0@a.example.jp"
    done = AuditEntry.objects.filter(action__startswith="forms.submission_")
    assert list(done.order_by("pk").values_list("action", flat=True))[2:] == [
        "forms.submission_accept",
        "forms.submission_discard",
    ]
    with pytest.raises(Conflict):
        submission_accept(submission=second, actor=SYSTEM)
    with pytest.raises(Conflict):
        submission_discard(submission=first, actor=SYSTEM)
    assert "Nothing waits" in marketer.get("/forms/review/").content.decode()


def test_one_address_and_one_form_can_only_be_used_so_often(browser, monkeypatch):
    published()
    for minute in range(4):
        with clock.moved_to(NOW + timedelta(minutes=minute)):
            send(browser)
    states = list(Submission.objects.order_by("pk").values_list("state", "suspicions"))
    assert states == [("taken", [])] * 3 + [("review", ["address_busy"])]
    monkeypatch.setattr(guards, "MOST_OF_A_FORM", 4)
    with clock.moved_to(NOW + timedelta(minutes=5)):
        send(browser, values=TARO | {"email": "other@b.example.jp"})
    assert newest().suspicions == ["form_busy"]
    with clock.moved_to(NOW + timedelta(hours=3)):
        send(browser, values=TARO | {"email": "third@b.example.jp"})
    assert newest().state == "taken"


def test_a_network_that_sends_too_much_is_asked_to_wait_and_keeps_what_was_typed(
    browser, monkeypatch
):
    from teichaku.forms import public_views
    from teichaku.tracking.limits import Limit

    monkeypatch.setattr(public_views, "limit", Limit(1))
    published()
    send(browser)
    answer = send(browser, q1="とても長い質問")
    assert answer.status_code == 429
    assert "とても長い質問" in answer.content.decode()
    assert "1分ほど待って" in answer.content.decode()
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("rules", "address", "said"),
    [
        ({"free_mail": "refuse"}, "taro@gmail.com", "フリーメールではなく"),
        ({"role_mail": "refuse"}, "info@a.example.jp", "共用ではなく"),
        ({}, "x@blocked.example.com", "受け付けられません"),
        ({}, "Bad.One@Example.org", "受け付けられません"),
    ],
)
def test_an_address_that_is_not_taken_is_said_at_its_field(browser, rules, address, said):
    blocked_write(patterns=["*@blocked.example.com", "BAD.*@example.org"], actor=SYSTEM)
    published(**rules)
    answer = send(browser, values=TARO | {"email": address})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert f'value="{address}"' in page
    assert 'aria-invalid="true"' in page
    assert not Submission.objects.exists()


def test_a_rule_may_mark_an_address_instead(browser):
    published(free_mail="mark")
    send(browser, values=TARO | {"email": "taro@gmail.com"})
    assert (newest().state, newest().marks) == ("taken", ["free_mail"])


def test_the_list_of_addresses_is_written_whole_and_wrong_lines_are_refused(marketer):
    answer = marketer.post("/forms/blocked/", {"patterns": "a@example.com\n@b.example\n\n"})
    assert answer.status_code == 302
    assert set(BlockedAddress.objects.values_list("pattern", flat=True)) == {
        "a@example.com", "*@b.example",
    }  # fmt: skip
    wrong = marketer.post("/forms/blocked/", {"patterns": "nonsense"})
    assert wrong.status_code == 422
    assert "no pattern of addresses" in wrong.content.decode()
    assert "nonsense" in wrong.content.decode()
    with pytest.raises(InvalidInput):
        blocked_write(patterns=["a b@c"], actor=SYSTEM)
    assert BlockedAddress.objects.count() == 2


@pytest.mark.parametrize("token", ["", "forged", "WzEsIngiLDBd:abc"])
def test_a_page_whose_token_is_not_ours_is_sent_once_more(browser, token):
    published()
    answer = browser.post(PAGE, TARO | {"page_token": token})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "もう一度送信してください" in page
    assert TARO["company"] in page
    assert not Submission.objects.exists()
    with clock.moved_to(NOW + timedelta(seconds=20)):
        assert browser.post(PAGE, TARO | carried(page)).status_code == 302


def test_a_page_that_was_open_for_days_is_sent_once_more(browser):
    published()
    assert send(browser, after=timedelta(days=2)).status_code == 422
    assert not Submission.objects.exists()


def test_what_was_shown_counts_although_a_newer_edition_is_out(browser):
    form = published()
    hidden = carried(browser.get(PAGE).content)
    form_edit(form=form, change=lambda _: definition(consent_text="別の文章"), actor=SYSTEM)
    form_publish(form=form, actor=SYSTEM)
    with clock.moved_to(NOW + timedelta(minutes=1)):
        browser.post(PAGE, {**hidden, **TARO, "consent": "on"})
    row = newest()
    assert row.revision.number == 1
    assert "別の文章" not in row.consent_text.text
    page = browser.get(PAGE).content.decode()
    assert "別の文章" in page


def test_a_token_of_one_form_opens_no_other(browser):
    published()
    published("contact", title="お問い合わせ")
    hidden = carried(browser.get(PAGE).content)
    with clock.moved_to(NOW + timedelta(minutes=1)):
        browser.post("/f/contact/", {**hidden, **TARO})
    assert newest().revision.form.slug == "contact"


def test_what_nobody_accepted_goes_after_half_a_year_and_the_rest_stays(browser):
    published()
    send(browser)
    for number, days in enumerate((0, 0, 1), start=1):
        with clock.moved_to(NOW + timedelta(days=days)):
            values = TARO | {"email": f"p{number}@a.example.jp"}
            send(browser, values=values, after=timedelta(seconds=1))
        if number == 1:
            submission_discard(submission=newest(), actor=SYSTEM)
    with clock.moved_to(NOW + timedelta(days=180, minutes=5)):
        assert submissions_sweep(actor=SYSTEM) == 2
        assert submissions_sweep(actor=SYSTEM) == 0
    assert sorted(Submission.objects.values_list("state", flat=True)) == ["review", "taken"]
