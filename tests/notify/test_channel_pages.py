"""People choose how they are told; administrators set services up and see what did not arrive."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse
from tests.notify.http import web_service
from tests.notify.people import at, tell, work

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.settings import setting_read
from teichaku.notify.access import access_write, chatwork_access
from teichaku.notify.attachments import Attachment
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.messages import company
from teichaku.notify.models import Channel, Delivery, DigestChoice, Preference, Via
from teichaku.notify.preferences import channel_write
from teichaku.notify.services import notifications_create

pytestmark = pytest.mark.django_db
OWN = "/account/notifications/"
ADMIN = "/settings/notifications/"
ENGLISH = {"accept-language": "en"}
HOOK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"


@pytest.fixture(autouse=True)
def _monday():
    with clock.moved_to(at("2026-11-16T10:00")):
        yield


@pytest.fixture
def ichiro(people):
    return people[0]


@pytest.fixture
def mine(ichiro):
    client = Client(headers=ENGLISH)
    client.force_login(ichiro)
    return client


@pytest.fixture
def admin():
    user = user_create(name="admin", email="admin@example.co.jp", actor=SYSTEM)
    role_grant(user=user, role=Role.ADMINISTRATOR, actor=SYSTEM)
    client = Client(headers=ENGLISH)
    client.force_login(user)
    return client


@pytest.fixture
def chatwork(settings):
    with web_service() as running:
        settings.CHATWORK_API = f"{running.address}/v2"
        running.answers = {"/v2": [(200, b"{}")]}
        yield running


def wishes(**changed):
    data = {"digest_at": "08:30", "digest_via": "mail"}
    for group in ("inputs", "deals", "handover", "meetings", "system"):
        data |= {f"way_{group}": "at_once", f"via_{group}": "mail"}
    return data | changed


def test_what_is_chosen_is_kept_and_shown_again(mine, ichiro):
    assert mine.post(OWN, wishes(way_deals="digest", digest_at="16:05")).status_code == 302
    assert Preference.objects.get(user=ichiro, group="deals").way == "digest"
    assert DigestChoice.objects.get(user=ichiro).at == time(16, 5)
    page = mine.get(OWN).content.decode()
    assert 'value="16:05"' in page
    assert page.count('<option value="digest" selected>') == 1


@pytest.mark.parametrize(
    "changed", [{"way_deals": "shout"}, {"via_deals": "chatwork"}, {"digest_at": "25:00"}]
)
def test_a_choice_that_does_not_exist_is_refused(mine, changed):
    answer = mine.post(OWN, wishes(**changed))
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert Preference.objects.count() == 0


def test_a_chat_is_connected_chosen_and_disconnected(mine, ichiro):
    answer = mine.post(f"{OWN}webhook/", {"address": HOOK}, follow=True)
    page = answer.content.decode()
    assert "Connected. Send a test" in page
    assert "TIiajkdnlazkcOXrIdevi7" not in page
    assert mine.post(OWN, wishes(via_deals="webhook")).status_code == 302
    mine.post(f"{OWN}webhook/", {"end": "1"})
    assert Channel.objects.count() == 0
    assert mine.get(OWN).content.decode().count('<option value="webhook"') == 0


def test_what_was_typed_wrong_is_kept_with_the_reason(mine):
    answer = mine.post(f"{OWN}webhook/", {"address": "https://intranet.example/x"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is no webhook address" in page
    assert 'value="https://intranet.example/x"' in page
    assert mine.post(f"{OWN}mail/", {"address": "x"}).status_code == 404
    assert mine.post(f"{OWN}fax/", {"address": "x"}).status_code == 404


def test_a_test_says_what_happened(mine, ichiro, post_office, chatwork):
    page = mine.post(f"{OWN}mail/test/", follow=True).content.decode()
    assert "is on its way" in page
    assert post_office.mails[0].to == ["ichiro@example.co.jp"]
    post_office.refusals["RCPT"] = "550 nobody here"
    page = mine.post(f"{OWN}mail/test/", follow=True).content.decode()
    assert "does not know the recipient. Check the address. (SMTP 550)" in page
    page = mine.post(f"{OWN}chatwork/test/", follow=True).content.decode()
    assert "The person has no address there." in page
    access_write(via=Via.CHATWORK, secrets={"token": "t"}, actor=SYSTEM)
    channel_write(user=ichiro, via=Via.CHATWORK, address="123", actor=SYSTEM)
    chatwork.answers = {"/v2": [(401, b"{}")]}
    page = mine.post(f"{OWN}chatwork/test/", follow=True).content.decode()
    assert "refuses the access. Enter it anew. (HTTP 401)" in page


def test_a_body_and_files_are_shown_to_whom_they_are_for(mine, admin, ichiro):
    invitation = Attachment("定例.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR")
    told = tell(ichiro, "tests.meeting", body="<1>\n2", attachments=[invitation])
    page = mine.get(reverse("notify:notification_list")).content.decode()
    assert "&lt;1&gt;<br>2" in page
    assert "定例.ics" in page
    file = told.files.get()
    address = reverse("notify:file", args=[told.uid, file.pk])
    answer = mine.get(address)
    assert b"".join(answer.streaming_content) == b"BEGIN:VCALENDAR"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert admin.get(address).status_code == 404
    assert mine.get(reverse("notify:file", args=[told.uid, file.pk + 1])).status_code == 404


def test_a_service_is_set_up_tested_and_closed(admin, chatwork):
    page = admin.get(ADMIN).content.decode()
    assert page.count("Not set up") == 2
    admin.post(f"{ADMIN}services/chatwork/", {"token": "secret-token"})
    assert chatwork_access().token == "secret-token"
    page = admin.get(ADMIN).content.decode()
    assert page.count("Not set up") == 1
    assert "secret-token" not in page
    done = admin.post(f"{ADMIN}services/chatwork/test/", {"to": "77"}, follow=True)
    assert "The test is on its way" in done.content.decode()
    assert chatwork.posts[0].path == "/v2/rooms/77/messages"
    chatwork.answers = {"/v2": [(403, b"{}")]}
    done = admin.post(f"{ADMIN}services/chatwork/test/", {"to": "77"}, follow=True)
    assert "The test was not sent. The service refuses the access." in done.content.decode()
    done = admin.post(f"{ADMIN}services/chatwork/test/", {"to": "a/b"}, follow=True)
    assert "The test was not sent. This is no room of Chatwork." in done.content.decode()
    admin.post(f"{ADMIN}services/chatwork/", {"end": "1"})
    assert admin.get(ADMIN).content.decode().count("Not set up") == 2


def test_a_private_key_that_is_none_is_refused_at_once(admin):
    data = {
        "bot_id": "2000001",
        "client_id": "c",
        "client_secret": "s",
        "service_account": "a",
        "private_key": "-----BEGIN NOTHING-----",
    }
    answer = admin.post(f"{ADMIN}services/line_works/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The private key cannot be read." in page
    assert 'value="2000001"' in page
    assert 'value="s"' not in page


def test_the_name_of_the_company_stands_in_mails(admin, post_office):
    admin.post(f"{ADMIN}company/", {"name": "北の金属"})
    assert setting_read(company) == "北の金属"
    admin.post(f"{ADMIN}services/mail/test/")
    assert post_office.mails[0].message["Subject"].endswith("｜北の金属")


def test_what_did_not_get_through_is_listed_without_its_text(admin, people, post_office):
    post_office.refusals["RCPT"] = "550 nobody here"
    for user in people:
        tell(user, "tests.deal", "秘密の商談")
    deliveries_send()
    address = reverse("notify:delivery_list")
    page = admin.get(f"{address}?state=parked").content.decode()
    assert "ichiro" in page
    assert "Check the address. (SMTP 550)" in page
    assert "秘密の商談" not in page
    one = Delivery.objects.order_by("pk")[0]
    post_office.refusals.clear()
    admin.post(reverse("notify:decide"), {"one": str(one.uid), "again": "1"})
    admin.post(reverse("notify:decide"), {})
    assert deliveries_send() == 1
    assert [row.state for row in Delivery.objects.order_by("pk")] == ["sent", "skipped"]
    assert "Nothing needs a decision" in admin.get(f"{address}?state=parked").content.decode()
    assert admin.post(reverse("notify:decide"), {"one": "x", "again": "1"}).status_code == 404


def test_a_long_list_has_pages_and_few_queries(admin, ichiro, django_assert_max_num_queries):
    for n in range(60):
        notifications_create(users=[ichiro], kind="tests.deal", params={"name": n}, actor=SYSTEM)
    work()
    address = reverse("notify:delivery_list")
    with django_assert_max_num_queries(20):
        page = admin.get(address).content.decode()
    assert page.count('<td role="cell" class="nowrap">') == 50
    last = Delivery.objects.order_by("-pk")[49].pk
    older = admin.get(f"{address}?before={last}").content.decode()
    assert older.count('<td role="cell" class="nowrap">') == 10


def test_others_neither_see_nor_decide(mine):
    for address in (ADMIN, reverse("notify:delivery_list")):
        assert mine.get(address).status_code == 403
    assert mine.post(reverse("notify:decide"), {"again": "1"}).status_code == 403
