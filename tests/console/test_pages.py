"""The pages: who may see them, what they say, how often they ask the database."""

from __future__ import annotations

import gettext
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from teichaku.accounts.access import OPEN
from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.config.static_files import static_files_collect
from teichaku.console.lead_filters import LeadFilter
from teichaku.console.selectors import leads_listed
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.http import POLICY
from teichaku.engine.rulebook.load import load
from teichaku.leads.models import AttributeDefinition, Company, Lead, LeadIdentity
from teichaku.leads.names import company_name_key, email_key
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.services import lead_merge
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import shape_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "ja" / "LC_MESSAGES" / "django"
RULEBOOK = """
rulebook: 1
title: 共通運用ルール
scoring:
  behaviour:
    - group: web
      label: サイト閲覧
      max: 20
      rules:
        - {id: S-01, label: 料金ページの閲覧, when: {event: page_view, path: /pricing}, points: 10}
        - {id: S-02, label: 資料請求, when: {event: form_submit}, points: 8, half_life: 30d}
  fit:
    rules:
      - {id: F-01, label: 決裁に近い役職, when: {attribute: title, matches: "部長"}, points: 5}
  grades: {fit: {A: 5, B: 0}, behaviour: {1: 10, 2: 0}}
mql:
  id: M-01
  when: {all: [{score: total, at_least: 20}]}
"""


@pytest.fixture(autouse=True)
def _now():
    with clock.moved_to(NOW), translation.override("ja"):
        yield


@pytest.fixture
def user():
    person = user_create(name="鈴木 一郎", email="ichiro@example.co.jp", actor=SYSTEM)
    role_grant(user=person, role=Role.MARKETER, actor=SYSTEM)
    return person


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def revision():
    return revision_save(rulebook=load(RULEBOOK), document=RULEBOOK, actor=SYSTEM)


@pytest.fixture
def in_force(revision):
    revision_activate(revision=revision, actor=SYSTEM, effective_from=NOW - timedelta(days=90))
    return revision


def company(name, **fields):
    made = Company(name=name, name_key=company_name_key(name), recorded_at=NOW, **fields)
    made.pk = (Company.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    made.root_id = made.pk
    made.save(force_insert=True)
    return made


def lead(name="", *, total=None, revision=None, grade="B2", **fields):
    pk = (Lead.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    made = Lead.objects.create(
        pk=pk,
        root_id=pk,
        name=name,
        recorded_at=NOW,
        email_key=email_key(fields.get("email", "")),
        **fields,
    )
    search_texts_write([pk])
    if total is not None:
        Score.objects.create(
            lead=made,
            behaviour=total,
            fit=0,
            total=total,
            grade=grade,
            rising=0.5,
            revision=revision,
            as_of=NOW,
            history=0,
        )
    return made


def happened(lead_row, kind="page_view", path="", *, days=1.0, origin="human"):
    row = EventRow(
        lead=lead_row.pk,
        shape=shape_of(kind, path),
        at=NOW - timedelta(days=days),
        source="web",
        external_id=f"{lead_row.pk}-{kind}-{path}-{days}-{origin}",
        recorded_at=NOW,
        origin=origin,
    )
    return events_write(rows=[row], actor=SYSTEM)


def names(page):
    return [row.label for row in page.rows]


def text_of(answer):
    """The page as people read it."""

    class Reader(HTMLParser):
        parts: list[str]

    reader = Reader()
    reader.parts = []
    reader.handle_data = reader.parts.append
    reader.feed(answer.content.decode())
    return " ".join(" ".join(reader.parts).split())


# Who may see them


@pytest.mark.parametrize("path", ["/", "/leads/", "/leads/01a20314-dac0-7fe1-b27e-36a68c0bafd8/"])
def test_whoever_is_not_signed_in_is_asked_to(client, path):
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("accounts:log_in"))
    assert answer.redirect_chain[-1][0].endswith(f"?next={path}")


def test_no_page_of_the_console_opens_without_signing_in(client):
    console = next(
        p for p in get_resolver().url_patterns if getattr(p, "namespace", "") == "console"
    )
    uid = "01a20314-dac0-7fe1-b27e-36a68c0bafd8"
    for pattern in console.url_patterns:
        if pattern.callback.right == OPEN:
            continue
        known = {"uid": uid, "other": uid, "name": "phone"}
        arguments = {name: known[name] for name in pattern.pattern.converters}
        address = reverse(f"console:{pattern.name}", kwargs=arguments)
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address)
        assert answer.status_code == 302, pattern.name


