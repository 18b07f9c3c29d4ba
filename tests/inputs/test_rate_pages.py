"""The pages of input rates: who sees whose figures, when, and how much of a number is shown.

What makes them fair, and the test of it:

- off until the company has told its people: ``test_without_a_policy_…``, ``test_a_policy_that_…``
- oneself first, the manager one business day later: ``test_oneself_first_…``
- the people one leads and nobody else: ``test_managers_see_the_people_they_lead_…``
- executives see teams: ``test_executives_see_teams_and_no_person``
- no percentage below eight in four weeks: ``test_fractions_always_…``
- an exception after the deadline counts as missed: ``test_an_exception_after_the_deadline_…``
- no time of day: ``test_managers_read_days_…``; no rankings: ``test_no_rankings``
- the rule before the person: ``test_a_rule_that_most_people_miss_…``
- gaps older than the rules: ten a day, in no rate: ``test_stock_…``
- whoever looks is seen: ``test_a_look_at_somebodys_tasks_…``
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.cli.conftest import Cli, cli
from tests.inputs.ladders import climb
from tests.inputs.team import (
    MEETINGS,
    WEEKLY,
    Role,
    activate,
    create,
    local,
    on,
    person,
    user_of,
)
from tests.inputs.test_rates import owe

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.accounts.monitoring import PolicyText, monitoring_end, monitoring_policy_record
from teichaku.accounts.person_writes import department_set, person_update, teams_set
from teichaku.accounts.selectors import today
from teichaku.core.actors import SYSTEM
from teichaku.deals.deal_writes import deal_update
from teichaku.engine.ladder import Step
from teichaku.inputs.book import input_book
from teichaku.inputs.models import FollowUp, FullPass, Inquiry, Obligation, RuleDefect
from teichaku.inputs.rate_access import seen_until, sight_of
from teichaku.inputs.rate_table import Wanted, people_of, rate_table
from teichaku.inputs.selectors import rates

__all__ = ["cli"]
pytestmark = pytest.mark.django_db
NOW = "2026-11-30T12:00"  # a Monday
EVERYTHING = frozenset({"rates", "checks", "reading"})


def allow(*, covers=EVERYTHING, at="2026-10-01T09:00"):
    """The administrator has recorded the policy."""
    with on(at):
        policy = PolicyText(covers, "重いルールを見つける", "総務部 森", "本文", today(), today())
        monitoring_policy_record(policy=policy, actor=SYSTEM)


def somebody(name: str, *roles: Role) -> User:
    """A person with these roles who signs in."""
    user = user_of(person(name, *roles))
    User.objects.filter(pk=user.pk).update(email=f"p{user.pk}@example.jp", can_sign_in=True)
    user.refresh_from_db()
    return user


class Team:
    """A manager, the president above, and four reps of one team."""

    def __init__(self) -> None:
        with on("2026-09-01T00:00"):
            self.come()

    def come(self) -> None:
        activate("2026-09-01T00:00")
        self.president = somebody("会田", Role.EXECUTIVE)
        self.manager = somebody("森", Role.SALES_MANAGER)
        self.other = somebody("林", Role.SALES_MANAGER)
        self.reps = [somebody(name, Role.SALES_REP) for name in ("佐藤", "鈴木", "高橋", "田中")]
        self.lead(self.manager, self.president)
        for rep in self.reps:
            self.lead(rep, self.manager)
            department_set(user=rep, department="営業部", starts_on=date(2026, 9, 1), actor=SYSTEM)
            teams_set(user=rep, teams=["東日本"], actor=SYSTEM)

    def lead(self, user: User, manager: User) -> None:
        person_update(
            user=user, name=user.name, kana="", email=user.email, manager=manager,
            can_sign_in=user.can_sign_in, actor=SYSTEM,
        )  # fmt: skip


@pytest.fixture
def team():
    return Team()


def page(user: User, name: str = "inputs:rates", *args, at: str = NOW, **query) -> str:
    """What the person reads; the answer is fine."""
    with on(at):
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def status(user: User, name: str, *args, at: str = NOW) -> int:
    with on(at):
        client = Client()
        client.force_login(user)
        return client.get(reverse(name, args=args)).status_code


def rows(text: str) -> dict[str, dict[str, str]]:
    """The fields of the table without tags: by the name at their row, by the head of their column
    (a day for a week).
    """
    table = text.split('<table class="heat rates">')[1].split("</table>")[0]
    lines = [
        [" ".join(re.sub(r"<[^>]+>", " ", field).split()) for field in fields]
        for fields in (
            re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        )
    ]
    heads = [head.removeprefix("Week of ") for head in lines[0]]
    return {
        name.removesuffix(" Myself"): dict(zip(heads[1:], fields, strict=True))
        for name, *fields in lines[1:]
    }


def weeks(fields: dict[str, str]) -> dict[str, str]:
    """The fields of weeks in which anything was due."""
    return {day: f for day, f in fields.items() if "/" in day and f != "– nothing due"}


def fill(user: User, good: int, bad: int, day: str = "2026-11-18T17:00", rule: str = "R-9"):
    """So many tasks in time and so many missing, all due then."""
    for n in range(good + bad):
        owe("met_on_time" if n < good else "open", local(day), owner=user, rule=rule)


def test_without_a_policy_there_is_nobody_but_oneself(team):
    for rep in team.reps:
        fill(rep, 6, 3)
    text = page(team.manager)
    assert "Rates of single people are off." in text
    assert not any(rep.name in text for rep in team.reps)
    assert reverse("monitoring:policy") not in text  # only the administrator can
    assert status(team.manager, "inputs:rate_tasks", team.reps[0].uid) == 404
    own = page(team.reps[0])
    assert list(rows(own)) == ["佐藤"]
    assert "鈴木" not in own
    rules = page(team.manager, "inputs:rules")
    assert "24/36" in rules
    assert "67%" in rules
    assert not any(rep.name in rules for rep in team.reps)


def test_the_administrator_finds_the_way_to_switch_on(team):
    admin = somebody("管理", Role.ADMINISTRATOR)
    assert reverse("monitoring:policy") in page(admin)


def test_a_policy_that_has_not_begun_or_has_ended_opens_nothing(team):
    fill(team.reps[0], 6, 3)
    with on("2026-11-01T09:00"):
        later = PolicyText(EVERYTHING, "目的", "森", "本文", date(2026, 11, 10), date(2026, 12, 1))
        monitoring_policy_record(policy=later, actor=SYSTEM)
    assert "佐藤" not in page(team.manager)
    assert "佐藤" in page(team.manager, at="2026-12-01T09:00")
    with on("2026-12-02T09:00"):
        monitoring_end(reason="見直し", actor=SYSTEM)
    assert "佐藤" not in page(team.manager, at="2026-12-02T10:00")


def test_managers_see_the_people_they_lead_and_nobody_else_does(team):
    allow()
    outsider = somebody("外山", Role.SALES_REP)
    for user in (*team.reps, outsider):
        fill(user, 6, 3)
    marketer = somebody("丸", Role.MARKETER)
    admin = somebody("管理", Role.ADMINISTRATOR)
    seen = {
        user.name: {rep.name for rep in (*team.reps, outsider) if rep.name in page(user)}
        for user in (team.manager, team.other, team.reps[1], marketer, admin)
    }
    everybody = {rep.name for rep in team.reps}
    assert seen == {"森": everybody, "林": set(), "鈴木": {"鈴木"}, "丸": set(), "管理": set()}
    assert status(team.manager, "inputs:rate_tasks", team.reps[0].uid) == 200
    assert status(team.manager, "inputs:rate_tasks", outsider.uid) == 404
    assert status(team.other, "inputs:rate_tasks", team.reps[0].uid) == 404
    assert status(team.reps[1], "inputs:rate_tasks", team.reps[0].uid) == 404
    assert status(team.reps[0], "inputs:rate_tasks", team.reps[0].uid) == 200


def test_executives_see_teams_and_no_person(team):
    allow()
    for rep, good in zip(team.reps, (9, 8, 3, 0), strict=True):
        fill(rep, good, 9 - good)
    text = page(team.president)
    assert not any(rep.name in text for rep in team.reps)
    assert weeks(rows(text)["東日本"]) == {"11/16": "20/36 56%"}
    owe("open", local("2026-11-25T17:00"), owner=team.reps[0])  # of one person alone
    withheld = weeks(rows(page(team.president))["東日本"])
    assert withheld == {"11/16": "20/36 56%", "11/23": "… fewer than four people"}
    assert status(team.president, "inputs:rate_tasks", team.reps[0].uid) == 404
    with on("2026-11-30T11:00"):
        teams_set(user=team.reps[3], teams=["西日本"], actor=SYSTEM)
    small = page(team.president, at="2026-12-01T12:00")
    assert '<table class="heat' not in small
    assert "smaller ones would name them" in small


def test_oneself_first_and_the_manager_one_business_day_later(team):
    allow()
    rep = team.reps[0]
    owe("open", local("2026-11-20T17:00"), owner=rep)  # a Friday; Monday 23 is a holiday
    owe("open", local("2026-11-20T20:00"), owner=rep)  # after closing: counts from Tuesday on
    at_once = page(rep, at="2026-11-20T17:30")
    assert weeks(rows(at_once)["佐藤"]) == {"11/16": "0/1"}
    instants = ("20T18:00", "24T16:59", "24T17:01", "25T08:59", "25T09:01")
    seen = [page(team.manager, at=f"2026-11-{instant}") for instant in instants]
    assert ["佐藤" in text for text in seen] == [False, False, True, True, True]
    assert [rows(text)["佐藤"]["11/16"] for text in seen[2:]] == ["0/1", "0/1", "0/2"]


@pytest.mark.parametrize("hours", [0, 1, 7, 15, 16, 23, 40, 64, 100, 150])
def test_the_last_deadline_that_is_a_business_day_old(team, hours):
    """By trying every quarter of an hour of the month before."""
    with on(NOW):
        calendar = input_book().staff.company
    now = local("2026-11-20T09:00") + timedelta(hours=hours)
    tried = (now - timedelta(minutes=15 * n) for n in range(4 * 24 * 12))
    last = next(at for at in tried if calendar.add_bd(at, 1) <= now)
    found = seen_until(calendar, now)
    assert calendar.add_bd(found, 1) <= now
    assert last <= found < last + timedelta(minutes=16)


def test_fractions_always_and_a_percentage_from_eight_in_four_weeks_on(team):
    rep = team.reps[0]
    fill(rep, 3, 1, day="2026-11-04T17:00")
    fill(rep, 2, 1, day="2026-11-11T17:00")
    seven = rows(page(rep, at="2026-11-14T12:00", weeks="4"))["佐藤"]
    assert weeks(seven) == {"11/02": "3/4", "11/09": "2/3"}
    fill(rep, 1, 0, day="2026-11-18T17:00")
    text = page(rep, at="2026-11-20T12:00", weeks="4")
    eight = weeks(rows(text)["佐藤"])
    assert eight == {"11/02": "3/4", "11/09": "2/3", "11/16": "1/1 75%"}  # 6 of 8 up to then
    assert text.count('data-heat="3"') == 2  # that field and the legend
    fill(rep, 1, 0, day="2026-12-02T17:00")
    later = weeks(rows(page(rep, at="2026-12-04T12:00"))["佐藤"])
    assert later["11/30"] == "1/1"  # of the four weeks up to then only 4 of 5


def test_an_exception_after_the_deadline_stays_in_the_denominator(team):
    rep, due = team.reps[0], local("2026-11-18T17:00")
    for state in ["met_on_time"] * 6 + ["met_late", "open"]:
        owe(state, due, owner=rep)
    owe("waived", due, owner=rep, settled=due - timedelta(hours=1))
    owe("waived", due, owner=rep, settled=due + timedelta(hours=1))
    owe("void", due, owner=rep, settled=due - timedelta(hours=1))
    text = page(rep)
    assert rows(text)["佐藤"]["11/16"] == "6/9 1 excepted 67%"
    assert "data-waived" in text
    behind = page(rep, "inputs:rate_tasks", rep.uid, week="2026-11-16")
    found = re.findall(r"<dt>(.*?)</dt><dd>(\d+)</dd>", behind)
    assert found == [
        ("Tasks due", "9"), ("= In time", "6"), ("+ Late", "1"), ("+ Missing", "2"),
        ("Excepted, not counted", "1"),
    ]  # fmt: skip
    assert behind.count('<tr role="row">') == 1 + 10  # the head, and what became void is left out
    assert "Exception after the deadline, counts as missed" in behind


def test_managers_read_days_and_no_time_of_day(team):
    allow()
    rep = team.reps[0]
    for n in range(9):
        owe(("met_on_time", "met_late", "open")[n % 3], local("2026-11-18T17:00"), owner=rep)
    table = page(team.manager)
    tasks = page(team.manager, "inputs:rate_tasks", rep.uid)
    for text in (table, tasks):
        main = text.split("<main")[1].split("</main>")[0]
        assert re.findall(r"\d{1,2}:\d{2}", main) == []
        assert "T17" not in main


def test_pages_go_back_twelve_weeks_and_no_further(team):
    rep = team.reps[0]
    fill(rep, 1, 1, day="2026-09-16T17:00")
    assert "Week of 2026/09/14" in page(rep, "inputs:rate_tasks", rep.uid, week="2026-09-16")
    with on(NOW):
        client = Client()
        client.force_login(rep)
        address = reverse("inputs:rate_tasks", args=[rep.uid])
        assert client.get(address, {"week": "2026-09-13"}).status_code == 404
        assert client.get(address, {"week": "nonsense"}).status_code == 200


def test_no_rankings(team):
    allow()
    for rep, good in zip(team.reps, (0, 9, 4, 6), strict=True):
        fill(rep, good, 9 - good)
    readings = ["たなか", "すずき", "たかはし", "さとう"]
    for rep, kana in zip(team.reps, readings, strict=True):
        User.objects.filter(pk=rep.pk).update(kana=kana)
    assert list(rows(page(team.manager))) == ["田中", "鈴木", "高橋", "佐藤"]


def test_streaks_end_with_an_entry_even_a_late_one(team):
    allow()
    for rep, states in zip(
        team.reps,
        (["met_on_time", "open", "open"], ["open", "met_late"], ["open"] * 3, ["met_on_time"]),
        strict=True,
    ):
        for n, state in enumerate(states):
            owe(state, local("2026-11-10T17:00") + timedelta(days=n), owner=rep)
    found = {name: cells["Missing in a row"] for name, cells in rows(page(team.manager)).items()}
    assert found == {"佐藤": "2 tasks", "鈴木": "0", "高橋": "3 tasks", "田中": "0"}


def test_the_address_keeps_what_was_chosen(team):
    allow()
    fill(team.reps[0], 6, 3)
    fill(team.reps[1], 5, 1, rule="R-1")
    text = page(team.manager, weeks="12", rule="R-9", place="t:東日本")
    assert list(rows(text)) == ["佐藤"]
    assert len([day for day in rows(text)["佐藤"] if "/" in day]) == 12
    assert "view=rule" in text
    activate("2026-09-02T00:00", MEETINGS + WEEKLY)
    assert list(rows(page(team.manager, weeks="4", rule="R-1"))) == ["鈴木"]
    nothing = page(team.manager, weeks="4", rule="R-1", at="2026-11-01T12:00")
    assert "Nothing was due for this choice." in nothing
    by_rule = page(team.manager, view="rule")
    assert rows(by_rule)["佐藤"]["面談の記録"] == "6/9 67%"
    wild = page(team.manager, weeks="99", rule="none", view="x", page="-1")
    assert list(rows(wild)) == ["佐藤", "鈴木"]


def test_the_page_says_what_the_command_says(team, cli: Cli):
    rep, first = team.reps[0], local("2026-10-07T17:00")
    for n in range(60):
        state = ("met_on_time", "met_on_time", "met_late", "open", "waived")[n % 5]
        due = first + timedelta(days=n % 40)
        owe(state, due, owner=rep, settled=due - timedelta(hours=1) if state == "waived" else None)
    now = local(NOW)
    FullPass.objects.create(day=now.date(), started_at=now, finished_at=now)
    with on(NOW):
        span = ("--from", "2026-10-05", "--to", "2026-11-30")
        by_week = cli("inputs", *span, "--by", "week", "--json").json()["groups"]
        span = ("--from", "2026-11-09", "--to", "2026-12-01")
        [own] = cli("inputs", *span, "--by", "person", "--json").json()["groups"]
    shown = weeks(rows(page(rep, weeks="12"))["佐藤"])
    fractions = {day: field.split(" ")[0] for day, field in shown.items()}
    assert fractions == {
        g["key"][5:].replace("-", "/"): f"{g['on_time']}/{g['due']}" for g in by_week
    }
    assert len(fractions) == 6
    by_rule = rows(page(rep, view="rule"))["佐藤"]["面談の記録"]
    assert by_rule.split(" ")[0] == f"{own['on_time']}/{own['due']}"


def test_the_file_holds_the_same_and_nobody_else(team):
    allow()
    fill(team.reps[0], 6, 3)
    with on(NOW):
        client = Client(headers={"accept-language": "en"})
        client.force_login(team.manager)
        answer = client.get(reverse("inputs:rates_file"), {"weeks": "4"})
        client.force_login(team.other)
        other = client.get(reverse("inputs:rates_file"), {"weeks": "4"})
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    head, line, *_rest = sheet.to_python()
    told = dict(zip(head, line, strict=True))
    assert (told["Name"], told["Department"]) == ("佐藤", "営業部")
    assert (told["11/16 In time"], told["11/16 Tasks due"]) == (6, 9)
    assert told["11/16 Share over four weeks"] == pytest.approx(6 / 9)
    assert told["11/30 Share over four weeks"] == ""
    assert "佐藤" not in str(
        CalamineWorkbook.from_filelike(BytesIO(other.content)).get_sheet_by_index(0).to_python()
    )


def test_fifty_people_and_eight_weeks_take_twelve_queries(team):
    allow()
    people = [somebody(f"担当{n:02}", Role.SALES_REP) for n in range(60)]
    User.objects.filter(pk__in=[one.pk for one in people]).update(manager=team.manager)
    due = local("2026-10-14T17:00")
    Obligation.objects.bulk_create(
        Obligation(
            rule_id="R-9", rule_hash="h", subject_kind="deal", subject_id=n * 100 + k,
            occurrence="end", owner=one, role="sales_rep", created_at=due, state="open",
            due_at=due + timedelta(weeks=k % 7),
        )
        for n, one in enumerate(people)
        for k in range(16)
    )  # fmt: skip
    with (
        on(NOW),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        sight = sight_of(team.manager, frozenset({Role.SALES_MANAGER}))
        found = people_of(sight, today())
        table = rate_table(sight, found, Wanted())
        assert len(asked) <= 12, [q["sql"][:90] for q in asked.captured_queries]
    assert (len(table.lines), table.people, table.pages) == (50, 60, 2)
    with on(NOW):
        second = rate_table(sight, found, Wanted(page=2))
        everybody = rate_table(sight, found, Wanted(), every_page=True)
        total = rates(None, None, "rule")
    assert len(second.lines) == 10
    summed = sum(cell.counts.due for line in everybody.lines for cell in line.cells)
    assert summed == total[0].counts.due == 60 * 16


def test_a_look_at_somebodys_tasks_is_told_to_them(team):
    allow()
    rep = team.reps[0]
    fill(rep, 6, 3)
    page(team.manager, "inputs:rate_tasks", rep.uid)
    page(rep, "inputs:rate_tasks", rep.uid)
    text = page(rep, "inputs:about_me")
    looked = text.split('id="looked"')[1].split("</section>")[0]
    assert re.findall(r"<b>(.*?)</b>", looked) == ["森"]
    assert "My input rate" in looked


def test_a_rule_that_most_people_miss_is_asked_about_once(team):
    for rep, good in zip(team.reps, (0, 1, 3, 3), strict=True):
        fill(rep, good, 4 - good)
    text = page(team.reps[0], "inputs:rules")
    assert "2 of 4 people miss “面談の記録”" in text
    assert not any(rep.name in text.split("<main")[1] for rep in team.reps)
    assert "2 of 4 people miss" in page(team.reps[0])
    address = reverse("inputs:rule_review", args=["R-9"])
    with on(NOW):
        client = Client(headers={"accept-language": "en"})
        client.force_login(team.reps[0])
        for _ in range(2):
            assert client.post(address).status_code == 302
        assert client.post(reverse("inputs:rule_review", args=["R-0"])).status_code == 404
    [ticket] = RuleDefect.objects.all()
    assert (ticket.people, ticket.of_people, ticket.task.role) == (2, 4, "sales_manager")
    assert "Review asked for on 2026/11/30" in page(team.reps[1], "inputs:rules")


def test_stock_is_ten_a_day_and_no_rate_counts_it(team):
    rep = team.reps[0]
    actor = actor_of(rep)
    deals = [create(actor, f"2026-08-{day:02}T10:00", name=f"商談{day}") for day in range(3, 15)]
    activate("2026-09-02T00:00", WEEKLY)
    text = page(rep, "inputs:stock", at="2026-09-07T10:00")
    assert "10 old gaps for today" in text
    assert "2 more follow on other days." in text
    assert reverse("deals:detail", args=[deals[0].uid]) in text
    assert rates(None, None, "person") == []
    with on("2026-09-07T11:00"):
        for deal in deals[:10]:
            values = {"next_action": "訪問", "next_action_on": date(2026, 12, 1)}
            deal_update(deal=deal, values=values, actor=actor)
    done = page(rep, "inputs:stock", at="2026-09-07T12:00")
    assert "Today’s part is done" in done
    assert "2 old gaps are left" in done
    assert "There is no stock to take" in page(team.reps[1], "inputs:stock", at="2026-09-07T12:00")


def ask(user: User, person: User, at: str = NOW):
    with on(at):
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client.post(reverse("inputs:rate_ask", args=[person.uid]), follow=True)


def test_a_manager_asks_ahead_of_the_ladder_and_once(team):
    allow()
    rep = team.reps[0]
    fill(rep, 6, 2)
    fill(rep, 0, 1, day="2026-11-30T11:00")  # an hour ago: nobody else sees it yet
    for colleague in team.reps[1:]:
        fill(colleague, 6, 0)
    assert "2 entries missing" in page(team.manager, "inputs:rate_tasks", rep.uid)
    answer = ask(team.manager, rep)
    [inquiry] = Inquiry.objects.all()
    assert answer.redirect_chain == [(reverse("inputs:inquiry", args=[inquiry.uid]), 302)]
    assert (inquiry.person, inquiry.task.owner) == (rep, team.manager)
    assert FollowUp.objects.filter(inquiry=inquiry, step=Step.MANAGER).count() == 2
    assert ask(team.manager, rep).redirect_chain == answer.redirect_chain
    assert Inquiry.objects.count() == 1
    climb("2026-11-30T12:01")
    assert Inquiry.objects.count() == 1
    assert FollowUp.objects.filter(inquiry=inquiry, step=Step.MANAGER).count() == 2
    text = page(team.manager, "inputs:rate_tasks", rep.uid)
    assert reverse("inputs:inquiry", args=[inquiry.uid]) in text
    assert "entries missing" not in text


def test_nobody_asks_people_they_do_not_lead_or_without_a_policy(team):
    allow(covers=frozenset({"rates"}))
    rep = team.reps[0]
    fill(rep, 6, 2)
    for user in (team.other, team.president, rep, team.reps[1]):
        assert ask(user, rep).status_code == 404
    assert "entries missing" not in page(team.manager, "inputs:rate_tasks", rep.uid)
    assert "No recorded policy allows asking" in ask(team.manager, rep).content.decode()
    assert not Inquiry.objects.exists()


def test_a_rule_that_most_people_miss_is_looked_at_instead(team):
    allow()
    for rep in team.reps:
        fill(rep, 0, 3)
    assert "the rule is looked at" in ask(team.manager, team.reps[0]).content.decode()
    assert RuleDefect.objects.count() == 1
    assert not Inquiry.objects.exists()
