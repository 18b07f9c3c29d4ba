"""From the first visit to sales: a made-up site with the tag, forms, points, the inbox, an answer.

Sakura reads four pages about services (S-01: 5 each) and asks for documents in a form inside the
site (S-10: 25), so what she read before counts for her: 45. The price page, twice (S-02: 10 each),
makes it 65 of the 60 that the definition asks for, with the three pages that it wants besides.
Minato sends the contact form on its own page, which alone makes an MQL.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.browser.conftest import sign_in
from tests.browser.test_tag import served, visiting
from tests.forms.making import published
from tests.handover.handing import USUAL
from tests.tracking.beacons import AGENT

from teichaku.accounts.models import Role
from teichaku.accounts.person_writes import teams_set
from teichaku.core.actors import SYSTEM
from teichaku.core.models import Job
from teichaku.core.worker import Worker
from teichaku.engine.rulebook.load import load
from teichaku.handover.models import Handover, Reply
from teichaku.leads.models import Lead
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.models import Event, Site, Visitor

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLE = Path(__file__).parents[2] / "docs" / "example.yaml"
READ = ("/service/cutting", "/service/press", "/service/welding", "/service/inspection")
TYPING_MS = 3_100  # longer than a machine takes


@pytest.fixture
def house(person, live_server, settings):
    """A rep who takes MQLs, a marketing manager who answers, the article's rules, two forms."""
    settings.SITE_ADDRESS = live_server.url
    rep = person("鈴木 一郎", "suzuki@example.co.jp", Role.SALES_REP)
    teams_set(user=rep, teams=["field_sales"], actor=SYSTEM)
    person("佐藤 美咲", "sato@example.co.jp", Role.MARKETING_MANAGER)
    rules = USUAL.replace("per_week: 2", "per_week: 20")
    document = f"{EXAMPLE.read_text(encoding='utf-8')}\nhandover:\n{rules}"
    revision = revision_save(rulebook=load(document), document=document, actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM)
    published("document-request", confirm=False)
    published("contact", title="お問い合わせ")


def work() -> None:
    """The worker came by, and nothing went wrong."""
    Worker().run(once=True)
    assert not Job.objects.exclude(error="").exists()


def until(page, holds) -> None:
    """The worker comes by until what was sent has arrived."""
    for _ in range(50):
        work()
        if holds():
            return
        page.wait_for_timeout(100)
    seen = Event.objects.values_list("signature__type", "signature__path", "origin", "lead__root")
    raise AssertionError([*seen, *Score.objects.values_list("lead", "total")])


def views() -> int:
    return Event.objects.filter(signature__type="page_view").count()


def filled(where, page, *, company: str, name: str, email: str) -> None:
    """Nothing; the form was filled in and sent as a person does it."""
    where.get_by_label("会社名").fill(company)
    where.get_by_label("お名前").fill(name)
    where.get_by_label("メールアドレス").fill(email)
    page.wait_for_timeout(TYPING_MS)
    where.get_by_role("button", name="送信").click()
    where.get_by_text("ありがとうございました。").wait_for()


def test_from_the_first_visit_to_sales_and_back(open_page, chromium, live_server, house):
    _sakura(chromium, live_server.url)
    _minato(chromium, live_server.url)
    work()
    assert sorted(Qualification.objects.values_list("lead__name", flat=True)) == [
        "桜井 花", "湊 涼",
    ]  # fmt: skip
    assert Handover.objects.count() == 2
    rep = _decided(open_page)
    _answered(open_page, rep)


def _sakura(chromium, server: str) -> None:
    with visiting(chromium, server, Site.Mode.NOTICE) as (page, site, _asked):
        page.context.set_extra_http_headers({"Accept-Language": "ja"})
        for count, path in enumerate(READ, start=1):
            page.goto(site + path)
            until(page, lambda count=count: views() == count)
        visitor = Visitor.objects.get()
        assert visitor.lead.kind == Lead.Kind.ANONYMOUS
        frame = f"<iframe src='{server}/f/document-request/inside/' width=600 height=900></iframe>"
        with served(frame) as shop:
            page.goto(f"{shop}/documents")
            inside = page.frame_locator("iframe")
            filled(inside, page, company="桜製作所", name="桜井 花", email="hana@sakura.example.jp")
        until(page, lambda: Event.objects.filter(signature__form="document-request").exists())
        visitor.lead.refresh_from_db()
        lead = Lead.objects.get(email="hana@sakura.example.jp")
        assert visitor.lead.root == lead  # what was read before is hers now
        assert 44.9 < Score.objects.get(lead=lead).total <= 45
        for count in (1, 2):
            assert not Qualification.objects.exists()
            page.goto(f"{site}/pricing")
            until(page, lambda count=count: views() == len(READ) + count)
        until(page, lambda: Qualification.objects.exists())


def _minato(chromium, server: str) -> None:
    context = chromium.new_context(user_agent=AGENT, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{server}/f/contact/")
    filled(page, page, company="湊工業", name="湊 涼", email="ryo@minato.example.jp")
    until(page, lambda: Qualification.objects.count() == 2)
    context.close()


def _decided(open_page):
    """The rep accepts one by a key and returns the other with a reason."""
    page = open_page()
    sign_in(page, "suzuki@example.co.jp")
    page.goto("/inbox/")
    page.get_by_text("判断待ちのリードが2件あります。").wait_for()
    page.keyboard.press("1")
    page.get_by_text("引き受けました。").wait_for()
    [waiting] = Handover.objects.filter(state="waiting")
    page.goto(f"/inbox/{waiting.uid}/")
    page.keyboard.press("3")
    page.locator("#return .check").nth(1).click()
    page.locator("#return").get_by_role("button", name="マーケに戻す").click()
    page.get_by_text("マーケに戻しました。").wait_for()
    assert set(Handover.objects.values_list("state", flat=True)) == {"accepted", "returned"}
    return page


def _answered(open_page, rep) -> None:
    """Marketing answers, and the rep reads it."""
    desk = open_page()
    sign_in(desk, "sato@example.co.jp")
    desk.goto("/returns/")
    desk.locator(".choice").first.click()
    desk.get_by_label("対応の内容、または対応しない理由").fill("配点を見直します")
    desk.get_by_role("button", name="回答").click()
    desk.get_by_text("回答を記録しました。").wait_for()
    assert Reply.objects.get().adopted
    rep.reload()
    rep.get_by_text("配点を見直します").wait_for()
