"""The page that mails lead to names nobody; only a POST changes anything, and can be undone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.consent.consenting import ground, lead, said

from teichaku.consent.models import Refusal
from teichaku.consent.preferences import preference_url, unsubscribe_headers, way_out
from teichaku.core import clock
from teichaku.core.models import AuditEntry
from teichaku.core.secrets import encrypted
from teichaku.leads.models import Lead
from teichaku.notify.letter_gates import letter_gates

pytestmark = pytest.mark.django_db
EMAIL = "sato@aoba.co.jp"


@pytest.fixture
def client() -> Client:
    """A browser that refuses posts without a token wherever one is needed."""
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


@pytest.fixture
def person() -> Lead:
    made = lead(EMAIL, name="佐藤 恵", phone="03-1234-5678")
    ground(made)
    return made


def path(address: str = EMAIL) -> str:
    return "/" + preference_url(address).split("/", 3)[3]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_page_changes_nothing_and_names_nobody(client, person, method) -> None:
    before = (Lead.objects.count(), AuditEntry.objects.count())
    page = getattr(client, method)(path())
    assert said(EMAIL).allowed
    assert (Lead.objects.count(), AuditEntry.objects.count()) == before
    assert not Refusal.objects.exists()
    assert "set-cookie" not in {name.lower() for name in page.headers}
    assert not page.cookies
    text = page.content.decode()
    assert not [word for word in ("佐藤", "sato", "aoba", "1234") if word in text]
    if method == "get":
        assert page.status_code == 200
        assert "<script" not in text
        assert page["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page["Cache-Control"]


def test_the_link_says_nothing_about_the_address(person) -> None:
    assert "aoba" not in preference_url(EMAIL)
    assert preference_url(EMAIL).startswith("http")


def test_one_click_of_a_mail_program_stops_everything(client, person) -> None:
    headers = unsubscribe_headers(EMAIL)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.fullmatch(r"<(.+)>", headers["List-Unsubscribe"])[1]
    body = "List-Unsubscribe=One-Click"
    for _twice in range(2):
        answer = client.post(
            "/" + url.split("/", 3)[3], body, content_type="application/x-www-form-urlencoded"
        )
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert said(EMAIL).code == "refused"
    assert said(EMAIL, purpose="transactional").allowed
    assert Refusal.objects.count() == 1


def test_what_was_stopped_by_mistake_comes_back_by_another_post(client, person) -> None:
    page = client.post(path(), {"do": "all"})
    assert "No more advertising" in page.content.decode()
    uid = re.search(r'name="refusal" value="([^"]+)"', page.content.decode())[1]
    other = lead("other@aoba.co.jp")
    ground(other)
    stranger = client.post(path("other@aoba.co.jp"), {"do": "undo", "refusal": uid})
    assert "nothing to undo" in stranger.content.decode()
    assert not said(EMAIL).allowed
    client.post(path(), {"do": "undo", "refusal": [uid, "no id"]})
    assert said(EMAIL).allowed


def test_some_of_it_can_be_stopped(client, person) -> None:
    client.post(path(), {"do": "some", "stop": ["events", "phone", "nonsense"]})
    assert said(EMAIL, purpose="events").code == "refused"
    assert said(EMAIL, purpose="products").allowed
    assert not said("0312345678", channel="phone").allowed
    client.post(path(), {"do": "some", "stop": ["products", "events", "reading"]})
    assert said(EMAIL).code == "refused"


def test_a_pause_lasts_as_long_as_was_chosen(client, person) -> None:
    now = clock.now()
    client.post(path(), {"do": "pause", "months": "1"})
    with clock.moved_to(now + timedelta(days=27)):
        assert said(EMAIL).code == "paused"
    with clock.moved_to(now + timedelta(days=32)):
        assert said(EMAIL).allowed


@pytest.mark.parametrize(
    "told", [{}, {"do": "some"}, {"do": "pause", "months": "600"}, {"do": "else"}]
)
def test_choosing_nothing_is_said_and_changes_nothing(client, person, told) -> None:
    answer = client.post(path(), told)
    assert answer.status_code == 422
    assert "Nothing was chosen" in answer.content.decode()
    assert said(EMAIL).allowed


@pytest.mark.parametrize("token", ["nothing", encrypted("invitation sato@aoba.co.jp"), "日本"])
def test_a_link_that_is_cut_or_not_of_this_page_is_told_so(client, token) -> None:
    for answer in (client.get(f"/mail-settings/{token}/"), client.post(f"/mail-settings/{token}/")):
        assert answer.status_code == 404
        assert "cannot be read" in answer.content.decode()
    assert not Refusal.objects.exists()


def test_letters_are_asked_about_and_carry_the_way_out(person) -> None:
    gate = letter_gates.get("consent")
    stranger = "new@example.co.jp"
    told = {"addresses": [EMAIL, stranger]}
    assert gate.refusals(**told, purpose="advertising") == {stranger: "no_basis"}
    assert gate.refusals(**told, purpose="transactional") == {}
    url, headers = way_out(EMAIL)
    assert headers["List-Unsubscribe"] == f"<{url}>"
    assert gate.reasons["no_basis"]


def test_statuses_are_told_in_japanese(person) -> None:
    page = Client(headers={"accept-language": "ja"}).get(path())
    assert 'lang="ja"' in page.content.decode()
