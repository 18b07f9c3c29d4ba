"""What came of exhibitions, against the same numbers worked out another way."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.contracts.source import page
from tests.exhibitions.fair import ACTOR, activate, fair, guest, on, person, sheet_of, won
from tests.handover.handing import rescored

from teichaku.exhibitions.figures import figures_of
from teichaku.exhibitions.models import Exhibition, Visitor
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_merge

pytestmark = pytest.mark.django_db
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


def tables(text: str) -> list[list[dict[str, str]]]:
    """The rows of each table of a page."""
    found = []
    for block in TABLE.findall(text):
        head, _, *lines = (
            [c.strip() for c in line.split("|")[1:-1]] for line in block.splitlines()
        )
        found.append([dict(zip(head, line, strict=True)) for line in lines])
    return found


def by_hand(visits, deals, cost: dict[str, int]) -> dict[str, dict[str, object]]:
    """The definition read aloud: each deal looks for its exhibition, one at a time."""
    first = {row["Exhibition"]: date.fromisoformat(row["First day"]) for row in visits}
    told: dict[str, dict[str, object]] = {}
    for fair_name in first:
        people = {v["Person"] for v in visits if v["Exhibition"] == fair_name}
        told[fair_name] = {"people": len(people), "deals": 0, "won": 0, "won amount": 0}
    for deal in deals:
        day = date.fromisoformat(deal["Opened on"])
        visited = {v["Exhibition"] for v in visits if v["Person"] == deal["Person"]}
        possible = [
            name for name in visited if first[name] <= day and (day - first[name]).days <= 365
        ]
        if possible:
            latest = max(possible, key=first.__getitem__)
            told[latest]["deals"] += 1
            if deal["Outcome"] == "won":
                told[latest]["won"] += 1
                told[latest]["won amount"] += int(deal["Amount"].replace(",", ""))
    for name, row in told.items():
        row["cost per deal"] = round(cost[name] / row["deals"]) if row["deals"] else "–"
    return told


def test_the_worked_example_of_the_page_holds():
    person("鈴木 一郎")
    text = page("algorithms/exhibitions.md")
    visits, deals, results = tables(text)[-3:]
    cost = {row["Exhibition"]: int(row["Cost"].replace(",", "")) for row in results}
    first = {row["Exhibition"]: row["First day"] for row in visits}
    for name, day in sorted(first.items(), key=lambda item: item[1]):
        made = fair(name, day, day, cost=cost[name])
        people = [v["Person"] for v in visits if v["Exhibition"] == name]
        rows = [guest(who, email=f"{who}@example.com", rank="A") for who in people]
        sheet_of(made, rows, f"{day} 18:00")
    for deal in deals:
        stage = {"won": "won", "lost": "lost", "open": "proposal"}[deal["Outcome"]]
        amount = int(deal["Amount"].replace(",", ""))
        won("", "鈴木 一郎", stage=stage, lead=f"{deal['Person']}@example.com",
            on_day=deal["Opened on"], amount=amount)  # fmt: skip
    expected = by_hand(visits, deals, cost)
    with on("2027-12-01 10:00"):
        found = {f.exhibition.campaign.name: f for f in figures_of(Exhibition.objects.all())}
    for row in results:
        name = row["Exhibition"]
        one, told = found[name], expected[name]
        shown = {
            "people": one.people, "deals": one.deals, "won": one.won,
            "won amount": one.won_amount,
            "cost per deal": "–" if one.per_deal is None else one.per_deal,
        }  # fmt: skip
        assert shown == told
        assert {key: row[key.capitalize()].replace(",", "") for key in told} == {
            key: str(value) for key, value in told.items()
        }
        percent = "–" if one.roi is None else f"{round(100 * one.roi)}%"
        assert row["Return"] == percent


def test_a_return_is_not_judged_too_early():
    sheet_of(fair(), [guest("山田", email="a@a.example")], "2026-11-20 10:00")
    [exhibition] = Exhibition.objects.all()
    with on("2027-05-17 10:00"):  # 179 days after the last day
        [early] = figures_of([exhibition])
    with on("2027-05-18 10:00"):
        [judged] = figures_of([exhibition])
    assert (early.roi, early.judged_on) == (None, date(2027, 5, 18))
    assert judged.roi == -1.0


def test_an_mql_counts_once_and_people_merged_are_one():
    activate("2026-11-02 09:00", mql_by_rank=True)
    exhibition = fair()
    rows = [guest("山田", email="a@a.example", rank="A"), guest("山田", email="b@b.example")]
    sheet_of(exhibition, rows, "2026-11-19 18:30")
    rescored("2026-11-19 18:31")
    [before] = figures_of([exhibition])
    assert (before.people, before.mqls) == (2, 1)
    kept, merged = Lead.objects.order_by("pk")
    lead_merge(kept=kept, merged=merged, actor=ACTOR)
    [after] = figures_of([exhibition])
    assert (after.people, after.mqls) == (1, 1)
    assert Visitor.objects.count() == 2


def test_many_exhibitions_take_no_more_statements(django_assert_max_num_queries):
    for n in range(6):
        made = fair(f"展示会{n}", f"2026-0{n + 1}-10", f"2026-0{n + 1}-12")
        sheet_of(made, [guest(f"来場{n}", email=f"v{n}@v.example", rank="A")], "2026-11-20 10:00")
    every = list(Exhibition.objects.select_related("campaign"))
    with django_assert_max_num_queries(9):
        assert sum(one.people for one in figures_of(every)) == 6
