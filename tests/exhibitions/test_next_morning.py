"""From a sheet with every trap to the next morning's mails and calls, and back."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.exhibitions.fair import (
    ACTOR,
    NAME,
    activate,
    company,
    csv_of,
    fair,
    guest,
    local,
    on,
    person,
    planned,
    rep,
    sender,
    sheet_of,
    taken_back,
    won,
    work,
)
from tests.handover.handing import rescored
from tests.intake.states import differences, state

from teichaku.accounts.models import Role, User
from teichaku.accounts.person_writes import absence_add
from teichaku.consent.models import Basis
from teichaku.consent.refusals import refusal_record
from teichaku.core.jobs import jobs_keep_periodic
from teichaku.exhibitions import follow_up
from teichaku.exhibitions.follow_up import follow_ups_run
from teichaku.exhibitions.models import Call, Visitor
from teichaku.exhibitions.selectors import mail_state, plan_count
from teichaku.handover.models import Handover
from teichaku.leads.models import Company
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.notify.letter_sending import letters_send
from teichaku.notify.models import Letter, Notification, Task
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db
HANDED_IN, MORNING = "2026-11-19 18:30", "2026-11-20 08:30"
WORDS = ("Ａ", "中", "c", "")


@pytest.fixture
def team():
    """Three reps, a manager, customers, a competitor, an open deal, refusals, known people."""
    activate("2026-11-02 09:00")
    sender()
    for name in ("鈴木 一郎", "佐藤 花子", "田中 実"):
        rep(name)
    person("高橋 誠", Role.SALES_MANAGER)
    User.objects.filter(name="高橋 誠").update(email="makoto@ours.example")
    won("既存商会株式会社", "鈴木 一郎")
    won("商談中工業株式会社", "佐藤 花子", stage="proposal", on_day="2026-10-01")
    rival = company("競合精機")
    Company.objects.filter(pk=rival.pk).update(is_competitor=True, domain="kyogo.example")
    for n in range(7):
        refuse(f"no{n}@no{n}.example")
    with on("2026-05-01 10:00"):
        for n in range(20):
            lead_create(lead=NewLead(f"既知 {n}", f"k{n}@known.example"), actor=ACTOR)


def refuse(address: str) -> None:
    refusal_record(address=address, channel="email", reason="refused", source="manual", actor=ACTOR)


def rows() -> list[dict[str, str]]:
    """Three hundred rows: 262 people, 30 of them twice, 6 colleagues and 2 rows of nobody."""
    prospects = [
        guest(f"見込 {n} 様", company=f"（株）見込{n % 60}", email=f"P{n}@mikomi{n % 60}.example",
              title="課長" if n % 4 == 3 else "", rank=WORDS[n % 4], memo=f"相談{n}")
        for n in range(200)
    ]  # fmt: skip
    twice = [{**prospects[n], "メールアドレス": f"p{n}@MIKOMI{n % 60}.example", "商談メモ": "再訪"}
             for n in range(30)]  # fmt: skip
    spellings = ("既存商会㈱", "㈱既存商会", "既存商会 株式会社", "（株）既存商会", "既存商会")
    return [
        *prospects, *twice,
        *[guest(f"既知 {n}", email=f"k{n}@known.example", rank="C") for n in range(20)],
        *[guest(f"客 {n}", company=spellings[n % 5], email=f"c{n}@kizon.example", rank="A")
          for n in range(10)],
        *[guest(f"競合 {n}", company="競合精機（株）" if n < 4 else f"名乗らず{n}",
                email=f"r{n}@kyogo.example", rank="C") for n in range(8)],
        *[guest(f"商談 {n}", company="商談中工業（株）", email=f"d{n}@shodan.example", rank="A")
          for n in range(5)],
        *[guest(f"断 {n}", email=f"NO{n}@no{n}.example", rank="C") for n in range(7)],
        *[guest(f"同僚 {n}", email=f"m{n}@ours.example", rank="A") for n in range(6)],
        *[guest(f"電話 {n}", company="電話商店", phone=f"03-0000-000{n}", rank="C")
          for n in range(9)],
        *[guest(f"不明 {n}", company=f"不明{n}", rank="C") for n in range(3)],
        {"商談メモ": "名刺なし"}, {"ランク": "A"},
    ]  # fmt: skip


def test_the_sheet_the_mails_and_the_calls(team, post_office):
    assert len(rows()) == 300
    csv_of(rows()).decode("cp932")
    exhibition = fair()
    sheet = sheet_of(exhibition, rows(), HANDED_IN)
    told = {name: sheet.counts[name] for name in ("rows", "people", "twice", "colleagues", "new",
                                                  "known", "rejected", "by_fit")}  # fmt: skip
    assert told == {
        "rows": 300, "people": 262, "twice": 30, "colleagues": 6, "new": 242, "known": 20,
        "rejected": 2, "by_fit": 50,
    }  # fmt: skip
    assert sheet.counts["groups"] == {
        "prospect": 229, "customer": 10, "competitor": 8, "in_deal": 5, "refused": 7, "unclear": 3,
    }  # fmt: skip
    assert sheet.counts["ranks"] == {"A": 65, "B": 100, "C": 97}
    assert Basis.objects.filter(kind="business_card").count() == 250
    planned(exhibition)
    assert exhibition.follow_up_at == local(MORNING)
    with on("2026-11-20 08:29"):
        count = plan_count(exhibition)
        assert (count.visitors, count.mails, count.calls) == (262, 230, 65)
        assert follow_ups_run() == 0
        refuse("p8@mikomi8.example")  # overnight
    with on(MORNING):
        assert follow_ups_run() == 262
        sent = letters_send()
        assert follow_ups_run() == 0
    with on("2026-11-20 08:32"):
        sent += letters_send()  # a mail server that was busy is asked again
        assert sent == 229, list(Letter.objects.exclude(reason="").values_list("state", "reason"))
        assert letters_send() == 0
    mails_are_right(post_office.mails)
    held = Counter(Visitor.objects.exclude(held_back="").values_list("held_back", flat=True))
    assert held == {"group": 23, "no_address": 9, "refused": 1}
    calls_are_right()


def mails_are_right(mails):
    assert len({mail.to[0] for mail in mails}) == len(mails) == 229
    to = {mail.to[0] for mail in mails}
    unwanted = ("NO", "r", "d", "m")  # refused, competitors, open deals, colleagues
    assert not [one for one in to if one.startswith(unwanted)]
    [one] = [mail for mail in mails if mail.to == ["P40@mikomi40.example"]]
    assert one.message["Subject"].strip() == f"{NAME}でお話しした件のお礼と今後の進め方"
    text = one.message.get_body(("plain",)).get_content()
    assert "（株）見込40\n見込 40 様\n" in text.replace("\r\n", "\n")
    assert "様 様" not in text
    assert "試作精機株式会社" in text
    assert "東京都千代田区1-1" in text
    assert one.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def calls_are_right():
    calls = Call.objects.select_related("owner", "visitor", "task")
    assert calls.count() == 65
    assert {call.due_at for call in calls} == {local("2026-11-20 17:00")}
    by_group = {
        group: Counter(call.owner.name for call in calls if call.visitor.group == group)
        for group in ("customer", "in_deal", "prospect")
    }
    assert by_group["customer"] == {"鈴木 一郎": 10}
    assert by_group["in_deal"] == {"佐藤 花子": 5}
    # Everybody ends with as many calls, those for owners counted.
    total = sum(by_group.values(), Counter())
    assert sorted(total.values()) == [21, 22, 22]
    assert Task.objects.filter(kind="exhibitions.call", done_at=None).count() == 65
    told = Notification.objects.filter(kind="exhibitions.calls")
    assert {row.params["count"] for row in told} == {21, 22}
    assert told.count() == 3


def test_killed_in_the_middle_and_started_again_nobody_is_thanked_or_called_twice(
    team, monkeypatch
):
    monkeypatch.setattr(follow_up, "AT_ONCE", 4)
    exhibition = fair()
    few = [guest(f"見込 {n}", email=f"p{n}@p{n}.example", rank="A") for n in range(10)]
    sheet_of(exhibition, few, HANDED_IN)
    planned(exhibition)
    call, times = follow_up._call, []

    def broken(*args):
        call(*args)
        times.append(args)
        if len(times) == 2:
            raise SystemExit("the power went")

    monkeypatch.setattr(follow_up, "_call", broken)
    with on(MORNING):
        with pytest.raises(SystemExit):
            follow_ups_run()
        assert Call.objects.count() == Letter.objects.count() == Task.objects.count() == 4
        assert follow_ups_run() == 6
    assert Call.objects.count() == Letter.objects.count() == Task.objects.count() == 10
    assert Notification.objects.filter(kind="exhibitions.calls").count() == 3
    assert sum(row.params["count"] for row in Notification.objects.all()) == 10


def test_taking_the_sheet_back_takes_mails_and_calls_along(team, post_office):
    exhibition = fair()
    before = state()
    sheet = sheet_of(exhibition, rows()[:60], HANDED_IN)
    planned(exhibition)
    with on(MORNING):
        assert follow_ups_run() == 60
    assert Call.objects.count() == 15
    taken_back(sheet, "2026-11-20 08:31")
    assert differences(before, state()) == {}
    assert not Visitor.objects.exists()
    assert not Call.objects.exists()
    assert not Basis.objects.exists()
    assert not Event.objects.exists()
    with on("2026-11-20 08:32"):
        assert letters_send() == 0
    assert set(Letter.objects.values_list("state", "reason")) == {("skipped", "cancelled")}
    assert not Task.objects.filter(done_at=None, dismissed_at=None).exists()


def test_what_has_happened_since_stays(team, post_office):
    exhibition = fair()
    few = [guest(f"見込 {n}", email=f"p{n}@p{n}.example", rank="C") for n in range(2)]
    sheet = sheet_of(exhibition, [*few, guest("電話", phone="03-1111-2222", rank="C")], HANDED_IN)
    planned(exhibition)
    with on(MORNING):
        follow_ups_run()
        assert letters_send() == 2
    taken_back(sheet, "2026-11-20 09:00")
    assert sorted(Visitor.objects.values_list("lead__name", flat=True)) == ["見込 0", "見込 1"]
    assert mail_state(exhibition).sent == 2


def test_an_mql_of_rank_a_is_called_by_whom_it_was_handed_to():
    activate("2026-11-02 09:00", mql_by_rank=True)
    sender()
    suzuki = rep("鈴木 一郎")
    exhibition = fair()
    sheet_of(exhibition, [guest("見込", email="p@p.example", rank="A")], HANDED_IN)
    rescored(HANDED_IN)
    work(HANDED_IN, "handover.release")
    assert Handover.objects.get().owner_id == suzuki.user_id
    planned(exhibition)
    with on(MORNING):
        follow_ups_run()
    call = Call.objects.get()
    assert (call.owner_id, call.why, call.task) == (suzuki.user_id, "handover", None)


def test_an_owner_who_is_away_is_stood_in_for_and_without_anybody_the_manager_is_asked(team):
    day = local(MORNING).date()
    for name in ("鈴木 一郎", "佐藤 花子", "田中 実"):
        absence_add(user=User.objects.get(name=name), starts_on=day, ends_on=day, actor=ACTOR)
    exhibition = fair()
    sheet_of(exhibition, [guest("見込", email="p@p.example", rank="A")], HANDED_IN)
    planned(exhibition)
    with on(MORNING):
        follow_ups_run()
    call = Call.objects.get()
    assert (call.owner, call.why) == (None, "nobody")
    assert call.task.role == "sales_manager"


def test_without_a_rulebook_whoever_sells_is_called_on_in_turn():
    for name in ("鈴木 一郎", "佐藤 花子"):
        rep(name)
    exhibition = fair()
    few = [guest(f"見込 {n}", phone=f"03-0000-000{n}", rank="A") for n in range(4)]
    sheet_of(exhibition, few, HANDED_IN)
    planned(exhibition)
    with on(MORNING):
        follow_ups_run()
    assert sorted(Counter(Call.objects.values_list("owner__name", flat=True)).values()) == [2, 2]


def test_nothing_is_mailed_unless_somebody_wants_it(team):
    exhibition = fair()
    sheet_of(exhibition, [guest("見込", email="p@p.example", rank="C")], HANDED_IN)
    with on(MORNING):
        follow_ups_run()
    assert not Letter.objects.exists()
    assert Visitor.objects.get().held_back == "off"


def test_a_worker_does_it_by_itself(team):
    exhibition = fair()
    sheet_of(exhibition, [guest("見込", email="p@p.example", rank="A")], HANDED_IN)
    with on(MORNING):
        jobs_keep_periodic()
    work(MORNING, "exhibitions.follow_up")
    assert Call.objects.count() == 1
