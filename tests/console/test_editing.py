"""Changing fields on pages without a script, who may, and what the history then shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from tests.console.test_pages import RULEBOOK, company, happened, lead, text_of

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.engine.rulebook.load import load
from teichaku.leads.company_merges import company_merge
from teichaku.leads.lead_writes import lead_update
from teichaku.rulebook.services import revision_activate, revision_save

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.moved_to(NOW), translation.override("ja"):
        yield


def person(name, role):
    user = user_create(name=name, email=f"{role}@example.co.jp", actor=SYSTEM)
    role_grant(user=user, role=role, actor=SYSTEM)
    return user


@pytest.fixture
def marketer(client):
    client.force_login(person("佐藤 美咲", Role.MARKETER))
    return client


def address(row, name):
    return reverse("console:lead_field", args=[row.uid, name])


def test_a_field_is_changed_on_a_page_of_its_own_where_no_script_runs(marketer):
    made = lead("伊藤 健", title="部長")
    page = marketer.get(address(made, "title"))
    assert 'value="部長"' in page.content.decode()
    answer = marketer.post(address(made, "title"), {"value": "本部長", "seen": "部長"}, follow=True)
    assert answer.redirect_chain[0][0] == f"/leads/{made.uid}/"
    assert "保存しました：役職" in text_of(answer)
    assert "本部長 変更 手入力" in text_of(answer)


def test_what_was_typed_stays_when_it_is_refused(marketer):
    made = lead("伊藤 健", email="ken@sakura.example")
    answer = marketer.post(address(made, "email"), {"value": "健", "seen": "ken@sakura.example"})
    assert answer.status_code == 400
    assert 'value="健"' in answer.content.decode()
    assert "メールアドレスではありません" in text_of(answer)


def test_a_rep_changes_own_and_nobodys_leads_only(client):
    rep = person("高橋 誠", Role.SALES_REP)
    other = person("鈴木 一郎", Role.SALES_MANAGER)
    client.force_login(rep)
    mine, hers, free = (
        lead(name, owner=owner) for name, owner in (("一", rep), ("二", other), ("三", None))
    )
    assert [client.get(address(row, "title")).status_code for row in (mine, hers, free)] == [
        200, 404, 200,
    ]  # fmt: skip
    assert client.post(address(hers, "title"), {"value": "x"}).status_code == 404
    assert address(hers, "title") not in client.get(f"/leads/{hers.uid}/").content.decode()
    client.force_login(person("社長", Role.EXECUTIVE))
    assert client.get(address(free, "title")).status_code == 403


@pytest.mark.parametrize("name", ["root", "attribute.unknown", "uid"])
def test_there_are_no_other_fields(marketer, name):
    assert marketer.get(address(lead("伊藤 健"), name)).status_code == 404


def test_the_history_can_be_narrowed(marketer):
    made = lead("伊藤 健")
    happened(made, "page_view", "/pricing")
    happened(made, "email_click")
    happened(made, "call")
    lead_update(lead=made, values={"title": "部長"}, actor=SYSTEM, source="manual")
    shown = {
        "": {"ページ閲覧", "リンクをクリック", "電話", "空欄 → 部長"},
        "actions": {"ページ閲覧"},
        "mail": {"リンクをクリック"},
        "sales": {"電話"},
        "changes": {"空欄 → 部長"},
    }
    for view, wanted in shown.items():
        answer = marketer.get(f"/leads/{made.uid}/?view={view}")
        history = {
            event.text for _day, events in answer.context["timeline"].days for event in events
        }
        assert len(history) == len(wanted), (view, history)
        page = text_of(answer)
        assert ("空欄 → 部長" in page) == ("空欄 → 部長" in wanted)
    assert marketer.get(f"/leads/{made.uid}/?view=other").status_code == 404


def test_the_page_says_how_far_the_lead_is_from_an_mql(marketer):
    revision = revision_save(rulebook=load(RULEBOOK), document=RULEBOOK, actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM, effective_from=NOW - timedelta(days=90))
    made = lead("伊藤 健")
    happened(made, "page_view", "/pricing")
    page = text_of(marketer.get(f"/leads/{made.uid}/"))
    assert "あと10点でMQLです。" in page
    assert "料金ページの閲覧（＋10.0）" in page


def test_the_page_of_a_company_has_its_people_and_leads_on_when_merged(marketer):
    kept, gone = company("株式会社青葉"), company("青葉(株)")
    made = lead("伊藤 健", company=gone)
    happened(made, "seminar_attend")
    page = text_of(marketer.get(f"/companies/{kept.uid}/"))
    assert "重複して登録されている可能性があります" in page
    preview = text_of(marketer.get(reverse("console:company_join", args=[kept.uid, gone.uid])))
    assert "リード1件が移ります" in preview
    company_merge(kept=kept, merged=gone, actor=SYSTEM)
    answer = marketer.get(f"/companies/{gone.uid}/")
    assert answer.url == f"/companies/{kept.uid}/"
    page = text_of(marketer.get(answer.url))
    assert "伊藤 健" in page
    assert "セミナー参加" in page
