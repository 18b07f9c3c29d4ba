"""Forms are made, ordered, published and put away on pages; what was published never changes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from tests.contracts.source import page as documented
from tests.forms.making import (
    NOW,
    SENDER,
    TARO,
    TOKYO,
    definition,
    newest,
    published,
    send,
    sender_set,
)

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.forms.definition import definition_of, document_of
from teichaku.forms.models import Form, Submission
from teichaku.forms.selectors import form_lines
from teichaku.forms.submissions import submission_discard
from teichaku.tracking.sites import SiteValues, site_save

pytestmark = pytest.mark.django_db
TABLE = re.compile(r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def names(form):
    form.refresh_from_db()
    return [each.name for each in definition_of(form.draft).fields]


def test_from_a_name_to_a_form_that_people_can_hand_in(marketer, browser):
    sender_set()
    answer = marketer.post("/forms/new/", {"name": "資料請求", "slug": "document-request"})
    form = Form.objects.get()
    assert answer.url == f"/forms/{form.uid}/"
    assert browser.get("/f/document-request/").status_code == 404
    page = marketer.get(answer.url).content.decode()
    assert "Nothing is said after sending" in page
    refused = marketer.post(f"{answer.url}publish/", follow=True).content.decode()
    assert "Nothing is said after sending" in refused
    settings = {
        "title": "資料のご請求", "thanks": "お送りします。", "consent_text": "案内を送ります。",
        "confirm": "on", "free_mail": "take", "role_mail": "take",
    }  # fmt: skip
    assert marketer.post(f"{answer.url}settings/", settings).status_code == 302
    assert marketer.post(f"{answer.url}fields/", {"kind": "choice"}).status_code == 302
    choice = {"label": "時期", "choices": "今月\n来月\n今月\n", "required": "on"}
    assert marketer.post(f"{answer.url}fields/q1/", choice).status_code == 302
    said = marketer.post(f"{answer.url}publish/", follow=True).content.decode()
    assert "Published as edition 1" in said
    page = browser.get("/f/document-request/").content.decode()
    assert "案内を送ります。" in page
    assert f"配信メールの送信者：{SENDER}" in page
    send(browser, q1="来月")
    assert newest().values["q1"] == "来月"
    assert definition_of(Form.objects.get().draft).field("q1").choices == ("今月", "来月")


def test_fields_move_by_button_and_by_pulling_and_are_removed(marketer):
    form = published()
    page = f"/forms/{form.uid}/"
    assert names(form) == ["company", "name", "email", "phone", "q1"]
    answer = marketer.post(f"{page}fields/phone/", {"up": "1"})
    assert answer.url == f"{page}#field-phone"
    assert names(form) == ["company", "name", "phone", "email", "q1"]
    marketer.post(f"{page}fields/company/", {"up": "1"})
    marketer.post(f"{page}fields/q1/", {"down": "1"})
    marketer.post(f"{page}order/", {"names": "q1 email unknown"})
    assert names(form) == ["q1", "email", "company", "name", "phone"]
    marketer.post(f"{page}fields/phone/", {"remove": "1"})
    assert names(form) == ["q1", "email", "company", "name"]
    gone = marketer.post(f"{page}fields/phone/", {"label": "x"}, follow=True)
    assert "no such field" in gone.content.decode()


def test_what_is_wrong_is_said_and_what_was_typed_stays(marketer):
    form = published()
    page = f"/forms/{form.uid}/"
    wrong = marketer.post(f"{page}fields/", {"kind": "hidden", "name": "Bad Name"})
    assert wrong.status_code == 422
    assert "such as utm_campaign" in wrong.content.decode()
    assert 'value="Bad Name"' in wrong.content.decode()
    wrong = marketer.post(f"{page}fields/q1/", {"label": "新しい見出し", "longest": "0"})
    assert wrong.status_code == 422
    assert "新しい見出し" in wrong.content.decode()
    wrong = marketer.post(f"{page}settings/", {"thanks": "消えない文"})
    assert wrong.status_code == 422
    assert "消えない文" in wrong.content.decode()
    wrong = marketer.post("/forms/new/", {"name": "二つ目", "slug": "document-request"})
    assert wrong.status_code == 422
    assert "already" in wrong.content.decode()
    assert "二つ目" in wrong.content.decode()


def test_an_edition_stays_as_it_was_and_the_same_content_makes_no_new_one(marketer):
    form = published()
    first = form.published
    page = f"/forms/{form.uid}/"
    assert "Nothing has changed" in marketer.post(f"{page}publish/", follow=True).content.decode()
    marketer.post(f"{page}fields/q1/", {"label": "お困りごと"})
    first.refresh_from_db()
    assert first.document == document_of(definition())
    marketer.post(f"{page}publish/")
    form.refresh_from_db()
    assert form.published.number == 2
    assert form.published.hash != first.hash
    shown = marketer.get(f"{page}editions/").content.decode()
    assert first.hash[:12] in shown
    assert "ご質問" in marketer.get(f"{page}editions/1/").content.decode()
    assert "お困りごと" in marketer.get(f"{page}editions/2/").content.decode()


def test_an_archived_form_is_no_page_outside_until_it_is_brought_back(marketer, browser):
    form = published()
    send(browser)
    marketer.post(f"/forms/{form.uid}/archive/")
    assert browser.get("/f/document-request/").status_code == 404
    assert form.name in marketer.get("/forms/?state=archived").content.decode()
    assert form.name not in marketer.get("/forms/").content.decode()
    assert Submission.objects.count() == 1
    marketer.post(f"/forms/{form.uid}/archive/")
    assert browser.get("/f/document-request/").status_code == 200


def test_a_copy_is_a_draft_of_its_own(marketer):
    form = published()
    for number in (2, 3):
        answer = marketer.post(f"/forms/{form.uid}/copy/")
        made = Form.objects.order_by("-pk")[0]
        assert answer.url == f"/forms/{made.uid}/"
        assert made.slug == f"document-request-{number}"
        assert made.published is None
        assert made.draft == form.draft


def test_only_pages_of_registered_sites_may_show_a_form_inside(browser, marketer):
    form = published()
    site_save(values=SiteValues("本社", ("www.kita.example.co.jp",)), actor=SYSTEM)
    inside = browser.get("/f/document-request/inside/")
    policy = inside["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' www.kita.example.co.jp:*")
    assert "X-Frame-Options" not in inside
    alone = browser.get("/f/document-request/")
    assert "frame-ancestors 'none'" in alone["Content-Security-Policy"]
    assert alone["X-Frame-Options"] == "DENY"
    for answer in (inside, alone):
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies
        assert "<script" not in answer.content.decode()
    answer = send(browser, inside=True)
    assert answer.url.endswith("/inside/")
    done = browser.get(answer.url)
    assert "www.kita.example.co.jp" in done["Content-Security-Policy"]
    assert TARO["email"] not in done.content.decode()
    page = marketer.get(f"/forms/{form.uid}/").content.decode()
    assert "www.kita.example.co.jp" in page
    assert "/f/document-request/inside/" in page


def test_the_page_speaks_the_language_of_the_browser(browser):
    published()
    japanese = browser.get("/f/document-request/").content.decode()
    english = browser.get("/f/document-request/", headers={"accept-language": "en"})
    assert "メールアドレス" in japanese
    assert '<html lang="ja">' in japanese
    assert "E-mail address" in english.content.decode()
    assert "ご質問" in english.content.decode()  # the company's own words stay


def test_every_field_says_what_is_wrong_with_it(browser):
    published()
    answer = send(browser, values={"email": "nonsense", "phone": "12", "name": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count("field__error") == 4
    assert "name@example.co.jp のように" in page
    assert "03-1234-5678 のように" in page
    assert 'value="nonsense"' in page
    ids = set(re.findall(r'aria-describedby="([^"]+)"', page))
    for told in " ".join(ids).split():
        assert f'id="{told}"' in page


def test_the_list_counts_what_came_in_within_thirty_days(marketer, browser):
    published()
    send(browser)
    with clock.moved_to(NOW + timedelta(days=20)):
        send(browser, values=TARO | {"email": "b@b.example.jp"})
        page = marketer.get("/forms/").content.decode()
        assert "2 submissions" in page
    with clock.moved_to(NOW + timedelta(days=40)):
        assert "1 submission<" in marketer.get("/forms/").content.decode()


def test_the_page_of_a_submission_shows_the_text_that_was_shown(marketer, browser):
    form = published()
    send(browser, consent="on", q1="<b>納期</b>")
    page = marketer.get(f"/forms/submissions/{newest().uid}/").content.decode()
    assert "製品の案内を電子メールで送ります。" in page
    assert form.published.hash[:12] in page
    assert "&lt;b&gt;納期" in page
    assert "not confirmed yet" in page
    listed = marketer.get(f"/forms/{form.uid}/submissions/?state=taken").content.decode()
    assert "山田 太郎" in listed
    assert "Nothing was handed in" in marketer.get(
        f"/forms/{form.uid}/submissions/?state=discarded"
    ).content.decode()  # fmt: skip


def test_the_number_in_the_list_is_the_documented_one(browser):
    form = published()
    told = [row for row in TABLE.findall(documented("algorithms/form-submissions.md")) if row[0]]
    assert len(told) == 5
    for number, (sent, state, _counts) in enumerate(told):
        with clock.moved_to(datetime.fromisoformat(sent).replace(tzinfo=TOKYO)):
            values = TARO | {"email": f"p{number}@a.example.jp"}
            # Sent half a minute after the page was opened, so opened half a minute before.
            with clock.moved_to(clock.now() - timedelta(seconds=30)):
                fast = timedelta(seconds=30) if state == "taken in" else timedelta(seconds=1)
                send(browser, values=values, after=fast)
        if state == "discarded":
            submission_discard(submission=newest(), actor=SYSTEM)
    now = datetime(2026, 12, 16, 10, tzinfo=TOKYO)
    with clock.moved_to(now):
        [line] = form_lines(archived=False)
    by_hand = [
        row
        for row in Submission.objects.all()
        if now - timedelta(days=30) < row.at and row.state == "taken"
    ]
    assert line.form == form
    assert line.taken == len(by_hand) == sum(row[2].startswith("yes") for row in told)
    assert line.last_at == datetime(2026, 12, 16, 9, tzinfo=TOKYO)
