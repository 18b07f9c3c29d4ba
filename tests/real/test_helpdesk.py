"""A help desk's log with tickets as leads, beside figures counted from the same file."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.cli.conftest import Cli
from tests.real.exports import DATA, HERE, import_real, rows_of

from teichaku.core import clock
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.models import Event

FILE = DATA / "helpdesk_log" / "helpdesk_events.csv"
RULES = HERE / "helpdesk.yaml"
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2014, 2, 1, tzinfo=TOKYO)
CHARGE, WAIT = "Take in charge ticket", "Wait"
Ticket = list[tuple[datetime, str]]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILE.is_file(), reason="the help desk's log is not in ../shared/data"),
]


def tickets() -> dict[str, Ticket]:
    """What happened to each ticket, in order of time."""
    found: dict[str, Ticket] = defaultdict(list)
    for row in rows_of(FILE):
        at = datetime.fromisoformat(row["time:timestamp"])
        found[row["case:concept:name"]].append((at, row["concept:name"]))
    return {name: sorted(ticket) for name, ticket in found.items()}


def first_need(ticket: Ticket) -> datetime | None:
    """When the ticket needed somebody for the first time: at an event, or never."""
    for at in sorted({at for at, _ in ticket}):
        seen = [(when, what) for when, what in ticket if when <= at]
        if any(what == "Closed" for _, what in seen):
            return None
        taken = [when for when, what in seen if what == CHARGE]
        recent = [when for when in taken if at < when + timedelta(days=2)]
        days = {when.astimezone(TOKYO).date() for when in taken}
        waited = any(what == WAIT for _, what in seen)
        if len(recent) >= 2 or (waited and len(days) >= 2):
            return at
    return None


def score_by_hand(ticket: Ticket, now: datetime) -> float:
    """Behaviour: three charges in thirty days, waits of a fortnight, resolutions, reports."""
    charges: list[datetime] = []
    for at in (at for at, what in ticket if what == CHARGE):
        if sum(at < earlier + timedelta(days=30) for earlier in charges) < 3:
            charges.append(at)
    count = Counter(what for _, what in ticket)
    waits = sum(what == WAIT and now < at + timedelta(days=14) for at, what in ticket)
    solved, reported = count["Resolve ticket"], count["Insert ticket"]
    return 10 * len(charges) + 5 * waits - 20 * solved + 15 * reported


def bring_in() -> list[tuple[int, int]]:
    """What changed and what did not: tickets, events."""
    reports = [import_real(entity, FILE, "helpdesk.yaml") for entity in ("leads", "events")]
    assert [r.rejected for r in reports] == [0, 0]
    return [(r.created + r.updated, r.unchanged + r.duplicates) for r in reports]


def test_from_the_log_to_the_backtest(cli: Cli, tmp_path: Path) -> None:
    with clock.moved_to(NOW):
        assert bring_in() == [(4580, 0), (21348, 0)]
        assert cli("rulebook", "activate", RULES).code == 0
        log = tickets()
        scores(cli, log)
        backtest(cli, log, tmp_path / "qualified.csv")
        explain(cli, log)
        assert bring_in() == [(0, 4580), (0, 21348)]
        assert cli("score", "--json").json()["qualified"] == 0


def scores(cli: Cli, log: dict[str, Ticket]) -> None:
    answer = cli("score", "--json").json()
    assert (answer["leads"], answer["stored"]) == (4580, True)
    names = dict(Event.objects.values_list("lead_id", "lead__identities__external_id"))
    found = {
        names[lead]: value for lead, value in Score.objects.values_list("lead_id", "behaviour")
    }
    assert found == {name: score_by_hand(ticket, NOW) for name, ticket in log.items()}
    assert all(0 <= total <= 60 for total in Score.objects.values_list("total", flat=True))


def backtest(cli: Cli, log: dict[str, Ticket], out: Path) -> None:
    found = cli("backtest", "--rulebook", RULES, "--csv", out, "--json").json()
    needs = {name: at for name, ticket in log.items() if (at := first_need(ticket))}
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["lead"]: datetime.fromisoformat(r["qualified_at"]) for r in rows} == needs
    assert 100 < len(rows) == found["qualified"]
    assert (found["leads"], found["events"]) == (4580, 21348)
    by_month = Counter(f"{at.astimezone(TOKYO):%Y-%m}" for at in needs.values())
    assert {m["month"]: m["qualified"] for m in found["by_month"] if m["qualified"]} == by_month
    assert (found["win_rate"]["value"], found["opportunities"]) == (None, 0)
    # whoever was closed long before the rulebook came into force is none of its MQLs
    assert Qualification.objects.count() < found["qualified"]


def explain(cli: Cli, log: dict[str, Ticket]) -> None:
    name = min(name for name, ticket in log.items() if first_need(ticket))
    at = first_need(log[name])
    assert at is not None
    found = cli("explain", f"helpdesk:{name}", "--as-of", at.isoformat(), "--json").json()
    assert found["qualifies_now"] is True
    assert [q["at"] for q in found["qualified"]] == [at.astimezone(TOKYO).isoformat()]
    behaviour = score_by_hand([e for e in log[name] if e[0] <= at], at)
    assert found["behaviour"] == behaviour
    assert sum(reason["points"] for reason in found["reasons"]) == found["total"]