def test_an_unknown_lead_and_an_unknown_page_look_alike(signed_in):
    for path in ("/leads/01a20314-dac0-7fe1-b27e-36a68c0bafd8/", "/nowhere/"):
        answer = signed_in.get(path)
        assert answer.status_code == 404
        assert "リード一覧" in text_of(answer)


def test_pages_only_answer_questions(signed_in):
    assert signed_in.post("/leads/").status_code == 405


# The frame


def test_the_sign_in_page_has_the_frame_but_no_navigation(client):
    answer = client.get(reverse("accounts:log_in"))
    page = answer.content.decode()
    assert '<html lang="ja">' in page
    assert "ログイン" in page
    assert 'class="nav"' not in page
    assert 'form="log-out"' not in page


def test_the_frame_names_the_person_and_offers_to_leave(signed_in):
    page = signed_in.get("/leads/").content.decode()
    assert "鈴木 一郎" in page
    assert '<a class="skip" href="#main">本文へ移動</a>' in page
    assert 'aria-current="page"' in page
    assert '<form id="log-out" method="post" action="/accounts/log-out/"' in page


def test_nothing_is_inline_so_the_strict_policy_holds(signed_in, in_force):
    made = lead("伊藤 健", total=12.5, revision=in_force, title="部長")
    happened(made, "page_view", "/pricing")
    for path in ("/leads/", f"/leads/{made.uid}/", "/nowhere/"):
        answer = signed_in.get(path)
        page = answer.content.decode()
        assert answer["Content-Security-Policy"] == POLICY
        assert not re.search(r"\sstyle=|<style|<script(?![^>]* src=)|\son\w+=|javascript:", page), (
            path
        )


def test_the_language_is_the_browsers_until_one_is_chosen(signed_in):
    assert "Leads" in text_of(signed_in.get("/leads/", headers={"accept-language": "en-GB"}))
    assert "リード" in text_of(signed_in.get("/leads/", headers={"accept-language": "fr"}))
    answer = signed_in.post(reverse("console:language"), {"language": "en", "next": "/leads/?q=x"})
    assert answer.url == "/leads/?q=x"
    page = signed_in.get("/leads/", headers={"accept-language": "ja"})
    assert page["Content-Language"] == "en"
    assert '<html lang="en">' in page.content.decode()


# The list


def test_the_list_is_ordered_by_total_and_says_since_when_and_by_which_rules(signed_in, in_force):
    lead("低い 一", total=3.0, revision=in_force)
    first = lead(
        "伊藤 健",
        total=83.96,
        revision=in_force,
        grade="A1",
        title="部長",
        company=company("さくら商事株式会社"),
    )
    happened(first, days=2)
    happened(first, days=1, origin="bot")
    Qualification.objects.create(
        lead=first, at=NOW - timedelta(days=3), source="import", recorded_at=NOW
    )
    page = text_of(signed_in.get("/leads/"))
    assert page.index("伊藤 健") < page.index("低い 一")
    for part in (
        "さくら商事株式会社",
        "部長",
        "A1",
        "83.9",
        "＋0.5",
        "2026/03/30",
        "MQL 2026/03/29",
    ):
        assert part in page
    assert "2026/03/31" not in page, "a robot's visit is no activity"
    assert "スコアの時点 2026/04/01 12:00" in page
    assert f"共通運用ルール [{in_force.hash[:8]}]" in page
    assert "2件" in page


def test_leads_without_a_score_come_last_and_say_so(signed_in, in_force):
    lead("未採点 花子", email="hanako@example.co.jp")
    lead("採点 太郎", total=0.0, revision=in_force)
    page = text_of(signed_in.get("/leads/"))
    assert page.index("採点 太郎") < page.index("未採点 花子")
    assert names(leads_listed(LeadFilter(grade="B"))) == ["採点 太郎"]


def test_a_lead_without_a_name_is_called_by_its_address_or_id(signed_in):
    LeadIdentity.objects.create(lead=lead(), system="helpdesk", external_id="T-77")
    lead(email="info@example.co.jp")
    page = text_of(signed_in.get("/leads/"))
    assert "T-77" in page
    assert "info@example.co.jp" in page
    assert names(leads_listed(LeadFilter(text="helpdesk:T-77"))) == ["T-77"]


