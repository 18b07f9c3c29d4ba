"""The tag in a real browser on a made-up site: what it sends, when, and what it never does."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page
from tests.intake.importing import ACTOR
from tests.tracking.beacons import AGENT, turned

from teichaku.tracking.cookies import COOKIE
from teichaku.tracking.models import Beacon, Event, Site, Visitor
from teichaku.tracking.public_views import SOURCE
from teichaku.tracking.sent_fields import sent_fields
from teichaku.tracking.sites import SiteValues, site_save

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "<p>長い説明</p>" * 200


class Pages(http.server.BaseHTTPRequestHandler):
    """Every page of the made-up site: the tag, a long text, a link to a file."""

    snippet = ""

    def do_GET(self) -> None:
        body = (
            f"<!doctype html><meta charset=utf-8><title>{self.path}</title>{self.snippet}"
            f"<h1>製品</h1><a id=file href='/files/catalogue.pdf?x=secret'>カタログ</a>{LONG}"
        ).encode()
        is_file = self.path.startswith("/files/")
        self.send_response(204 if is_file else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "0" if is_file else str(len(body)))
        self.end_headers()
        if not is_file:
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def served(snippet: str) -> Iterator[str]:
    """Within the block, the made-up site on a port of its own; its address."""
    handler = type("Tagged", (Pages,), {"snippet": snippet})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def visiting(chromium: Browser, server: str, mode: Site.Mode) -> Iterator[tuple[Page, str, list]]:
    """Within the block, a person's browser, the site's address, and all that leaves the browser."""
    site = site_save(values=SiteValues("見本", ("localhost",), "", mode), actor=ACTOR)
    snippet = f"<script async src='{server}/tag/{site.key}.js'></script>"
    context = chromium.new_context(user_agent=AGENT, viewport={"width": 900, "height": 700})
    # What a browser says that a person uses.
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => false})")
    page = context.new_page()
    page.set_default_timeout(15_000)
    asked: list = []
    page.on("request", lambda request: asked.append(request))
    with served(snippet) as address:
        yield page, address, asked
    context.close()


def beacons(asked):
    return [json.loads(r.post_data) for r in asked if "/c/" in r.url and r.method == "POST"]


def kinds():
    turned()
    rows = Event.objects.order_by("at", "pk").values_list("signature__type", "signature__path")
    return list(rows)


def wait_for(page: Page, count: int) -> None:
    for _ in range(100):
        if len(kinds()) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(kinds())


def test_it_sends_what_the_notice_says_and_asks_nobody_else(django_db_setup, chromium, live_server):
    assert len(gzip.compress(SOURCE.read_bytes())) <= 3 * 1024
    with visiting(chromium, live_server.url, Site.Mode.NOTICE) as (page, site, asked):
        page.goto(f"{site}/products/?utm_source=mail&name=yamada#top")
        wait_for(page, 1)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.click("#file")
        page.evaluate("teichaku('event', '見積もり', {plan: 'A', deep: {x: 1}})")
        page.wait_for_timeout(1_100)
        page.evaluate("history.pushState({}, '', '/products/price/')")
        page.go_back()
        page.goto(f"{site}/contact/")
        wait_for(page, 7)
        assert [one for one in kinds() if one[0] == "page_view"] == [
            ("page_view", "/products"),
            ("page_view", "/products/price"),
            ("page_view", "/products"),
            ("page_view", "/contact"),
        ]
        # What a page sends while it is left the browser does not tell; what came is on record.
        sent = list(map(json.loads, Beacon.objects.values_list("payload", flat=True)))
        events = [event for one in sent for event in one["e"]]
        assert {key for one in sent for key in one} - {"e"} | {k for e in events for k in e} == {
            field.key for field in sent_fields()
        }
        said = json.dumps(sent)
        assert "yamada" not in said
        assert "secret" not in said
        assert "deep" not in said
        assert "utm_source=mail" in said
        first = next(event for event in events if event["n"] == "read")
        assert first["q"] == 4
        assert first["d"] >= 1
        assert all(r.url.startswith((site, live_server.url)) for r in asked)
        assert page.evaluate("document.cookie") == ""
        [cookie] = page.context.cookies(live_server.url)
        assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Lax")
    visitor = Visitor.objects.get()
    assert str(visitor.uid) == cookie["value"]
    assert set(Event.objects.values_list("lead", flat=True)) == {visitor.lead_id}
    # What is sent while a page is left goes out under the name of the browser itself, which is one
    # without a screen here.
    kinds_of = Event.objects.values_list("origin", "attributes__filter").distinct()
    assert {("human", None)} <= set(kinds_of) <= {("human", None), ("bot", "headless")}


def test_what_could_not_be_sent_comes_later_and_counts_once(django_db_setup, chromium, live_server):
    with visiting(chromium, live_server.url, Site.Mode.NOTICE) as (page, site, asked):
        collector = f"{live_server.url}/c/**"
        answers = iter(["abort", "busy", "lost"])

        def answer(route):
            what = next(answers, "")
            if what == "abort":
                route.abort()
            elif what == "busy":
                # As the collector says it, allowing the site's page to read it.
                route.fulfill(status=503, headers={
                    "Retry-After": "1", "Access-Control-Allow-Origin": site,
                    "Access-Control-Allow-Credentials": "true",
                    "Access-Control-Expose-Headers": "Retry-After",
                })  # fmt: skip
            elif what == "lost":
                route.fetch()  # it arrives, and the answer does not
                route.abort()
            else:
                route.continue_()

        page.route(collector, answer)
        page.goto(f"{site}/a/")
        for _ in range(150):
            if len(beacons(asked)) >= 4:
                break
            page.wait_for_timeout(100)
        page.wait_for_timeout(500)
        page.unroute(collector)
        ids = {event["i"] for one in beacons(asked) for event in one["e"]}
        assert len(ids) == 1
        assert kinds() == [("page_view", "/a")]
        page.context.set_offline(True)
        page.evaluate("teichaku('event', 'offline')")
        page.wait_for_timeout(400)
        page.context.set_offline(False)
        wait_for(page, 2)
        assert page.evaluate("localStorage.length") == 1


def test_without_consent_nothing_is_sent_and_nothing_kept(django_db_setup, chromium, live_server):
    with visiting(chromium, live_server.url, Site.Mode.ASK) as (page, site, asked):
        page.goto(f"{site}/a/")
        page.evaluate("teichaku('event', 'early')")
        page.wait_for_timeout(500)
        assert (beacons(asked), page.evaluate("localStorage.length")) == ([], 0)
        assert page.context.cookies() == []
        page.evaluate("teichaku('consent', 'granted')")
        wait_for(page, 1)
        assert [cookie["name"] for cookie in page.context.cookies()] == [COOKIE]
        page.evaluate("teichaku('consent', 'denied')")
        page.wait_for_timeout(500)
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length") == 0
        page.goto(f"{site}/b/")
        page.wait_for_timeout(400)
        assert kinds() == [("page_view", "/a")]
        notice = page.goto(f"{live_server.url}/notice/{Site.objects.get().key}/")
        assert notice.status == 200
        shown = page.eval_on_selector_all("[data-field]", "rows => rows.map(r => r.dataset.field)")
        assert shown == [field.key for field in sent_fields()]
