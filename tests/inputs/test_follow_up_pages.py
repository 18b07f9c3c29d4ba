"""The pages on which missing entries are followed up."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.inputs.ladders import climb, led_by, policy, to_do
from tests.inputs.team import Role, activate, meet, on, person, work

from teichaku.accounts.models import User
from teichaku.core.menus import navigation
from teichaku.engine.ladder import Recovery
from teichaku.inputs.models import FollowUp, Inquiry, Obligation, RuleDefect, Snooze
from teichaku.inputs.rule_defects import rule_defect_raise

pytestmark = pytest.mark.django_db
NOW = "2026-11-20T16:00"


@pytest.fixture
def manager():
    return person("森", Role.SALES_MANAGER)


@pytest.fixture
def rep(manager):
    found = person("佐藤", Role.SALES_REP)
    led_by(found, manager)
    return found


@pytest.fixture
def inquiry(rep):
    activate("2026-11-02T09:00")
    policy()
    meet(rep, "2026-11-16T15:07", outcome="前進")
    work("2026-11-16T16:00")
    for day in (17, 18, 20):
        climb(f"2026-11-{day}T15:08")
    return Inquiry.objects.get()


def sign_in(client, who):
    rows = User.objects.filter(pk=who.user_id)
    rows.update(email=f"p{who.user_id}@example.jp", can_sign_in=True)
    client.force_login(rows.get())


def get(client, who, name, *args):
    sign_in(client, who)
    with on(NOW):
        return client.get(reverse(f"inputs:{name}", args=args))


def post(client, who, name, *args, **values):
    sign_in(client, who)
    with on(NOW):
        return client.post(reverse(f"inputs:{name}", args=args), values)


def text(answer) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def test_the_manager_answers(client, inquiry, rep, manager):
    page = text(get(client, manager, "follow_ups"))
    assert "回答待ちの確認が1件" in page
    assert "佐藤" in page
    page = text(get(client, manager, "inquiry", inquiry.uid))
    assert "2026/11/17" in page
    assert "15:07" not in page  # days, never a time of day
    refused = post(client, manager, "inquiry", inquiry.uid, cause="other", promised_on="2026/11/24")
    assert refused.status_code == 422
    assert "「その他」の内容を入力してください。" in text(refused)
    assert 'value="2026/11/24"' in refused.content.decode()  # what was typed is kept
    kept = post(
        client, manager, "inquiry", inquiry.uid,
        cause="workload", promised_on="2026年11月24日", words="展示会の準備",
    )  # fmt: skip
    assert kept.url == reverse("inputs:follow_ups")
    assert "2026/11/24までに入力" in text(get(client, manager, "follow_ups"))
    own = text(get(client, rep, "own_follow_ups"))
    assert "展示会の準備" in own
    assert to_do() == []


def test_only_whoever_is_asked_finds_the_question(client, inquiry, rep):
    colleague = person("鈴木", Role.SALES_MANAGER)
    for who in (rep, colleague, person("高橋", Role.EXECUTIVE)):
        assert get(client, who, "inquiry", inquiry.uid).status_code == 404
        assert post(client, who, "inquiry_stop", inquiry.uid, reason="x").status_code == 404
    assert get(client, rep, "follow_ups").status_code == 403


def test_a_manager_without_a_leading_role_answers_too(client, inquiry, rep):
    head = person("課長", Role.SALES_REP)
    inquiry.task.owner_id = head.user_id
    inquiry.task.save()
    assert get(client, head, "inquiry", inquiry.uid).status_code == 200
    answer = post(client, head, "inquiry_stop", inquiry.uid, reason="担当の変更")
    assert answer.url == reverse("notify:task_list")
    assert Obligation.objects.get().state == "waived"


def test_an_exception_needs_a_reason(client, inquiry, manager):
    refused = post(client, manager, "inquiry_stop", inquiry.uid, reason="")
    assert refused.status_code == 422
    assert '<details class="disclose" open' in refused.content.decode()
    assert Obligation.objects.get().state == "open"


def test_without_a_policy_the_page_says_so(client, manager):
    page = text(get(client, manager, "follow_ups"))
    assert "測定の取り決めの記録が必要です" in page


def test_the_steps_are_shown_with_their_recovery(client, inquiry, manager):
    page = get(client, manager, "follow_ups").content.decode()
    assert ">0/1<" in re.sub(r"\s+", "", page)  # the message of the 17th; the others are young
    FollowUp.objects.all().delete()
    assert "まだ実施した段階はありません。" in text(get(client, manager, "follow_ups"))
    assert Recovery(7, 8).percent == 88
    assert Recovery(6, 7).percent is None


def test_a_rule_is_decided_about_by_whoever_answers_for_it(client, inquiry, manager):
    with on(NOW):
        defect = rule_defect_raise(rule_id="R-9", people=2, of_people=3, actor=manager)
    other = person("高橋", Role.MARKETING_MANAGER)
    page = text(get(client, other, "rule_defects"))
    assert "3名中2名が守れていません" in page
    assert "佐藤" not in page
    values = {"defect": defect.uid, "decision": "keep", "reason": "来月から欄が減る"}
    assert post(client, other, "rule_defects", **values).status_code == 404
    refused = post(client, manager, "rule_defects", **{**values, "reason": ""})
    assert refused.status_code == 422
    assert post(client, manager, "rule_defects", **values).status_code == 302
    assert RuleDefect.objects.get().decision == "keep"
    assert "来月から欄が減る" in text(get(client, other, "rule_defects"))
    assert post(client, manager, "rule_defects", defect="nothing").status_code == 404


def test_a_person_puts_a_message_off(client, rep):
    activate("2026-11-02T09:00")
    meet(rep, "2026-11-19T15:00", outcome="前進")
    work("2026-11-19T16:00")
    row = Obligation.objects.get()
    assert get(client, person("鈴木", Role.SALES_REP), "later", row.uid).status_code == 404
    assert "2026/11/30" in text(get(client, rep, "later", row.uid))  # five business days
    refused = post(client, rep, "later", row.uid, until="2026-12-01", reason="返事待ち")
    assert refused.status_code == 422
    assert "2026/11/30" in text(refused)
    assert (
        post(client, rep, "later", row.uid, until="2026-11-25", reason="返事待ち").status_code
        == 302
    )
    assert Snooze.objects.get().reason == "返事待ち"
    page = text(get(client, rep, "own_follow_ups"))
    assert "2026/11/25まで延期: 返事待ち" in page
    assert f"/enter/{row.uid}/?next=" in get(client, rep, "own_follow_ups").content.decode()


def test_nothing_missing_is_said(client, rep):
    assert "期限を過ぎた未入力はありません" in text(get(client, rep, "own_follow_ups"))


def test_pages_take_few_statements(client, manager, django_assert_max_num_queries):
    activate("2026-11-02T09:00")
    policy()
    for n in range(5):
        one = person(f"担当{n}", Role.SALES_REP)
        led_by(one, manager)
        for _ in range(2):  # with three each the rule itself would be in doubt
            meet(one, "2026-11-16T15:00", outcome="前進")
    work("2026-11-16T16:00")
    for day in (17, 18, 20):
        climb(f"2026-11-{day}T15:08")
    get(client, manager, "follow_ups")
    with django_assert_max_num_queries(45):
        page = text(get(client, manager, "follow_ups"))
    assert page.count("未入力2件") == 5


def test_the_navigation_leads_there():
    assert navigation.get("follow_ups").view == "inputs:follow_ups"