@pytest.mark.parametrize(
    "text",
    [
        "山田",
        "山田太郎",
        "太郎　山田",
        "ヤマダ",
        "やまだ",
        "ﾔﾏﾀﾞ",
        "ＹＡＭＡＤＡ",
        "taro@",
        "ミナト",
        "(株)ミナト",
        "ﾐﾅﾄ精工",
        "山田 ミナト",
    ],
)
def test_a_lead_is_found_however_it_is_typed(in_force, text):
    lead(
        "山田　太郎",
        kana="ヤマダ タロウ",
        email="yamada.taro@example.co.jp",
        company=company("株式会社ミナト精工"),
        total=1,
        revision=in_force,
    )
    lead("鈴木 花子", kana="スズキ ハナコ", email="hanako@example.com", total=2, revision=in_force)
    assert names(leads_listed(LeadFilter(text=text))) == ["山田　太郎"]


def test_half_width_data_is_found_by_full_width_words(in_force):
    lead("ｼﾞｮﾝ ｽﾐｽ", kana="ｼﾞﾖﾝ ｽﾐｽ")
    assert names(leads_listed(LeadFilter(text="ジョン"))) == ["ｼﾞｮﾝ ｽﾐｽ"]
    assert names(leads_listed(LeadFilter(text="すみす"))) == ["ｼﾞｮﾝ ｽﾐｽ"]


@pytest.mark.parametrize("text", ["%", "_", "100%", "\\"])
def test_signs_with_a_meaning_in_sql_are_only_signs(text):
    lead("山田 太郎")
    assert names(leads_listed(LeadFilter(text=text))) == []


def test_filters_stand_in_the_address_and_narrow_the_list(signed_in, in_force):
    good = lead("良い 一", total=50, revision=in_force, grade="A1")
    lead("普通 二", total=60, revision=in_force, grade="B1")
    kept = Qualification.objects.create(lead=good, at=NOW, source="import", recorded_at=NOW)
    answer = signed_in.get("/leads/?grade=A&mql=1")
    page = answer.content.decode()
    assert "良い 一" in page
    assert "普通 二" not in page
    assert '<input type="radio" name="grade" value="A" checked>' in page
    assert 'name="mql" value="1" checked' in page
    Qualification.objects.create(
        lead=good, at=NOW, source="import", recorded_at=NOW, supersedes=kept, withdrawn=True
    )
    assert names(leads_listed(LeadFilter(mql_only=True))) == []
    assert names(leads_listed(LeadFilter(grade="B"))) == ["普通 二"]


def test_a_merged_lead_is_listed_once_with_what_both_did(in_force):
    kept = lead("残る 一", total=5, revision=in_force)
    gone = lead("消える 二", total=9, revision=in_force)
    happened(kept, days=9)
    happened(gone, days=2)
    Qualification.objects.create(lead=gone, at=NOW, source="import", recorded_at=NOW)
    lead_merge(kept=kept, merged=gone, actor=SYSTEM)
    page = leads_listed(LeadFilter(mql_only=True))
    assert names(page) == ["残る 一"]
    assert page.rows[0].active_at == NOW - timedelta(days=2)
    assert page.rows[0].qualified_at == NOW


