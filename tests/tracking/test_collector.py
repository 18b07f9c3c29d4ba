"""Beacons: acknowledged once, refused with the reason, turned into events of anonymous leads."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from tests.intake.importing import ACTOR
from tests.tracking.beacons import AGENT, HOST, Browser, packed, site_made, turned, view

from teichaku.core import clock
from teichaku.core.jobs import run_one
from teichaku.core.models import AuditEntry, Job
from teichaku.leads.models import Lead
from teichaku.scoring.models import DirtyLead
from teichaku.tracking import collector, inbox, site_counts
from teichaku.tracking.cookies import COOKIE
from teichaku.tracking.inbox import TURN
from teichaku.tracking.limits import Limit
from teichaku.tracking.models import Beacon, Event, SiteHour, Visitor
from teichaku.tracking.site_figures import counts_of, lag_of
from teichaku.tracking.turning import beacon_retry, beacons_turn

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Refusals are written and the job is asked for each time, not only now and then."""
    monkeypatch.setattr(site_counts, "WRITE_EVERY_S", 0)
    monkeypatch.setattr(inbox, "WAKE_EVERY_S", 0)


def events():
    rows = Event.objects.order_by("at").select_related("signature")
    return [(row.signature.type, row.signature.path, row.signature.asset) for row in rows]


def test_a_beacon_is_acknowledged_with_a_cookie_and_becomes_events_of_an_anonymous_lead():
    browser = Browser(site_made())
    read = {**view("/price/?utm_campaign=spring", 1_000), "n": "read", "d": 40, "q": 3}
    file = {**view("/price/", 500), "n": "download", "f": f"{HOST}/files/%E8%B3%87%E6%96%99.pdf"}
    own = {**view("/price/", 100), "n": "custom", "m": "見積もり", "p": {"plan": "A", "n": 3}}
    first = view("/price/?utm_campaign=spring", 2_000, r="https://search.example/")
    answer = browser.send(first, read, file, own)
    assert answer.status_code == 204
    cookie = browser.client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 15_552_000)
    assert answer["Access-Control-Allow-Origin"] == HOST
    assert events() == []
    assert Job.objects.filter(kind=TURN, key=TURN).exists()
    turned()
    assert events() == [
        ("page_view", "/price", ""),
        ("page_read", "/price", ""),
        ("download", "/price", "資料.pdf"),
        ("web_custom", "/price", "見積もり"),
    ]
    visitor = browser.visitor
    assert visitor.lead.kind == Lead.Kind.ANONYMOUS
    shown, looked, _, said = Event.objects.filter(lead=visitor.lead).order_by("at")
    assert (shown.signature.campaign, shown.attributes) == (
        "spring", {"referrer": "https://search.example/"},
    )  # fmt: skip
    assert (looked.duration, looked.attributes) == (40.0, {"scroll": 75})
    assert said.attributes == {"plan": "A", "n": 3}
    assert timedelta(seconds=1) < shown.recorded_at - shown.at < timedelta(seconds=60)
    assert not DirtyLead.objects.exists()
    assert beacons_turn(actor=ACTOR) == 0


def test_the_job_runs_what_waits():
    browser = Browser(site_made())
    browser.send(view("/"))
    with clock.moved_to(clock.now() + timedelta(seconds=1)):
        while run_one("w", kinds=[TURN]):
            pass
    assert events() == [("page_view", "/", "")]


def test_what_comes_twice_is_there_once():
    browser = Browser(site_made())
    one, two = view("/a"), view("/b")
    browser.send(one)
    browser.send(one, two)
    turned()
    browser.send(two)
    turned()
    assert sorted(path for _, path, _ in events()) == ["/a", "/b"]
    counted = counts_of(browser.site, HOUR)
    assert (counted["accepted"], counted["duplicates"]) == (2, 2)
    assert Visitor.objects.count() == Lead.objects.count() == 1
    assert AuditEntry.objects.get(action="tracking.visitors_meet").count == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "json"),
        ("[]", "shape"),
        (packed(), "events"),
        (packed(*(view() for _ in range(11))), "events"),
        (packed(view(), x=1), "unknown field"),
        (packed({**view(), "email": "a@example.jp"}), "unknown field"),
        (packed({**view(), "u": "javascript:alert(1)"}), "u is wrong"),
        (packed({**view(), "i": "1"}), "i is wrong"),
        (packed({**view(), "n": "deal_won"}), "n is wrong"),
        (packed({**view(), "a": -1}), "a is wrong"),
        (packed({**view(), "n": "read", "d": 3}), "q is missing"),
        (packed({**view(), "n": "custom", "m": "x", "p": {"y": [1]}}), "p is wrong"),
        (packed(view("/\x00")), "characters"),
        ("[" * 60_000, "json"),
        (json.dumps({"s": 1, "w": 0, "e": [{"u": "x" * 70_000}]}), "64 kB"),
    ],
    ids=itertools.count(1),  # what is sent holds the time of day
)
def test_what_the_tag_does_not_send_is_refused_with_the_reason(body, reason):
    browser = Browser(site_made())
    answer = browser.send(body=body)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]
    assert answer["Access-Control-Allow-Origin"] == HOST
    assert not Beacon.objects.exists()


