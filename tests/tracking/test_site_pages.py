"""Pages about sites: adding, what to embed, what was heard and counted, what was filtered."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.intake.importing import ACTOR
from tests.tracking.beacons import Browser, packed, site_made, turned, view

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, Change
from teichaku.tracking.hosts import host_fits, hosts_read
from teichaku.tracking.models import Beacon, Site
from teichaku.tracking.sent_fields import sent_fields
from teichaku.tracking.sites import SiteValues, site_archive, site_save

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer():
    user = user_create(name="青木", email="m@example.jp", actor=ACTOR)
    role_grant(user=user, role=Role.MARKETER, actor=ACTOR)
    client = Client(headers={"Accept-Language": "ja"})
    client.force_login(user)
    return client


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_site_is_added_changed_and_put_away(marketer):
    assert "計測しているサイトはありません" in text(marketer.get("/sites/"))
    wrong = marketer.post("/sites/new/", {"name": "自社", "hosts": "a b!", "mode": "notice"})
    assert wrong.status_code == 422
    assert "b! はホスト名ではありません" in text(wrong)
    assert "a b!" in text(wrong)
    data = {"name": "自社", "hosts": "https://www.Example.co.jp/top", "mode": "ask"}
    added = marketer.post("/sites/new/", data)
    site = Site.objects.get()
    assert added.url == f"/sites/{site.uid}/"
    assert (site.hosts, site.mode) == (["www.example.co.jp"], "ask")
    page = text(marketer.get(added.url))
    assert f"/tag/{site.key}.js" in page
    assert "未受信" in page
    data |= {"hosts": "www.example.co.jp shop.example.co.jp", "cookie_domain": "example.co.jp"}
    assert marketer.post(f"{added.url}edit/", data).status_code == 302
    assert Change.objects.filter(object_type="tracking.site", field="hosts").count() == 2
    data |= {"cookie_domain": "other.jp"}
    refused = marketer.post(f"{added.url}edit/", data)
    assert "すべてのホストが含まれていません" in text(refused)
    assert marketer.post(f"{added.url}put-away/").url == "/sites/"
    assert marketer.get(added.url).status_code == 404
    assert marketer.get(f"/tag/{site.key}.js").status_code == 404
    with pytest.raises(Conflict):
        site_archive(site=site, actor=ACTOR)


def test_a_name_is_used_once_and_hosts_are_names():
    site = site_made()
    with pytest.raises(Conflict):
        site_save(values=SiteValues(site.name, ("a.jp",)), actor=ACTOR)
    for wrong in ("", "http://", "a_b.jp", "-a.jp", "a.jp:x"):
        with pytest.raises(InvalidInput):
            hosts_read(wrong)
    assert hosts_read("www.a.jp, *.b.jp\nlocalhost:8000") == [
        "www.a.jp",
        "*.b.jp",
        "localhost:8000",
    ]
    fits = [
        host_fits("*.b.jp", f"https://{host}") for host in ("x.b.jp", "b.jp", "xb.jp", "x.b.jp:8")
    ]
    assert fits == [True, False, False, True]
    assert host_fits("localhost:8000", "http://localhost:8000")
    assert not host_fits("localhost:8000", "http://localhost:9000")


def test_the_page_shows_what_came_and_what_could_not_be_read(marketer):
    browser = Browser(site_made())
    browser.send(view("/a"))
    turned()
    browser.send(view("/b"))
    Beacon.objects.filter(done_at=None).update(payload="{}")
    turned()
    page = text(marketer.get(f"/sites/{browser.site.uid}/"))
    assert "受信済み" in page
    assert "直近1時間の送信1件" in page
    assert "読み取れなかった計測データ" in page
    parked = Beacon.objects.exclude(parked="").get()
    again = f"/sites/{browser.site.uid}/parked/{parked.pk}/"
    assert "まだ読み取れません" in text(marketer.post(again, follow=True))
    Beacon.objects.filter(pk=parked.pk).update(payload=packed(view("/b")))
    assert "記録しました" in text(marketer.post(again, follow=True))
    assert marketer.post(again).status_code == 404
    assert AuditEntry.objects.filter(action="tracking.beacon_decide").count() == 2
    assert "受信済み" in text(marketer.get(f"/sites/{browser.site.uid}/heard/"))
    line = text(marketer.get("/sites/"))
    assert browser.site.name in line


def test_browsers_that_are_nobodys_are_in_no_list_of_leads(marketer):
    browser = Browser(site_made())
    browser.send(view("/a"))
    assert str(browser.visitor.lead.uid) not in text(marketer.get(reverse("console:lead_list")))


def test_what_was_filtered_is_shown_and_given_back(marketer):
    assert "除外した訪問者はいません" in text(marketer.get("/sites/filtered/"))
    browser = Browser(site_made(), "curl/8.0")
    browser.send(view("/secret"))
    number = browser.visitor.pk
    page = text(marketer.get("/sites/filtered/?reason=crawler"))
    assert "検査プログラム" in page
    assert "/secret" in page
    assert "curl/8.0" in page
    given = marketer.post(f"/sites/filtered/{number}/", follow=True)
    assert "1件の行動を反映しました" in text(given)
    assert marketer.post("/sites/filtered/999999/").status_code == 404
    assert AuditEntry.objects.filter(action="tracking.visitor_clear").exists()


def test_the_notice_names_all_that_is_sent_in_both_languages():
    site = site_made()
    address = f"/notice/{site.key}/"
    ja = text(Client(headers={"Accept-Language": "ja"}).get(address))
    en = text(Client(headers={"Accept-Language": "en"}).get(address))
    assert "利用者情報の外部送信について" in ja
    assert "External transmission of visitor data" in en
    assert re.findall(r'data-field="(\w+)"', ja) == [field.key for field in sent_fields()]
    assert "180日" in ja
    assert not Client().get(address).cookies


def test_the_tag_knows_its_site_and_nothing_else():
    site = site_made(mode=Site.Mode.ASK)
    answer = Client().get(f"/tag/{site.key}.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert f'{{"ask":true,"key":"{site.key}"}}' in answer.content.decode()
    assert not answer.cookies