def test_pages_follow_each_other_without_gaps_or_repeats(signed_in, in_force):
    for number in range(70):
        lead(f"人 {number}", total=float(number // 10), revision=in_force)
    for number in range(70, 130):
        lead(f"人 {number}")
    seen, address, pages = [], "/leads/", 0
    while address:
        answer = signed_in.get(address)
        seen += [row.lead.pk for row in answer.context["page"].rows]
        assert "130件" in text_of(answer)
        following = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        address = f"/leads/{following[1]}" if following else None
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 130
    scores = [row.score.total for row in leads_listed(LeadFilter()).rows]
    assert scores == sorted(scores, reverse=True)


def test_the_number_of_queries_does_not_grow_with_the_list(signed_in, in_force):
    def fill(count):
        for number in range(count):
            made = lead(total=float(number), revision=in_force, company=company(f"会社{number}"))
            LeadIdentity.objects.create(lead=made, system="default", external_id=f"x{made.pk}")
            happened(made)

    def asked(address):
        with CaptureQueriesContext(connection) as questions:
            assert signed_in.get(address).status_code == 200
        return len(questions)

    fill(2)
    addresses = ("/leads/", "/leads/?sort=kana", "/leads/?sort=created", "/companies/")
    few = [asked(address) for address in addresses]
    fill(47)
    assert [asked(address) for address in addresses] == few
    assert max(few) <= 24


def test_a_word_that_many_have_keeps_the_order_of_the_list(in_force, monkeypatch):
    monkeypatch.setattr("teichaku.console.lead_filters.COUNTED", 3)
    for number in range(6):
        lead(f"山田 {number}", total=float(number), revision=in_force)
    lead("山田 未採点")
    lead("鈴木", total=9.0, revision=in_force)
    monkeypatch.setattr("teichaku.console.selectors.PAGE_SIZE", 5)
    first = leads_listed(LeadFilter(text="山田"))
    assert first.count == 4, "more than three"
    monkeypatch.setattr("teichaku.console.selectors.PAGE_SIZE", 50)
    page = leads_listed(LeadFilter(text="山田"))
    assert names(page) == [*(f"山田 {number}" for number in (5, 4, 3, 2, 1, 0)), "山田 未採点"]


def test_an_empty_list_says_what_to_do_next(signed_in):
    next_step = "MAやSFAから書き出したファイルを、そのまま取り込めます。"
    assert next_step in text_of(signed_in.get("/leads/"))
    page = text_of(signed_in.get("/leads/?q=nobody"))
    assert "該当するリードはありません" in page
    assert next_step not in page
    rep = user_create(name="営業", email="rep@example.co.jp", actor=SYSTEM)
    role_grant(user=rep, role=Role.SALES_REP, actor=SYSTEM)
    signed_in.force_login(rep)
    page = text_of(signed_in.get("/leads/"))
    assert "マーケティング部門が取り込むと、ここに表示されます。" in page
    assert next_step not in page


@pytest.mark.parametrize(
    ("address", "kept"),
    [("?grade=zz", ""), ("?after=1", ""), ("?q=" + "a" * 101, 'value="' + "a" * 101)],
)
def test_an_address_that_cannot_be_meant_is_explained(signed_in, address, kept):
    answer = signed_in.get("/leads/" + address)
    assert answer.status_code == 400
    assert 'data-tone="over"' in answer.content.decode() or "field__error" in (
        answer.content.decode()
    )
    assert kept in answer.content.decode()


# The page of one lead


def test_the_lead_page_shows_fields_score_events_and_qualifications(signed_in, in_force):
    AttributeDefinition.objects.create(object="lead", name="budget", type="text", label="予算時期")
    made = lead(
        "伊藤 健",
        kana="イトウ ケン",
        email="ken@sakura.example",
        title="営業部長",
        company=company(
            "さくら商事株式会社", industry="卸売業", employees=120, is_competitor=False
        ),
        attributes={"budget": "来期", "newsletter": True},
    )
    happened(made, "page_view", "/pricing", days=2)
    happened(made, "page_view", "/pricing", days=1)
    happened(made, "form_submit", days=30)
    happened(made, "our_own_kind", days=40)
    happened(made, "page_view", "/robots", days=1, origin="bot")
    Qualification.objects.create(
        lead=made, at=NOW - timedelta(days=1), source="engine", recorded_at=NOW, revision=in_force,
        behaviour=20, fit=5, total=25,
    )  # fmt: skip
    page = text_of(signed_in.get(f"/leads/{made.uid}/"))
    for part in (
        "伊藤 健", "（イトウ ケン）", "さくら商事株式会社", "卸売業", "120", "予算時期 来期",
        "newsletter はい", "競合 いいえ", "ken@sakura.example",
        "料金ページの閲覧 2回 [S-01] ＋20.0", "資料請求 1回 [S-02] ＋8.0",
        "経過による減点（資料請求） －4.0", "グループの上下限（サイト閲覧） －4.0",
        "決裁に近い役職 [F-01] ＋5.0", "合計 25.0", "グレード A1", "MQL 2026/03/31",
        "2026/03/31 (火) 12:00 ページ閲覧 /pricing", "our_own_kind",
        "合計スコアが20点以上である 該当",
    ):  # fmt: skip
        assert part in page
    assert "/robots" not in page


def test_a_lead_without_anything_has_a_page_too(signed_in):
    page = text_of(signed_in.get(f"/leads/{lead().uid}/"))
    assert "まだ記録がありません" in page
    assert "teichaku rulebook activate" in page


def test_a_merged_lead_leads_on_to_the_one_that_stands_for_it(signed_in):
    kept, gone = lead("残る 一"), lead("消える 二")
    happened(gone, "seminar_attend")
    lead_merge(kept=kept, merged=gone, actor=SYSTEM)
    answer = signed_in.get(f"/leads/{gone.uid}/")
    assert (answer.status_code, answer.url) == (302, f"/leads/{kept.uid}/")
    assert "セミナー参加" in text_of(signed_in.get(answer.url))


def test_the_timeline_is_paged(signed_in):
    made = lead("伊藤 健")
    for hours in range(60):
        happened(made, path=f"/p{hours}", days=hours / 24)
    first, second = (signed_in.get(f"/leads/{made.uid}/?page={n}") for n in (1, 2))
    assert "/p49" in text_of(first)
    assert "/p50" not in text_of(first)
    assert "/p50" in text_of(second)
    assert "?page=2#events" in first.content.decode()
    assert "?page=1#events" in second.content.decode()
    assert signed_in.get(f"/leads/{made.uid}/?page=0").status_code == 404
    assert signed_in.get(f"/leads/{made.uid}/?page=x").status_code == 404


def test_the_lead_page_asks_the_same_number_of_questions_however_much_happened(
    signed_in, in_force, django_assert_max_num_queries
):
    made = lead("伊藤 健", title="部長", attributes={"budget": "来期"})
    for hours in range(60):
        happened(made, path=f"/p{hours}", days=hours / 24)
    with django_assert_max_num_queries(48):
        signed_in.get(f"/leads/{made.uid}/")


def test_the_page_reads_in_english_too(signed_in, in_force):
    made = lead("伊藤 健", title="部長")
    happened(made, "page_view", "/pricing")
    page = text_of(signed_in.get(f"/leads/{made.uid}/", headers={"accept-language": "en"}))
    for part in ("Behaviour", "料金ページの閲覧, 1 time", "+10.0", "Page view", "Job title"):
        assert part in page
    assert "様" not in page


# Texts and files


def test_both_catalogues_say_the_same():
    def plain(text):
        return text.replace('\\"', '"').replace("\\n", "\n")

    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    source = CATALOGUE.with_suffix(".po").read_text(encoding="utf-8").replace('"\n"', "")
    entries = re.findall(
        r'^msgid "(.+)"\n(?:msgid_plural .*\n)?msgstr(\[0\])? "(.+)"$', source, re.M
    )
    contexts = set(re.findall(r'^msgctxt "(.+)"\nmsgid "(.+)"', source, re.M))
    assert len(entries) == len(compiled) - 1
    for msgid, plural, msgstr in entries:
        keys = [msgid, *(f"{c}\x04{m}" for c, m in contexts if m == msgid)]
        found = [compiled.get((plain(k), 0) if plural else plain(k))
                 for k in keys]  # fmt: skip
        assert plain(msgstr) in found, msgid


def test_no_english_is_left_on_japanese_pages(signed_in, in_force):
    made = lead("伊藤 健", title="部長", email="ken@sakura.example", total=1, revision=in_force)
    happened(made, "page_view", "/pricing")
    for path in ("/leads/", "/leads/?q=zz", f"/leads/{made.uid}/", "/nowhere/"):
        words = set(re.findall(r"[A-Za-z]{4,}", text_of(signed_in.get(path))))
        assert words <= {
            *("Teichaku", "English", "Ctrl", "ichiro", "sakura", "example", "pricing", "Excel"),
        }, path


def test_production_serves_files_named_by_their_content(tmp_path):
    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(
        STATIC_ROOT=tmp_path / "static",
        STORAGES={**settings.STORAGES, "staticfiles": storage},
        WHITENOISE_AUTOREFRESH=False,
    ):
        static_files_collect()
        names = {file.name for file in (tmp_path / "static/console").iterdir()}
        hashed = next(name for name in names if re.fullmatch(r"tokens\.[0-9a-f]{12}\.css", name))
        assert f"{hashed}.gz" in names
        serve = WhiteNoiseMiddleware(lambda request: None)
        answer = serve(RequestFactory().get(f"/static/console/{hashed}"))
        assert "immutable" in answer["Cache-Control"]
        answer.close()