def test_other_hosts_unknown_keys_and_other_methods_are_refused():
    browser = Browser(site_made(hosts=("www.example.co.jp", "*.shop.example")))
    assert browser.send(view(), origin="https://evil.example").status_code == 403
    assert browser.send(view(), origin="").status_code == 403
    assert browser.send(view(), origin="https://a.shop.example:8443").status_code == 204
    assert (
        browser.client.get(f"/c/{browser.site.key}/", headers={"Origin": HOST}).status_code == 405
    )
    assert browser.client.post("/c/nothing/", headers={"Origin": HOST}).status_code == 404
    asked = browser.client.options(f"/c/{browser.site.key}/", headers={"Origin": HOST})
    assert (asked.status_code, asked["Access-Control-Allow-Credentials"]) == (204, "true")
    assert SiteHour.objects.get(site=browser.site).refused == 2


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_a_browser_that_asks_not_to_be_measured_leaves_nothing(header):
    browser = Browser(site_made())
    assert browser.send(view(), **{header: "1"}).status_code == 204
    assert not Beacon.objects.exists()
    assert COOKIE not in browser.client.cookies


def test_the_cookie_is_taken_back_on_request():
    browser = Browser(site_made())
    browser.send(view())
    answer = browser.client.delete(f"/c/{browser.site.key}/", headers={"Origin": HOST})
    assert answer.cookies[COOKIE].value == ""


def test_too_much_from_one_browser_is_put_off(monkeypatch):
    monkeypatch.setattr(collector, "_per_visitor", Limit(2))
    browser = Browser(site_made())
    answers = [browser.send(view(f"/{n}")).status_code for n in range(4)]
    assert answers == [204, 204, 204, 429]  # the first came without a cookie
    assert int(browser.send(view())["Retry-After"]) > 0


def test_when_nothing_can_be_written_the_browser_is_to_come_again(monkeypatch):
    def locked(*args):
        raise OperationalError("database is locked")

    browser = Browser(site_made())
    with monkeypatch.context() as patched:
        patched.setattr(inbox.bulk, "insert", locked)
        answer = browser.send(view())
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert not Beacon.objects.exists()
    assert browser.send(view()).status_code == 204


def test_one_beacon_that_cannot_be_read_is_parked_and_the_others_go_on():
    browser = Browser(site_made())
    browser.send(view("/a"))
    Beacon.objects.update(payload=packed({"v": 9}))
    browser.send(view("/b"))
    turned()
    assert [path for _, path, _ in events()] == ["/b"]
    parked = Beacon.objects.exclude(parked="").get()
    assert parked.parked == "n is wrong" or parked.parked.endswith("is missing")
    parked.payload = packed(view("/a"))
    parked.save()
    assert beacon_retry(beacon=parked, actor=ACTOR)
    assert sorted(path for _, path, _ in events()) == ["/a", "/b"]


def test_the_lag_is_taken_from_the_browsers_clock_where_that_can_be_right():
    browser = Browser(site_made())
    now = clock.now()
    with clock.moved_to(now):
        assert lag_of(browser.site) is None
        sent = int(now.timestamp() * 1_000)
        for ahead in (-2_000, -86_400_000, 5_000):  # 2 s ago; a clock a day late; one 5 s early
            browser.send(body=packed(view(), sent=sent + ahead))
    with clock.moved_to(now + timedelta(seconds=1)):
        turned()
        lag = lag_of(browser.site)
    # 3.0, 1.0 and 1.0 seconds
    assert (lag.p50, lag.p95, lag.beacons) == (1.0, 3.0, 3)


def test_programs_and_doubtful_visits_are_kept_with_the_reason_and_count_nowhere():
    site = site_made()
    found = {}
    for name, agent, headers, more in (
        ("crawler", "Mozilla/5.0 (compatible; Googlebot/2.1)", {}, {}),
        ("headless", AGENT.replace("Chrome", "HeadlessChrome"), {}, {}),
        ("prefetch", AGENT, {"Sec-Purpose": "prefetch;prerender"}, {}),
        ("no_agent", "", {}, {}),
        ("driven", AGENT, {}, {"w": 1}),
        ("", AGENT, {}, {}),
    ):
        browser = Browser(site, agent)
        browser.send(body=packed(view("/x"), **more), **headers)
        visitor = browser.visitor
        [event] = Event.objects.filter(lead=visitor.lead)
        found[name] = (event.origin, (event.attributes or {}).get("filter", ""), visitor.reason)
    assert found == {
        "crawler": ("bot", "crawler", "crawler"),
        "headless": ("bot", "headless", "headless"),
        "prefetch": ("bot", "prefetch", "prefetch"),
        "no_agent": ("unknown", "no_agent", "no_agent"),
        "driven": ("bot", "driven", "driven"),
        "": ("human", "", ""),
    }


def test_pages_faster_than_a_person_opens_them_are_doubtful():
    fast, slow = Browser(site_made()), Browser(site_made())
    fast.send(*(view(f"/{n}", 100 * n) for n in range(5)))
    slow.send(*(view(f"/{n}", 600 * n) for n in range(5)))
    assert (fast.visitor.reason, slow.visitor.reason) == ("too_fast", "")
